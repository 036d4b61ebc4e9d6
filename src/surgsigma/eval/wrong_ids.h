// Ids that are wrong in one way, for an error that names their number and the first of them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "surgsigma/base/text.h"

namespace surgsigma {

struct WrongIds {
  std::size_t count = 0;
  std::vector<std::string> first;  ///< at most three
  void add(const std::string& id) {
    if (++count <= 3) first.push_back(id);
  }
  /// "3 questions have no answer (q7, q8, q9)"; empty where there are none.
  std::string text(std::string_view what) const {
    return count == 0 ? "" : std::to_string(count) + " " + std::string(what) + " (" + join(first, ", ") + ")";
  }
};

}  // namespace surgsigma
