// Four numbers side by side, as one register holds them where there are vectors of 32 bytes. Elsewhere compilers take
// two registers or four. Every place is what a double alone would be, so results do not depend on the machine.
#pragma once

#include <cstring>

#define SURGSIGMA_INLINE inline __attribute__((always_inline))

namespace surgsigma {

typedef double Four __attribute__((vector_size(4 * sizeof(double))));

SURGSIGMA_INLINE void take(Four& to, const double* from) { std::memcpy(&to, from, sizeof(to)); }
SURGSIGMA_INLINE void put(double* to, const Four& from) { std::memcpy(to, &from, sizeof(from)); }

}  // namespace surgsigma
