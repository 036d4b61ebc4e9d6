// The drawn pixels of an invented operation, in the files where the layout's source card expects them: a video where the
// source releases videos, else pictures; class masks where the layout has some.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "surgsigma/base/files.h"
#include "surgsigma/base/result.h"
#include "surgsigma/simulate/layout.h"
#include "surgsigma/simulate/render/render.h"

namespace surgsigma {

/// Draws the operation of a case at the size and rate of the layout's card.
Result<Renderer> renderer_of(const World& world, const std::string& case_key, const Operation& operation);
/// The label for what is drawn: that of its concept, or of any instrument where the vocabulary has one word for all of
/// them. Null for what the vocabulary has no word for.
const VocabularyLabel* label_of(const RenderedObject& object, const Vocabulary& vocabulary);

/// A planted fault: "frozen 00:31.200 to 00:36.040" in a video, or in the pictures of one.
struct WrittenFault {
  std::string file;
  std::string text;
};
std::string_view fault_word(Fault fault);

struct WrittenPixels {
  std::int64_t files = 0;
  std::int64_t pictures = 0;
  std::int64_t bytes = 0;
  std::vector<WrittenFault> faults;
};

/// Two layouts that describe the same case show the same scene, each at its own size and rate. The frame with native
/// index i shows the operation at the time that the labels have for i. A layout whose card names no place for pixels
/// gets none. Frames of a video are drawn on `jobs` threads; the bytes are the same for any number of them.
Result<WrittenPixels> write_pixels(const World& world, const Layout& layout, VideoNumber video, const fs::path& folder,
                                   int jobs = 1);

}  // namespace surgsigma
