#include "surgsigma/eval/metrics/phases.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <initializer_list>
#include <memory>
#include <utility>

#include "surgsigma/eval/metrics/case_sums.h"

namespace surgsigma {
namespace {

constexpr std::size_t kFramesAtATime = 4096;

/// Frames of one video: row truth + 1, column answer + 1, so that row 0 holds the ignored frames.
class Counts {
 public:
  explicit Counts(std::size_t phases) : side_(phases + 1), cells_(side_ * side_, 0) {}
  std::int64_t& operator()(std::size_t row, std::size_t column) { return cells_[row * side_ + column]; }
  std::int64_t operator()(std::size_t row, std::size_t column) const { return cells_[row * side_ + column]; }
  std::size_t phases() const { return side_ - 1; }

 private:
  std::size_t side_;
  std::vector<std::int64_t> cells_;
};

Error bad_frame(const LabelTrack& video, std::size_t frame, std::size_t phases, std::string where) {
  where += ", frame " + std::to_string(frame);
  const Status truth = check_class(video.truth[frame], -1, phases, where + ", truth");
  return truth ? check_class(video.answer[frame], -1, phases, where + ", answer").error() : truth.error();
}

Result<Counts> counts_of(const LabelTrack& video, std::size_t phases, const std::string& where) {
  if (video.truth.size() != video.answer.size())
    return bad_item(
        std::to_string(video.answer.size()) + " answers for " + std::to_string(video.truth.size()) + " frames", where,
        "give -1 where there is no answer");
  const std::size_t frames = video.truth.size();
  for (std::size_t begin = 0; begin < frames; begin += kFramesAtATime) {
    // All of a piece are looked at before one is asked which is wrong.
    const std::size_t end = std::min(frames, begin + kFramesAtATime);
    std::uint16_t largest = 0;
    for (std::size_t i = begin; i < end; ++i) {
      largest = std::max(largest, static_cast<std::uint16_t>(video.truth[i] + 1));
      largest = std::max(largest, static_cast<std::uint16_t>(video.answer[i] + 1));
    }
    for (std::size_t i = begin; largest > phases && i < end; ++i) {
      if (static_cast<std::uint16_t>(video.truth[i] + 1) > phases ||
          static_cast<std::uint16_t>(video.answer[i] + 1) > phases)
        return bad_frame(video, i, phases, where);
    }
  }
  // Neighbours are mostly of one cell; four tables in turn, so that one addition need not wait for the one before.
  const std::size_t side = phases + 1;
  std::array<std::vector<std::int64_t>, 4> cells;
  for (auto& table : cells) table.assign(side * side, 0);
  for (std::size_t i = 0; i < frames; ++i)
    ++cells[i % 4][static_cast<std::size_t>(video.truth[i] + 1) * side + static_cast<std::size_t>(video.answer[i] + 1)];
  Counts counts(phases);
  for (std::size_t cell = 0; cell < side * side; ++cell)
    counts(cell / side, cell % side) = cells[0][cell] + cells[1][cell] + cells[2][cell] + cells[3][cell];
  return counts;
}

Result<std::vector<Counts>> counts_of(const PhaseInput& input) {
  std::vector<Counts> all;
  for (std::size_t v = 0; v < input.videos.size(); ++v) {
    const std::string where = "video " + std::to_string(v);
    SURGSIGMA_CHECK(check_case(input.videos[v].case_number, input.cases, where));
    SURGSIGMA_TRY(counts, counts_of(input.videos[v], input.phases.size(), where));
    all.push_back(std::move(counts));
  }
  return all;
}

std::vector<Hits> hits_of(const Counts& counts) {
  const std::size_t phases = counts.phases();
  std::vector<Hits> hits(phases);
  for (std::size_t row = 1; row <= phases; ++row) {
    for (std::size_t column = 0; column <= phases; ++column) {
      const auto frames = static_cast<double>(counts(row, column));
      if (row == column) {
        hits[row - 1].right += frames;
        continue;
      }
      hits[row - 1].missed += frames;
      if (column > 0) hits[column - 1].wrong += frames;
    }
  }
  return hits;
}

/// precision, recall, jaccard, f1 of variant a or b.
constexpr std::array<const char*, 4> kShares = {"precision", "recall", "jaccard", "f1"};
constexpr std::size_t kShareCount = kShares.size();
std::array<double, kShareCount> shares_a(const Hits& hits) {
  return {share_of(hits.right, hits.right + hits.wrong), share_of(hits.right, hits.right + hits.missed),
          share_of(hits.right, hits.right + hits.wrong + hits.missed),
          share_of(2 * hits.right, 2 * hits.right + hits.wrong + hits.missed)};
}
std::array<double, kShareCount> shares_b(const Hits& hits) {
  return {precision_of(hits), recall_of(hits), jaccard_of(hits), f1_of(hits)};
}
std::array<double, kShareCount> shares_of(const Hits& hits, bool is_b) {
  return is_b ? shares_b(hits) : shares_a(hits);
}

/// What the frames of a video (or of all) come to.
struct Frames {
  double all = 0, right = 0, read = 0, ignored = 0, right_phase = 0;
};

Frames frames_of(const Counts& counts, const std::vector<int>& parents) {
  Frames frames;
  for (std::size_t column = 0; column <= counts.phases(); ++column)
    frames.ignored += static_cast<double>(counts(0, column));
  for (std::size_t row = 1; row <= counts.phases(); ++row) {
    for (std::size_t column = 0; column <= counts.phases(); ++column) {
      const auto here = static_cast<double>(counts(row, column));
      frames.all += here;
      frames.read += column > 0 ? here : 0;
      frames.right += row == column ? here : 0;
      const bool has_right_phase = row == column || (!parents.empty() && column > 0 && parents[row - 1] >= 0 &&
                                                     parents[row - 1] == parents[column - 1]);
      frames.right_phase += has_right_phase ? here : 0;
    }
  }
  return frames;
}

/// Values of videos that a mean over videos is taken of: rows of equal length, undefined cells left out.
struct VideoCells {
  std::vector<std::size_t> cases;
  std::vector<double> cells;       // 0 where undefined
  std::vector<double> is_defined;  // 1 or 0
  std::size_t columns = 0;

  void add(std::size_t case_number, const std::vector<double>& row) {
    cases.push_back(case_number);
    for (const double value : row) {
      cells.push_back(std::isnan(value) ? 0 : value);
      is_defined.push_back(std::isnan(value) ? 0 : 1);
    }
    columns = row.size();
  }
  std::vector<double> means(std::span<const double> weights) const {
    std::vector<double> sums(columns, 0.0), totals(columns, 0.0);
    for (std::size_t v = 0; v < cases.size(); ++v) {
      const double weight = weights[cases[v]];
      if (weight == 0) continue;
      for (std::size_t k = 0; k < columns; ++k) {
        sums[k] += weight * cells[v * columns + k];
        totals[k] += weight * is_defined[v * columns + k];
      }
    }
    for (std::size_t k = 0; k < columns; ++k) sums[k] = share_of(sums[k], totals[k]);
    return sums;
  }
};

// Columns of a video's cells: the three shares of frames, the relaxed one, then for variants a, b and relaxed b the
// mean over phases of each share, then for the same variants each share of each phase.
constexpr std::size_t kVideoShares = 4, kVariants = 3;
std::size_t mean_column(std::size_t variant, std::size_t share) { return kVideoShares + variant * kShareCount + share; }
std::size_t phase_column(std::size_t variant, std::size_t share, std::size_t phase, std::size_t phases) {
  return kVideoShares + kVariants * kShareCount + (variant * kShareCount + share) * phases + phase;
}

std::vector<double> row_of(const Frames& frames, const Frames& relaxed, const std::vector<Hits>& hits,
                           const std::vector<Hits>& relaxed_hits) {
  const std::size_t phases = hits.size();
  std::vector<double> row(phase_column(kVariants, 0, 0, phases));
  row[0] = share_of(frames.right, frames.all);
  row[1] = share_of(frames.right_phase, frames.all);
  row[2] = share_of(frames.right_phase - frames.right, frames.all);
  row[3] = share_of(relaxed.right, relaxed.all);
  for (std::size_t variant = 0; variant < kVariants; ++variant) {
    std::array<DefinedMean, kShareCount> means;
    for (std::size_t p = 0; p < phases; ++p) {
      const auto shares = shares_of(variant == 2 ? relaxed_hits[p] : hits[p], variant > 0);
      for (std::size_t s = 0; s < kShareCount; ++s) means[s].add(row[phase_column(variant, s, p, phases)] = shares[s]);
    }
    for (std::size_t s = 0; s < kShareCount; ++s) row[mean_column(variant, s)] = means[s].value();
  }
  return row;
}

// Columns of a case's sums: frames, right, read, ignored, right phase, relaxed right, then Hits of each phase.
constexpr std::size_t kFirstPhase = 6;

struct Table {
  std::size_t phases = 0;
  bool has_parents = false, is_relaxed = false;
  CaseSums sums{0, 0};
  VideoCells videos;
};

std::vector<std::string> names_of(const Table& table, const std::vector<std::string>& phases) {
  std::vector<std::string> names = {"accuracy:video", "accuracy:pooled", "parse_rate", "frames", "ignored_frames"};
  const auto add = [&](std::initializer_list<const char*> more) {
    names.insert(names.end(), more.begin(), more.end());
  };
  if (table.has_parents) add({"right_phase:video", "right_phase:pooled", "wrong_step:video", "wrong_step:pooled"});
  if (table.is_relaxed) add({"accuracy:relaxed_video", "accuracy:relaxed_pooled"});
  for (const std::string letter : {"a", "b"}) {
    for (const std::string share : kShares) {
      for (const char* order : {":video_phase_", ":phase_video_", ":pooled_"})
        names.push_back("mean_" + share + order + letter);
      for (const std::string& phase : phases) {
        for (const char* order : {":video_", ":pooled_"}) names.push_back(share + order + letter + "/" + phase);
      }
    }
  }
  for (std::size_t s = 0; table.is_relaxed && s < kShareCount; ++s)
    names.push_back("mean_" + std::string(kShares[s]) + ":relaxed_video_phase_b");
  for (const std::string& phase : phases) names.push_back("support/" + phase);
  return names;
}

/// In the order of names_of.
void put_values(const Table& table, std::span<const double> weights, std::span<double> values) {
  const std::vector<double> sums = table.sums.totals(weights), means = table.videos.means(weights);
  std::size_t at = 0;
  const auto put = [&](double value) { values[at++] = value; };
  const auto hits_of_phase = [&](std::size_t p) {
    const double* hits = sums.data() + kFirstPhase + 3 * p;
    return Hits{hits[0], hits[1], hits[2]};
  };
  const auto mean_over_phases = [&](std::size_t variant, std::size_t s) {
    DefinedMean mean;
    for (std::size_t p = 0; p < table.phases; ++p) mean.add(means[phase_column(variant, s, p, table.phases)]);
    return mean.value();
  };
  put(means[0]);
  put(share_of(sums[1], sums[0]));
  put(share_of(sums[2], sums[0]));
  put(sums[0]);
  put(sums[3]);
  if (table.has_parents) {
    put(means[1]);
    put(share_of(sums[4], sums[0]));
    put(means[2]);
    put(share_of(sums[4] - sums[1], sums[0]));
  }
  if (table.is_relaxed) {
    put(means[3]);
    put(share_of(sums[5], sums[0]));
  }
  for (std::size_t variant = 0; variant < 2; ++variant) {
    for (std::size_t s = 0; s < kShareCount; ++s) {
      const std::size_t first = at;
      DefinedMean pooled;
      at += 3;
      for (std::size_t p = 0; p < table.phases; ++p) {
        put(means[phase_column(variant, s, p, table.phases)]);
        put(shares_of(hits_of_phase(p), variant == 1)[s]);
        pooled.add(values[at - 1]);
      }
      values[first] = mean_over_phases(variant, s);
      values[first + 1] = means[mean_column(variant, s)];
      values[first + 2] = pooled.value();
    }
  }
  for (std::size_t s = 0; table.is_relaxed && s < kShareCount; ++s) put(mean_over_phases(2, s));
  for (std::size_t p = 0; p < table.phases; ++p) put(hits_of_phase(p).right + hits_of_phase(p).missed);
}

Status check_lengths(const PhaseInput& input) {
  const auto wrong = [](std::size_t got, std::size_t expected, const char* name) {
    return Error{ErrorKind::kUsage, std::to_string(got) + " values for " + std::to_string(expected), name,
                 "give one each, or none at all"};
  };
  if (!input.parents.empty() && input.parents.size() != input.phases.size())
    return wrong(input.parents.size(), input.phases.size(), "parents");
  if (!input.relax_frames.empty() && input.relax_frames.size() != input.videos.size())
    return wrong(input.relax_frames.size(), input.videos.size(), "relax_frames");
  for (const int frames : input.relax_frames) {
    if (frames < 0)
      return Error{ErrorKind::kUsage, "a window of " + std::to_string(frames) + " frames", "relax_frames", "0 or more"};
  }
  return done();
}

}  // namespace

Result<Scorer> phase_scorer(const PhaseInput& input) {
  SURGSIGMA_CHECK(check_lengths(input));
  SURGSIGMA_TRY(counts, counts_of(input));
  Table table;
  table.phases = input.phases.size();
  table.has_parents = !input.parents.empty();
  table.is_relaxed = !input.relax_frames.empty();
  table.sums = CaseSums(input.cases, kFirstPhase + 3 * table.phases);
  table.videos.columns = phase_column(kVariants, 0, 0, table.phases);
  for (std::size_t v = 0; v < counts.size(); ++v) {
    const std::size_t c = input.videos[v].case_number;
    const Frames frames = frames_of(counts[v], input.parents);
    const std::vector<Hits> hits = hits_of(counts[v]);
    Frames relaxed;
    std::vector<Hits> relaxed_hits(table.phases);
    if (table.is_relaxed) {
      SURGSIGMA_TRY(relaxed_counts,
                    counts_of(relaxed_track(input.videos[v], input.relax_frames[v]), table.phases, "relaxed"));
      relaxed = frames_of(relaxed_counts, {});
      relaxed_hits = hits_of(relaxed_counts);
    }
    const double amounts[kFirstPhase] = {frames.all,     frames.right,       frames.read,
                                         frames.ignored, frames.right_phase, relaxed.right};
    for (std::size_t k = 0; k < kFirstPhase; ++k) table.sums.add(c, k, amounts[k]);
    for (std::size_t p = 0; p < table.phases; ++p) {
      table.sums.add(c, kFirstPhase + 3 * p, hits[p].right);
      table.sums.add(c, kFirstPhase + 3 * p + 1, hits[p].wrong);
      table.sums.add(c, kFirstPhase + 3 * p + 2, hits[p].missed);
    }
    table.videos.add(c, row_of(frames, relaxed, hits, relaxed_hits));
  }
  Scorer scorer{names_of(table, input.phases), {}};
  scorer.values_at = [table = std::make_shared<const Table>(std::move(table))](std::span<const double> weights,
                                                                               std::span<double> values) {
    put_values(*table, weights, values);
  };
  return scorer;
}

Result<std::vector<std::int64_t>> phase_confusion(const PhaseInput& input) {
  SURGSIGMA_TRY(counts, counts_of(input));
  const std::size_t phases = input.phases.size();
  std::vector<std::int64_t> cells(phases * (phases + 1), 0);
  for (const Counts& video : counts) {
    for (std::size_t row = 0; row < phases; ++row) {
      for (std::size_t column = 0; column <= phases; ++column)
        cells[row * (phases + 1) + column] += video(row + 1, column == phases ? 0 : column + 1);
    }
  }
  return cells;
}

LabelTrack relaxed_track(const LabelTrack& video, int relax_frames) {
  LabelTrack track{video.case_number, {}, {}};
  std::vector<std::size_t> begins;  // of the runs of truth, ignored frames left out
  for (std::size_t i = 0; i < video.truth.size(); ++i) {
    if (video.truth[i] < 0) continue;
    if (track.truth.empty() || track.truth.back() != video.truth[i]) begins.push_back(track.truth.size());
    track.truth.push_back(video.truth[i]);
    track.answer.push_back(video.answer[i]);
  }
  for (std::size_t r = 0; r < begins.size(); ++r) {
    const std::size_t begin = begins[r], end = r + 1 < begins.size() ? begins[r + 1] : track.truth.size();
    const std::size_t window = std::min(static_cast<std::size_t>(relax_frames), end - begin);
    const std::int16_t phase = track.truth[begin];
    for (std::size_t i = begin; r > 0 && i < begin + window; ++i) {
      if (track.answer[i] == track.truth[begin - 1]) track.answer[i] = phase;
    }
    for (std::size_t i = end - window; r + 1 < begins.size() && i < end; ++i) {
      if (track.answer[i] == track.truth[end]) track.answer[i] = phase;
    }
  }
  return track;
}

}  // namespace surgsigma
