#include "surgsigma/export/media_store.h"

#include <fstream>

#include "surgsigma/base/hash.h"

namespace surgsigma {
namespace {

Error failed(std::string doing, const std::error_code& code, const fs::path& path) {
  return {ErrorKind::kIo, std::move(doing) + ": " + code.message(), path.string(),
          code == std::errc::no_space_on_device ? "the disk is full; make room and run again" : ""};
}

}  // namespace

std::string medium_name(std::uint64_t content, std::string_view ending) {
  const std::string hash = hex64(content);
  return "media/" + hash.substr(0, 2) + "/" + hash + std::string(ending);
}

fs::path MediaStore::unfinished(std::string_view ending) {
  return work_ / ("medium-" + std::to_string(next_++) + std::string(ending));
}

Result<fs::path> MediaStore::place_of(std::uint64_t content, std::string_view ending) const {
  fs::path place = folder_ / medium_name(content, ending);
  std::error_code code;
  fs::create_directories(place.parent_path(), code);
  if (code) return failed("cannot make the folder", code, place.parent_path());
  return place;
}

Status MediaStore::put(const fs::path& finished, const fs::path& place, std::uintmax_t bytes) {
  std::error_code code;
  if (fs::exists(place, code)) {
    const auto there = fs::file_size(place, code);
    fs::remove(finished, code);
    if (there == bytes) return done();
    return Error{ErrorKind::kInternal, "two files of different length have one hash", place.string(),
                 "please report this with the command you gave"};
  }
  fs::rename(finished, place, code);
  if (code) return failed("cannot name the file", code, place);
  return done();
}

Result<std::uint64_t> MediaStore::keep(std::string_view bytes, std::string_view ending) {
  const std::uint64_t content = hash64(bytes);
  SURGSIGMA_TRY(place, place_of(content, ending));
  const fs::path path = unfinished(ending);
  std::ofstream stream(path, std::ios::binary);
  stream.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  stream.close();
  if (!stream) return Error{ErrorKind::kIo, "cannot write", path.string(), "is the disk full?"};
  SURGSIGMA_CHECK(put(path, place, bytes.size()));
  return content;
}

Result<std::uint64_t> MediaStore::keep_link(std::string_view bytes, std::string_view ending, const fs::path& file) {
  const std::uint64_t content = hash64(bytes);
  SURGSIGMA_TRY(place, place_of(content, ending));
  std::error_code code;
  const fs::path target = fs::canonical(file, code);  // a link to a link would break when that one goes
  const fs::path path = unfinished(ending);
  if (!code) fs::create_hard_link(target, path, code);
  if (code || fs::file_size(path, code) != bytes.size()) {  // another file system, or the file has changed
    fs::remove(path, code);
    return keep(bytes, ending);
  }
  SURGSIGMA_CHECK(put(path, place, bytes.size()));
  return content;
}

Result<std::uint64_t> MediaStore::keep_file(const fs::path& file, std::string_view ending, std::int64_t& bytes) {
  SURGSIGMA_TRY(content, file_hash(file));
  std::error_code code;
  const auto size = fs::file_size(file, code);
  if (code) return failed("cannot read back", code, file);
  SURGSIGMA_TRY(place, place_of(content, ending));
  SURGSIGMA_CHECK(put(file, place, size));
  bytes = static_cast<std::int64_t>(size);
  return content;
}

Status MediaStore::remove(std::uint64_t content, std::string_view ending) {
  const fs::path place = folder_ / medium_name(content, ending);
  std::error_code code;
  fs::remove(place, code);
  if (code) return failed("cannot remove a file that no row shows", code, place);
  fs::remove(place.parent_path(), code);  // where it was the last
  return done();
}

}  // namespace surgsigma
