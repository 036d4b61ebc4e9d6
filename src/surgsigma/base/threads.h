// Work on several cores with results in order.
#pragma once

#include <cstddef>
#include <functional>

namespace surgsigma {

/// Cores this process may use (respects affinity), at least 1.
int available_cores();

/// Calls work(i) for i in [0, count), on up to `jobs` threads, each index once, started in rising order. Returns when
/// all are done. `work` must not throw.
void parallel_for(std::size_t count, int jobs, const std::function<void(std::size_t)>& work);

}  // namespace surgsigma
