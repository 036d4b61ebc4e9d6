#include "surgsigma/export/spill_lines.h"

namespace surgsigma {

Status SpillLines::add(std::string_view line) {
  buffer_ += line;
  buffer_ += '\n';
  ++rows_;
  bytes_ += static_cast<std::int64_t>(line.size()) + 1;
  return buffer_.size() < kFlushBytes ? done() : flush();
}

Status SpillLines::flush() {
  if (buffer_.empty()) return done();
  std::ofstream stream(path_, std::ios::binary | std::ios::app);
  stream << buffer_;
  stream.close();
  buffer_.clear();
  return stream ? done() : Status(Error{ErrorKind::kIo, "cannot write", path_.string(), "is the disk full?"});
}

}  // namespace surgsigma
