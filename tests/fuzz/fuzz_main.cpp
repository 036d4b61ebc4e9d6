// libFuzzer's entry point; FUZZ_TARGET is the name of a row of targets().
#include <cstddef>
#include <cstdint>

#include "targets.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const surgsigma::fuzz::Target* target = surgsigma::fuzz::find_target(FUZZ_TARGET);
  surgsigma::fuzz::expect(target != nullptr, "no fuzz target is called " FUZZ_TARGET);
  target->run(*target, {reinterpret_cast<const char*>(data), size});
  return 0;
}
