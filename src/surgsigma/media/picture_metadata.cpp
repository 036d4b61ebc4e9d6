#include "surgsigma/media/picture_metadata.h"

#include <cstddef>
#include <cstdint>

#include "surgsigma/media/picture_file.h"

namespace surgsigma {
namespace {

std::uint32_t byte_at(std::string_view bytes, std::size_t at) { return static_cast<unsigned char>(bytes[at]); }

std::uint32_t big_endian(std::string_view bytes, std::size_t at, std::size_t count) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < count; ++i) value = value << 8 | byte_at(bytes, at + i);
  return value;
}

std::uint32_t little_endian32(std::string_view bytes, std::size_t at) {
  return byte_at(bytes, at) | byte_at(bytes, at + 1) << 8 | byte_at(bytes, at + 2) << 16 | byte_at(bytes, at + 3) << 24;
}

std::optional<std::string> changed(std::string&& kept, std::string_view bytes) {
  if (kept.size() == bytes.size()) return std::nullopt;
  return std::move(kept);
}

// --- JPEG

constexpr std::uint32_t kEnd = 0xD9, kScan = 0xDA, kFirstApplication = 0xE0, kLastApplication = 0xEF, kComment = 0xFE;
constexpr std::uint32_t kAdobe = 0xEE;

bool has_length(std::uint32_t marker) { return marker != 0x01 && !(0xD0 <= marker && marker <= 0xD8); }

bool is_kept_segment(std::uint32_t marker, std::string_view content) {
  if (marker == kComment) return false;
  if (marker < kFirstApplication || kLastApplication < marker) return true;
  return (marker == kFirstApplication && content.starts_with(std::string_view("JFIF\0", 5))) ||
         (marker == kAdobe && content.starts_with("Adobe"));
}

/// Behind the coded data that begins at `at`: the place of the next marker that is none of its restarts.
std::size_t end_of_scan(std::string_view bytes, std::size_t at) {
  while (at + 1 < bytes.size()) {
    if (byte_at(bytes, at) != 0xFF) {
      const std::size_t next = bytes.find('\xFF', at);
      if (next == std::string_view::npos) return bytes.size();
      at = next;
      continue;
    }
    const std::uint32_t next = byte_at(bytes, at + 1);
    const bool is_data = next == 0 || (0xD0 <= next && next <= 0xD7);
    if (!is_data && next != 0xFF) return at;
    at += next == 0xFF ? 1 : 2;
  }
  return bytes.size();
}

std::optional<std::string> clean_jpeg(std::string_view bytes) {
  std::string kept(bytes.substr(0, 2));
  std::size_t at = 2;
  while (at + 4 <= bytes.size() && byte_at(bytes, at) == 0xFF) {
    const std::uint32_t marker = byte_at(bytes, at + 1);
    if (marker == 0xFF) {  // a fill byte
      ++at;
      continue;
    }
    if (marker == kEnd) break;
    if (!has_length(marker)) {
      kept += bytes.substr(at, 2);
      at += 2;
      continue;
    }
    const std::size_t length = big_endian(bytes, at + 2, 2);
    if (length < 2 || at + 2 + length > bytes.size()) return std::nullopt;
    const std::size_t end = at + 2 + length;
    if (is_kept_segment(marker, bytes.substr(at + 4, length - 2))) kept += bytes.substr(at, end - at);
    at = end;
    if (marker != kScan) continue;
    const std::size_t scan_end = end_of_scan(bytes, at);
    kept += bytes.substr(at, scan_end - at);
    at = scan_end;
  }
  const bool has_end = at + 2 <= bytes.size() && byte_at(bytes, at) == 0xFF && byte_at(bytes, at + 1) == kEnd;
  if (!has_end) return std::nullopt;
  kept += bytes.substr(at, 2);
  return changed(std::move(kept), bytes);
}

// --- PNG

constexpr std::size_t kSignature = 8, kChunkFrame = 12;

std::optional<std::string> clean_png(std::string_view bytes) {
  std::string kept(bytes.substr(0, kSignature));
  std::size_t at = kSignature;
  while (at + kChunkFrame <= bytes.size()) {
    const std::size_t length = big_endian(bytes, at, 4);
    if (length > bytes.size() - at - kChunkFrame) return std::nullopt;
    const std::string_view name = bytes.substr(at + 4, 4);
    const bool is_critical = (name[0] & 0x20) == 0;
    if (is_critical || name == "tRNS") kept += bytes.substr(at, kChunkFrame + length);
    at += kChunkFrame + length;
    if (name == "IEND") return changed(std::move(kept), bytes);
  }
  return std::nullopt;
}

// --- WebP

constexpr std::size_t kRiffHeader = 12, kRiffChunk = 8;
constexpr std::uint32_t kMetadataFlags = 0x20 | 0x08 | 0x04;  // colour profile, EXIF, XMP

std::optional<std::string> clean_webp(std::string_view bytes) {
  const std::size_t end = kRiffChunk + little_endian32(bytes, 4);
  if (end > bytes.size() || end < kRiffHeader) return std::nullopt;
  std::string kept(bytes.substr(0, kRiffHeader));
  for (std::size_t at = kRiffHeader; at + kRiffChunk <= end;) {
    const std::size_t length = little_endian32(bytes, at + 4);
    const std::size_t whole = kRiffChunk + length + length % 2;
    if (whole > end - at) return std::nullopt;
    const std::string_view name = bytes.substr(at, 4);
    const std::size_t place = kept.size();
    const bool is_kept = name == "VP8 " || name == "VP8L" || name == "VP8X" || name == "ALPH";
    if (is_kept) kept += bytes.substr(at, whole);
    if (name == "VP8X" && length > 0) {
      const std::uint32_t flags = byte_at(bytes, at + kRiffChunk) & ~kMetadataFlags;
      kept[place + kRiffChunk] = static_cast<char>(flags);
    }
    at += whole;
  }
  const auto size = static_cast<std::uint32_t>(kept.size() - kRiffChunk);
  for (std::size_t i = 0; i < 4; ++i) kept[4 + i] = static_cast<char>(size >> (8 * i) & 0xFF);
  return changed(std::move(kept), bytes);
}

}  // namespace

std::optional<std::string> without_metadata(std::string_view bytes) {
  switch (picture_format(bytes)) {
    case PictureFormat::kJpeg:
      return clean_jpeg(bytes);
    case PictureFormat::kPng:
      return clean_png(bytes);
    case PictureFormat::kWebp:
      return bytes.size() >= kRiffHeader ? clean_webp(bytes) : std::nullopt;
    default:
      return std::nullopt;
  }
}

}  // namespace surgsigma
