#include "surgsigma/eval/metrics/triplets.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <limits>
#include <map>
#include <memory>

#include "surgsigma/base/threads.h"
#include "surgsigma/eval/metrics/triplet_ranking.h"

namespace surgsigma {
namespace {

constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kFramesPerTurn = 1024, kFramesPerTile = 16;
constexpr std::array<std::string_view, 6> kComponents = {"ivt", "i", "v", "t", "iv", "it"};

/// The classes of one component and the triplets that have each: of class k triplets[begin[k]] .. triplets[begin[k + 1]
/// - 1].
struct Component {
  std::vector<std::string> names;
  std::vector<std::uint32_t> triplets, begin;
};

Component component_of(const TripletTable& table, std::string_view which) {
  const bool is_whole = which == "ivt";
  const auto has = [&](char part) { return which.find(part) != which.npos; };
  std::map<std::array<std::size_t, 4>, std::vector<std::size_t>> triplets_of;  // sorted by ids; triplets by number
  for (std::size_t c = 0; c < table.classes.size(); ++c) {
    const TripletClass& triplet = table.classes[c];
    triplets_of[{is_whole ? c : 0, has('i') ? triplet.instrument : 0, has('v') ? triplet.verb : 0,
                 has('t') ? triplet.target : 0}]
        .push_back(c);
  }
  Component component;
  component.begin.push_back(0);
  for (const auto& [ids, triplets] : triplets_of) {
    std::string name;
    const auto add = [&](const std::string& word) { name += name.empty() ? word : "," + word; };
    if (has('i')) add(table.instruments[ids[1]]);
    if (has('v')) add(table.verbs[ids[2]]);
    if (has('t')) add(table.targets[ids[3]]);
    component.names.push_back(std::move(name));
    component.triplets.insert(component.triplets.end(), triplets.begin(), triplets.end());
    component.begin.push_back(static_cast<std::uint32_t>(component.triplets.size()));
  }
  return component;
}

/// Frames in order of their videos.
struct Order {
  VideoFrames videos;
  std::vector<std::uint32_t> frame_at;  // place -> frame
  std::vector<std::uint32_t> case_of_place;
};

Order order_of(const TripletScores& input) {
  Order order;
  const std::size_t videos = input.case_of_video.size(), frames = input.video_of_frame.size();
  order.videos.cases = input.cases;
  order.videos.begin.assign(videos + 1, 0);
  for (const std::uint32_t video : input.video_of_frame) ++order.videos.begin[video + 1];
  for (std::size_t v = 0; v < videos; ++v) {
    order.videos.begin[v + 1] += order.videos.begin[v];
    order.videos.case_of_video.push_back(static_cast<std::uint32_t>(input.case_of_video[v]));
  }
  std::vector<std::uint32_t> next(order.videos.begin.begin(), order.videos.begin.end() - 1);
  order.frame_at.resize(frames);
  order.case_of_place.resize(frames);
  for (std::uint32_t frame = 0; frame < frames; ++frame) {
    const std::uint32_t place = next[input.video_of_frame[frame]]++;
    order.frame_at[place] = frame;
    order.case_of_place[place] = order.videos.case_of_video[input.video_of_frame[frame]];
  }
  return order;
}

/// Of one component: rankings per class, APs [class][video], and the sums of top-k.
struct Rankings {
  Component component;
  std::vector<RankedCuts> of_class;
  std::vector<std::vector<double>> ap_of_video;
  std::vector<std::vector<double>> found;  // [k][case]
  std::vector<double> present;             // [case]
};

/// How many scores of a frame are higher than, and equal to, one of them.
struct Standing {
  std::size_t higher = 0, equal = 0;
  /// The share of orders of the equal ones in which this one is among the `top` highest.
  double share_in_top(std::size_t top) const {
    if (higher >= top) return 0;
    return std::min(1.0, static_cast<double>(top - higher) / static_cast<double>(equal));
  }
};

Standing standing_of(std::span<const double> scores, double own) {
  Standing standing;
  for (const double score : scores) {
    standing.higher += score > own ? 1 : 0;
    standing.equal += score == own ? 1 : 0;
  }
  return standing;
}

/// Of one case: how many present classes are in the top, for each top, then how many are present.
struct Found {
  std::uint32_t case_number = 0;
  std::vector<double> in_top;
};

/// Adds one frame.
void count_top(std::span<const double> scores, std::span<const std::uint8_t> truth, std::uint32_t case_number,
               std::span<const std::size_t> top, std::vector<Found>& found) {
  for (std::size_t c = 0; c < scores.size(); ++c) {
    if (!truth[c]) continue;
    if (found.empty() || found.back().case_number != case_number)
      found.push_back({case_number, std::vector<double>(top.size() + 1, 0)});
    const Standing standing = standing_of(scores, scores[c]);
    for (std::size_t k = 0; k < top.size(); ++k) found.back().in_top[k] += standing.share_in_top(top[k]);
    found.back().in_top.back() += 1;
  }
}

/// Columns of one component in order of videos, with room for those of any: [class][place].
struct Columns {
  std::size_t frames;
  std::unique_ptr<double[]> scores;
  std::unique_ptr<std::uint8_t[]> truth;

  Columns(std::size_t classes, std::size_t frame_count)
      : frames(frame_count),
        scores(std::make_unique_for_overwrite<double[]>(classes * frame_count)),
        truth(std::make_unique_for_overwrite<std::uint8_t[]>(classes * frame_count)) {}
  std::span<const double> scores_of(std::size_t c) const { return {scores.get() + c * frames, frames}; }
  std::span<const std::uint8_t> truth_of(std::size_t c) const { return {truth.get() + c * frames, frames}; }
};

/// Fills the columns of the component of `rankings` and counts its top-k.
void set_columns(const TripletScores& input, const Order& order, Rankings& rankings, Columns& columns, int jobs) {
  const std::size_t triplets = input.table.classes.size(), frames = order.frame_at.size();
  const Component& component = rankings.component;
  const std::size_t classes = component.names.size();
  rankings.found.assign(input.top.size(), std::vector<double>(input.cases, 0));
  rankings.present.assign(input.cases, 0);
  const std::size_t turns = (frames + kFramesPerTurn - 1) / kFramesPerTurn;
  std::vector<std::vector<Found>> of_turn(turns);  // summed in order afterwards
  parallel_for(turns, jobs, [&](std::size_t turn) {
    // A tile of frames is turned at once: a column of its own per class would touch a page of memory for each score.
    std::vector<double> scores(kFramesPerTile * classes);
    std::vector<std::uint8_t> truth(kFramesPerTile * classes);
    const std::size_t end = std::min(frames, (turn + 1) * kFramesPerTurn);
    for (std::size_t first = turn * kFramesPerTurn; first < end; first += kFramesPerTile) {
      const std::size_t count = std::min(kFramesPerTile, end - first);
      for (std::size_t f = 0; f < count; ++f) {
        const double* const row_scores = input.scores.data() + order.frame_at[first + f] * triplets;
        const std::uint8_t* const row_truth = input.truth.data() + order.frame_at[first + f] * triplets;
        double* const own_scores = scores.data() + f * classes;
        std::uint8_t* const own_truth = truth.data() + f * classes;
        for (std::size_t c = 0; c < classes; ++c) {
          double score = -std::numeric_limits<double>::infinity();
          std::uint8_t is_present = 0;
          for (std::uint32_t m = component.begin[c]; m < component.begin[c + 1]; ++m) {
            score = std::max(score, row_scores[component.triplets[m]]);
            is_present |= row_truth[component.triplets[m]];
          }
          own_scores[c] = score;
          own_truth[c] = is_present;
        }
        count_top({own_scores, classes}, {own_truth, classes}, order.case_of_place[first + f], input.top,
                  of_turn[turn]);
      }
      for (std::size_t c = 0; c < classes; ++c) {
        for (std::size_t f = 0; f < count; ++f) {
          columns.scores[c * frames + first + f] = scores[f * classes + c];
          columns.truth[c * frames + first + f] = truth[f * classes + c];
        }
      }
    }
  });
  for (const auto& turn : of_turn) {
    for (const Found& found : turn) {
      for (std::size_t k = 0; k < input.top.size(); ++k) rankings.found[k][found.case_number] += found.in_top[k];
      rankings.present[found.case_number] += found.in_top.back();
    }
  }
}

std::vector<Rankings> rankings_of(const TripletScores& input, int jobs) {
  const Order order = order_of(input);
  Columns columns(input.table.classes.size(), order.frame_at.size());
  std::vector<Rankings> all;
  for (const std::string_view which : kComponents) {
    Rankings& rankings = all.emplace_back();
    rankings.component = component_of(input.table, which);
    set_columns(input, order, rankings, columns, jobs);
    const std::size_t classes = rankings.component.names.size();
    rankings.of_class.resize(classes);
    rankings.ap_of_video.assign(classes, std::vector<double>(input.case_of_video.size()));
    std::atomic<std::size_t> next_class = 0;
    parallel_for(static_cast<std::size_t>(std::max(1, jobs)), jobs, [&](std::size_t) {
      TripletRankingRoom room;
      for (std::size_t c = next_class++; c < classes; c = next_class++) {
        rankings.of_class[c] =
            triplet_ranking(columns.truth_of(c), columns.scores_of(c), order.videos, rankings.ap_of_video[c], room);
      }
    });
  }
  return all;
}

double weighted_mean(std::span<const double> values, std::span<const std::size_t> case_of,
                     std::span<const double> weights) {
  double sum = 0, total = 0;
  for (std::size_t v = 0; v < values.size(); ++v) {
    if (std::isnan(values[v]) || !(weights[case_of[v]] > 0)) continue;
    sum += weights[case_of[v]] * values[v];
    total += weights[case_of[v]];
  }
  return total > 0 ? sum / total : kUndefined;
}

double mean_of_defined(std::span<const double> values, std::span<const TripletClass> without_null = {}) {
  double sum = 0, count = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (std::isnan(values[i]) || (!without_null.empty() && without_null[i].is_null)) continue;
    sum += values[i];
    count += 1;
  }
  return count > 0 ? sum / count : kUndefined;
}

double share(std::span<const double> weights, const std::vector<double>& part, const std::vector<double>& whole) {
  double sum = 0, total = 0;
  for (std::size_t c = 0; c < weights.size(); ++c) {
    sum += weights[c] * part[c];
    total += weights[c] * whole[c];
  }
  return total > 0 ? sum / total : kUndefined;
}

std::vector<std::string> names_of(const std::vector<Rankings>& all, std::span<const std::size_t> top) {
  std::vector<std::string> names;
  for (std::size_t k = 0; k < all.size(); ++k) {
    names.push_back(fmt::format("ap_{}:video", kComponents[k]));
    names.push_back(fmt::format("ap_{}:global", kComponents[k]));
  }
  names.insert(names.end(), {"ap_ivt:video_no_null", "ap_ivt:global_no_null"});
  for (std::size_t k = 0; k < all.size(); ++k) {
    for (const std::size_t n : top) names.push_back(fmt::format("top{}_{}", n, kComponents[k]));
  }
  for (std::size_t k = 0; k < all.size(); ++k) {
    for (const std::string_view how : {"video", "global"}) {
      for (const std::string& name : all[k].component.names)
        names.push_back(fmt::format("ap_{}:{}/{}", kComponents[k], how, name));
    }
  }
  return names;
}

struct Board {
  std::vector<Rankings> components;
  std::vector<std::size_t> case_of_video;
  std::vector<TripletClass> classes;
  std::size_t tops = 0;

  std::size_t first_top() const { return 2 * components.size() + 2; }
  /// Of each component first the APs by video, then those over all frames.
  std::size_t first_class() const { return first_top() + tops * components.size(); }
};

/// Everything but the values of classes, which are there already.
void put_means(const Board& board, std::span<const double> weights, std::span<double> values) {
  std::size_t at = board.first_class();
  for (std::size_t k = 0; k < board.components.size(); ++k) {
    const Rankings& rankings = board.components[k];
    const std::size_t count = rankings.of_class.size();
    const std::span<double> by_video = values.subspan(at, count), pooled = values.subspan(at + count, count);
    values[2 * k] = mean_of_defined(by_video);
    values[2 * k + 1] = mean_of_defined(pooled);
    if (k == 0) {
      values[board.first_top() - 2] = mean_of_defined(by_video, board.classes);
      values[board.first_top() - 1] = mean_of_defined(pooled, board.classes);
    }
    for (std::size_t n = 0; n < board.tops; ++n)
      values[board.first_top() + k * board.tops + n] = share(weights, rankings.found[n], rankings.present);
    at += 2 * count;
  }
}

/// As weighted_mean, a lane per setting.
void weighted_means(std::span<const double> values, std::span<const std::size_t> case_of, const WeightLanes& weights,
                    Lanes& means) {
  Lanes sums{}, totals{};
  for (std::size_t v = 0; v < values.size(); ++v) {
    if (std::isnan(values[v])) continue;
    const double* const weight = weights.of_case(case_of[v]);
    for (std::size_t l = 0; l < kLanes; ++l) {
      sums[l] += weight[l] * values[v];
      totals[l] += weight[l];
    }
  }
  for (std::size_t l = 0; l < kLanes; ++l) means[l] = totals[l] > 0 ? sums[l] / totals[l] : kUndefined;
}

void many_values(const Board& board, std::size_t names, std::size_t count, std::span<const double> weights,
                 std::span<double> values) {
  const std::size_t cases = weights.size() / count;
  const std::vector<WeightLanes> groups = lanes_of(weights, count);
  std::size_t at = board.first_class();
  for (const Rankings& rankings : board.components) {
    const std::size_t classes = rankings.of_class.size();
    // Class by class, so that a ranking is in the cache when the next group asks for it.
    for (std::size_t c = 0; c < classes; ++c) {
      for (std::size_t g = 0; g < groups.size(); ++g) {
        Lanes by_video{}, pooled{};
        weighted_means(rankings.ap_of_video[c], board.case_of_video, groups[g], by_video);
        stepped_ap(rankings.of_class[c], groups[g], pooled);
        for (std::size_t l = 0; l < kLanes && g * kLanes + l < count; ++l) {
          const std::size_t row = (g * kLanes + l) * names + at;
          values[row + c] = by_video[l];
          values[row + classes + c] = pooled[l];
        }
      }
    }
    at += 2 * classes;
  }
  for (std::size_t i = 0; i < count; ++i)
    put_means(board, weights.subspan(i * cases, cases), values.subspan(i * names, names));
}

Error bad(std::string what, std::string where, std::string_view hint) {
  return {ErrorKind::kData, std::move(what), std::move(where), std::string(hint)};
}

Status check_table(const TripletTable& table) {
  std::map<std::array<std::size_t, 3>, std::size_t> seen;
  for (std::size_t c = 0; c < table.classes.size(); ++c) {
    const TripletClass& triplet = table.classes[c];
    if (triplet.instrument >= table.instruments.size() || triplet.verb >= table.verbs.size() ||
        triplet.target >= table.targets.size())
      return bad("a triplet names a word that is not there", fmt::format("class {}", c), "ids count from 0");
    const auto [first, is_new] = seen.try_emplace({triplet.instrument, triplet.verb, triplet.target}, c);
    if (!is_new)
      return bad(fmt::format("the same triplet as class {}", first->second), fmt::format("class {}", c),
                 "each triplet is one class");
  }
  return done();
}

Status check(const TripletScores& input) {
  SURGSIGMA_CHECK(check_table(input.table));
  const std::size_t classes = input.table.classes.size(), frames = input.video_of_frame.size();
  if (input.truth.size() != frames * classes || input.scores.size() != frames * classes)
    return bad(fmt::format("{} truths and {} scores for {} frames of {} classes", input.truth.size(),
                           input.scores.size(), frames, classes),
               "triplets", "give frames * classes of each");
  for (const std::size_t top : input.top) {
    if (top == 0) return Error{ErrorKind::kUsage, "top-0 makes no sense", "triplets", "count from 1"};
  }
  for (std::size_t v = 0; v < input.case_of_video.size(); ++v) {
    if (input.case_of_video[v] >= input.cases)
      return bad("no such case", fmt::format("video {}", v), "cases count from 0");
  }
  for (std::size_t f = 0; f < frames; ++f) {
    if (input.video_of_frame[f] >= input.case_of_video.size())
      return bad("no such video", fmt::format("frame {}", f), "videos count from 0");
  }
  for (std::size_t i = 0; i < input.scores.size(); ++i) {
    if (std::isfinite(input.scores[i]) && input.truth[i] <= 1) continue;
    const bool is_score = input.truth[i] <= 1;
    return bad(is_score ? "a score that is no finite number" : "a truth that is neither 0 nor 1",
               fmt::format("frame {}, class {}", i / classes, i % classes),
               is_score ? "give a frame that could not be read the lowest score" : "frames without labels stay out");
  }
  return done();
}

}  // namespace

Result<Scorer> triplet_ap(const TripletScores& input, int jobs) {
  SURGSIGMA_CHECK(check(input));
  Scorer scorer;
  auto board = std::make_shared<Board>();
  board->components = rankings_of(input, jobs);
  board->case_of_video = input.case_of_video;
  board->classes = input.table.classes;
  board->tops = input.top.size();
  scorer.names = names_of(board->components, input.top);
  scorer.values_at = [board = std::shared_ptr<const Board>(board)](std::span<const double> weights,
                                                                   std::span<double> values) {
    std::size_t at = board->first_class();
    for (const Rankings& rankings : board->components) {
      const std::size_t count = rankings.of_class.size();
      for (std::size_t c = 0; c < count; ++c) {
        values[at + c] = weighted_mean(rankings.ap_of_video[c], board->case_of_video, weights);
        values[at + count + c] = stepped_ap(rankings.of_class[c], weights);
      }
      at += 2 * count;
    }
    put_means(*board, weights, values);
  };
  scorer.many_values_at = [board = std::shared_ptr<const Board>(board), names = scorer.names.size()](
                              std::size_t count, std::span<const double> weights, std::span<double> values) {
    many_values(*board, names, count, weights, values);
  };
  return scorer;
}

}  // namespace surgsigma
