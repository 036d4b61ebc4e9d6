#include "surgsigma/eval/metrics/triplets.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <memory>

#include "surgsigma/base/threads.h"
#include "surgsigma/eval/metrics/triplet_ranking.h"

namespace surgsigma {
namespace {

constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kFramesPerTurn = 1024;
constexpr std::array<std::string_view, 6> kComponents = {"ivt", "i", "v", "t", "iv", "it"};

/// The classes of one component and which of them each triplet has.
struct Component {
  std::vector<std::string> names;
  std::vector<std::uint32_t> of_triplet;
};

Component component_of(const TripletTable& table, std::string_view which) {
  Component component;
  component.of_triplet.resize(table.classes.size());
  const auto name_of = [&](const TripletClass& triplet) {
    std::string name;
    const auto add = [&](const std::string& word) { name += name.empty() ? word : "," + word; };
    if (which.find('i') != which.npos) add(table.instruments[triplet.instrument]);
    if (which.find('v') != which.npos) add(table.verbs[triplet.verb]);
    if (which.find('t') != which.npos) add(table.targets[triplet.target]);
    return name;
  };
  if (which == "ivt") {
    for (std::size_t c = 0; c < table.classes.size(); ++c) {
      component.of_triplet[c] = static_cast<std::uint32_t>(c);
      component.names.push_back(name_of(table.classes[c]));
    }
    return component;
  }
  std::map<std::array<std::size_t, 3>, std::vector<std::size_t>> triplets_of;  // sorted by ids
  for (std::size_t c = 0; c < table.classes.size(); ++c) {
    const TripletClass& triplet = table.classes[c];
    triplets_of[{which.find('i') != which.npos ? triplet.instrument : 0,
                 which.find('v') != which.npos ? triplet.verb : 0, which.find('t') != which.npos ? triplet.target : 0}]
        .push_back(c);
  }
  for (const auto& [ids, triplets] : triplets_of) {
    for (const std::size_t c : triplets) component.of_triplet[c] = static_cast<std::uint32_t>(component.names.size());
    component.names.push_back(name_of(table.classes[triplets.front()]));
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
  std::vector<TripletRanking> of_class;
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

/// Columns of one component in order of videos, and top-k.
struct Columns {
  std::vector<double> scores;       // [class][place]
  std::vector<std::uint8_t> truth;  // [class][place]
};

Columns columns_of(const TripletScores& input, const Order& order, Rankings& rankings, int jobs) {
  const std::size_t triplets = input.table.classes.size(), frames = order.frame_at.size();
  const std::size_t classes = rankings.component.names.size();
  Columns columns{std::vector<double>(classes * frames), std::vector<std::uint8_t>(classes * frames)};
  rankings.found.assign(input.top.size(), std::vector<double>(input.cases, 0));
  rankings.present.assign(input.cases, 0);
  struct Found {
    std::uint32_t case_number = 0;
    std::vector<double> in_top;
  };
  const std::size_t turns = (frames + kFramesPerTurn - 1) / kFramesPerTurn;
  std::vector<std::vector<Found>> of_turn(turns);  // summed in order afterwards
  parallel_for(turns, jobs, [&](std::size_t turn) {
    std::vector<double> scores(classes);
    std::vector<std::uint8_t> truth(classes);
    const std::size_t end = std::min(frames, (turn + 1) * kFramesPerTurn);
    for (std::size_t place = turn * kFramesPerTurn; place < end; ++place) {
      const std::size_t row = order.frame_at[place] * triplets;
      std::fill(scores.begin(), scores.end(), -std::numeric_limits<double>::infinity());
      std::fill(truth.begin(), truth.end(), std::uint8_t{0});
      for (std::size_t c = 0; c < triplets; ++c) {
        const std::uint32_t to = rankings.component.of_triplet[c];
        scores[to] = std::max(scores[to], input.scores[row + c]);
        truth[to] |= input.truth[row + c];
      }
      auto& found = of_turn[turn];
      for (std::size_t c = 0; c < classes; ++c) {
        columns.scores[c * frames + place] = scores[c];
        columns.truth[c * frames + place] = truth[c];
        if (!truth[c]) continue;
        if (found.empty() || found.back().case_number != order.case_of_place[place])
          found.push_back({order.case_of_place[place], std::vector<double>(input.top.size() + 1, 0)});
        const Standing standing = standing_of(scores, scores[c]);
        for (std::size_t k = 0; k < input.top.size(); ++k)
          found.back().in_top[k] += standing.share_in_top(input.top[k]);
        found.back().in_top.back() += 1;
      }
    }
  });
  for (const auto& turn : of_turn) {
    for (const Found& found : turn) {
      for (std::size_t k = 0; k < input.top.size(); ++k) rankings.found[k][found.case_number] += found.in_top[k];
      rankings.present[found.case_number] += found.in_top.back();
    }
  }
  return columns;
}

std::shared_ptr<const std::vector<Rankings>> rankings_of(const TripletScores& input, int jobs) {
  const Order order = order_of(input);
  const std::size_t frames = order.frame_at.size();
  auto all = std::make_shared<std::vector<Rankings>>();
  for (const std::string_view which : kComponents) {
    Rankings& rankings = all->emplace_back();
    rankings.component = component_of(input.table, which);
    const Columns columns = columns_of(input, order, rankings, jobs);
    const std::size_t classes = rankings.component.names.size();
    rankings.of_class.resize(classes);
    rankings.ap_of_video.assign(classes, std::vector<double>(input.case_of_video.size()));
    parallel_for(classes, jobs, [&](std::size_t c) {
      rankings.of_class[c] =
          triplet_ranking(std::span(columns.truth).subspan(c * frames, frames),
                          std::span(columns.scores).subspan(c * frames, frames), order.videos, rankings.ap_of_video[c]);
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
  const auto all = rankings_of(input, jobs);
  Scorer scorer;
  scorer.names = names_of(*all, input.top);
  scorer.values_at = [all, case_of_video = input.case_of_video, classes = input.table.classes, tops = input.top.size()](
                         std::span<const double> weights, std::span<double> values) {
    const std::size_t first_top = 2 * all->size() + 2;
    std::size_t at = first_top + tops * all->size();
    for (std::size_t k = 0; k < all->size(); ++k) {
      const Rankings& rankings = (*all)[k];
      const std::size_t count = rankings.of_class.size();
      const std::span<double> by_video = values.subspan(at, count), pooled = values.subspan(at + count, count);
      for (std::size_t c = 0; c < count; ++c) {
        by_video[c] = weighted_mean(rankings.ap_of_video[c], case_of_video, weights);
        pooled[c] = weighted_average_precision(rankings.of_class[c], weights);
      }
      values[2 * k] = mean_of_defined(by_video);
      values[2 * k + 1] = mean_of_defined(pooled);
      if (k == 0) {
        values[first_top - 2] = mean_of_defined(by_video, classes);
        values[first_top - 1] = mean_of_defined(pooled, classes);
      }
      for (std::size_t n = 0; n < tops; ++n)
        values[first_top + k * tops + n] = share(weights, rankings.found[n], rankings.present);
      at += 2 * count;
    }
  };
  return scorer;
}

}  // namespace surgsigma
