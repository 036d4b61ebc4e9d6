// Tar files in the POSIX ustar form whose bytes depend on nothing but names and contents: no times, no owners. Written
// through one large buffer, so that many small files cost few calls.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "surgsigma/base/files.h"
#include "surgsigma/base/result.h"

namespace surgsigma {

class TarWriter {
 public:
  static constexpr std::int64_t kBlock = 512;
  static constexpr std::size_t kMaxName = 100;                   ///< what the form holds without a folder field
  static constexpr std::int64_t kMaxBytes = (8LL << 30) - 1;  ///< eleven octal digits

  /// Makes a new file; one that is there already is an error.
  static Result<TarWriter> create(fs::path path);
  TarWriter(TarWriter&& other) noexcept;
  TarWriter& operator=(TarWriter&&) = delete;
  ~TarWriter();

  /// A member with these bytes.
  Status add(std::string_view name, std::string_view bytes);
  /// A member with the content of a file, which must still have this size.
  Status add_file(std::string_view name, const fs::path& file, std::int64_t bytes);
  /// Ends the archive; how many bytes it has.
  Result<std::int64_t> close();

  /// What a member takes in the archive, header and padding included.
  static constexpr std::int64_t member_bytes(std::int64_t bytes) {
    return kBlock + (bytes + kBlock - 1) / kBlock * kBlock;
  }

 private:
  TarWriter(fs::path path, int descriptor);
  Status begin_member(std::string_view name, std::int64_t bytes);
  Status end_member(std::int64_t bytes);
  Status append(std::string_view bytes);
  Status append_zeros(std::int64_t count);
  Status append_open_file(int source, const fs::path& file, std::int64_t bytes);
  Status flush();

  fs::path path_;
  int descriptor_ = -1;
  std::string buffer_;
  std::size_t filled_ = 0;
  std::int64_t written_ = 0;
};

/// One member of an archive, as read back.
struct TarMember {
  std::string name;
  std::int64_t offset = 0;  ///< of its bytes
  std::int64_t bytes = 0;
};
/// The members of an archive in their order. Refuses (kData) a broken header, a member that reaches beyond the end, and
/// an archive without its end mark.
Result<std::vector<TarMember>> tar_members(std::string_view archive, std::string_view name);

}  // namespace surgsigma
