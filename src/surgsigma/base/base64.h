// Bytes as text of 64 letters, RFC 4648 with padding.
#pragma once

#include <string>
#include <string_view>

namespace surgsigma {

std::string base64(std::string_view bytes);

}  // namespace surgsigma
