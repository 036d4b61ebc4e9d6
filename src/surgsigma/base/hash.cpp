#include "surgsigma/base/hash.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include <array>
#include <cerrno>
#include <functional>
#include <memory>
#include <system_error>

namespace surgsigma {
namespace {

constexpr std::size_t kBlock = 64 << 10;  // bytes; on the stack, because most label files are small
constexpr char kDigits[] = "0123456789abcdef";

// Told apart, so that a number never hashes like a text of the same bytes.
enum class PartKind : char { kText = 't', kNumber = 'n' };

/// Kind and eight little-endian bytes of a number: the same on every machine.
std::array<char, 9> part_head(PartKind kind, std::uint64_t number) {
  std::array<char, 9> bytes{static_cast<char>(kind)};
  for (std::size_t i = 0; i < 8; ++i) bytes[i + 1] = static_cast<char>(number >> (8 * i) & 0xFF);
  return bytes;
}

XXH3_state_t* xxh3(void* state) { return static_cast<XXH3_state_t*>(state); }

Error cannot_read(const std::filesystem::path& path, int code) {
  return {ErrorKind::kIo, "cannot read the file: " + std::generic_category().message(code), path.string(), ""};
}

Status for_each_block(const std::filesystem::path& path, const std::function<void(std::string_view)>& take) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return cannot_read(path, errno);
  std::array<char, kBlock> block;  // not zeroed
  Status status = done();
  while (true) {
    const ssize_t got = ::read(file, block.data(), block.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) status = cannot_read(path, errno);
    if (got <= 0) break;
    take({block.data(), static_cast<std::size_t>(got)});
  }
  ::close(file);
  return status;
}

}  // namespace

std::uint64_t hash64(std::string_view bytes, std::uint64_t seed) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

std::string hex64(std::uint64_t value) {
  std::string text(16, '0');
  for (std::size_t i = 0; i < 16; ++i) text[15 - i] = kDigits[value >> (4 * i) & 15];
  return text;
}

std::string hash128_hex(std::string_view bytes) {
  const XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
  return hex64(hash.high64) + hex64(hash.low64);
}

Hasher::Hasher() : state_(XXH3_createState()) { XXH3_64bits_reset(xxh3(state_)); }
Hasher::~Hasher() { XXH3_freeState(xxh3(state_)); }

Hasher& Hasher::add(std::string_view part) {
  const auto head = part_head(PartKind::kText, part.size());
  XXH3_64bits_update(xxh3(state_), head.data(), head.size());
  XXH3_64bits_update(xxh3(state_), part.data(), part.size());
  return *this;
}

Hasher& Hasher::add(std::int64_t part) {
  const auto head = part_head(PartKind::kNumber, static_cast<std::uint64_t>(part));
  XXH3_64bits_update(xxh3(state_), head.data(), head.size());
  return *this;
}

std::uint64_t Hasher::value() const { return XXH3_64bits_digest(xxh3(state_)); }

Result<std::uint64_t> file_hash(const std::filesystem::path& path) {
  const std::unique_ptr<XXH3_state_t, XXH_errorcode (*)(XXH3_state_t*)> state(XXH3_createState(), XXH3_freeState);
  XXH3_64bits_reset(state.get());
  SURGSIGMA_CHECK(for_each_block(
      path, [&](std::string_view block) { XXH3_64bits_update(state.get(), block.data(), block.size()); }));
  return std::uint64_t{XXH3_64bits_digest(state.get())};
}

Result<std::string> file_sha256(const std::filesystem::path& path) {
  const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  bool works = context && EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) == 1;
  SURGSIGMA_CHECK(for_each_block(path, [&](std::string_view block) {
    works = works && EVP_DigestUpdate(context.get(), block.data(), block.size()) == 1;
  }));
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  works = works && EVP_DigestFinal_ex(context.get(), digest.data(), &length) == 1;
  if (!works) return Error{ErrorKind::kInternal, "the SHA-256 of OpenSSL failed", path.string(), ""};
  std::string text;
  for (unsigned i = 0; i < length; ++i) text += {kDigits[digest[i] >> 4], kDigits[digest[i] & 15]};
  return text;
}

}  // namespace surgsigma
