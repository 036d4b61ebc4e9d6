// SHA-256 of a text in memory (FIPS 180-4, by OpenSSL); of a file see base/hash.h.
#pragma once

#include <string>
#include <string_view>

namespace surgsigma {

/// The 32 bytes themselves.
std::string sha256(std::string_view bytes);

}  // namespace surgsigma
