// What the parts of bench_metrics share: arrays in files, which the peers read with numpy.fromfile.
#pragma once

#include <time.h>

#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "probe.h"
#include "surgsigma/base/files.h"
#include "surgsigma/eval/scorer.h"

namespace surgsigma::bench {

/// The bytes of `values` as they lie in memory (little endian), nothing else.
template <class T>
Status write_array(const fs::path& path, const std::vector<T>& values) {
  return write_file(path, std::string_view(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)));
}

template <class T>
Result<std::vector<T>> read_array(const fs::path& path) {
  SURGSIGMA_TRY(bytes, read_file(path));
  std::vector<T> values(bytes.size() / sizeof(T));
  std::memcpy(values.data(), bytes.data(), values.size() * sizeof(T));
  return values;
}

/// Seconds of processor time of all threads: steadier than wall time where others use the machine.
class CpuWatch {
 public:
  double seconds() const { return now() - begin_; }

 private:
  static double now() {
    timespec time{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
  }
  double begin_ = now();
};

/// Drawn inputs of one size, written to a folder.
Result<Json> make_coco(const Arguments& arguments);
Result<Json> make_triplets(const Arguments& arguments);
Result<Json> make_phases(const Arguments& arguments);
Result<Json> make_captions(const Arguments& arguments);
Result<Json> make_pairs(const Arguments& arguments);
Result<Json> make_masks(const Arguments& arguments);

/// {"seconds", "cpu", "values"} of one metric on them. Reading is not timed.
Result<Json> probe_coco_ap(const Arguments& arguments);
Result<Json> probe_triplet_ap(const Arguments& arguments);
Result<Json> probe_phase_shares(const Arguments& arguments);
Result<Json> probe_captions(const Arguments& arguments);
Result<Json> probe_ssim(const Arguments& arguments);
Result<Json> probe_nsd(const Arguments& arguments);

/// {"seconds", "values"} of an interval. `of`: which scorer.
Result<Json> probe_bootstrap(const Arguments& arguments);

/// A scorer, how many cases it has and how long it took to make.
struct MadeScorer {
  Scorer scorer;
  std::size_t cases = 0;
  double seconds = 0;
  double cpu_seconds = 0;
};
/// Of the inputs in folder=, on threads= threads.
Result<MadeScorer> coco_scorer(const Arguments& arguments);
Result<MadeScorer> triplet_scorer(const Arguments& arguments);
Result<MadeScorer> phases_scorer(const Arguments& arguments);

/// Values at weights of one, those of single classes left out; the time of asking is added to `seconds`.
Result<Json> answer_of(MadeScorer made);

}  // namespace surgsigma::bench
