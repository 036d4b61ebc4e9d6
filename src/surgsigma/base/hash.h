// Content hashes. Not cryptographic except sha256, which release manifests use.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "surgsigma/base/result.h"

namespace surgsigma {

/// XXH3-64 of the bytes.
std::uint64_t hash64(std::string_view bytes, std::uint64_t seed = 0);
/// Sixteen lower-case hex digits.
std::string hex64(std::uint64_t value);

/// XXH3-128 of the bytes as 32 lower-case hex digits: for names of content that must not meet by chance.
std::string hash128_hex(std::string_view bytes);

/// Order-sensitive hash of a list of parts; part borders matter ("ab","c" differs from "a","bc").
class Hasher {
 public:
  Hasher();
  ~Hasher();
  Hasher(const Hasher&) = delete;
  Hasher& operator=(const Hasher&) = delete;
  Hasher& add(std::string_view part);
  Hasher& add(std::int64_t part);
  std::uint64_t value() const;
  std::string hex() const { return hex64(value()); }

 private:
  void* state_;
};

/// XXH3-64 of a file's bytes, read in blocks.
Result<std::uint64_t> file_hash(const std::filesystem::path& path);
/// SHA-256 of a file's bytes as 64 hex digits, read in blocks.
Result<std::string> file_sha256(const std::filesystem::path& path);

}  // namespace surgsigma
