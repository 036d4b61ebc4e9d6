// Takes out of a picture file what is not about its pixels: EXIF (places, dates, devices, thumbnails), XMP, IPTC,
// comments, texts, colour profiles and whatever stands behind the end of the picture. The coded pixels stay byte for
// byte.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace surgsigma {

/// JPEG: all application segments but JFIF and Adobe's colour transform, and comments (ITU-T T.81, annex B). PNG: all
/// ancillary chunks but transparency (PNG third edition, section 11.3). WebP: all chunks but the picture, its alpha and
/// its header (RFC 9649, section 2.7). Nothing where the file holds nothing of the kind, is of another format, or is
/// too damaged to tell its parts apart.
std::optional<std::string> without_metadata(std::string_view bytes);

}  // namespace surgsigma
