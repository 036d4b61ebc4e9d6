// Where a stage puts its rows. A sink takes rows in order; what goes wrong while writing is told by the writer at its
// end.
#pragma once

#include <functional>

namespace surgsigma {

template <class Row>
using Sink = std::function<void(Row&&)>;

}  // namespace surgsigma
