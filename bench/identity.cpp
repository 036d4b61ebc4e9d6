// bench_pixels identity: are altered copies of drawn recordings found, and nothing else? Draws `videos` short
// recordings of operations apart, alters `copies` of them in every way of simulate/copies.h, each a part of 12 to 45
// seconds sampled at other moments, and matches by refine/identity.h. Prints recall per way, matches between recordings
// that are none, and how much memory the matching takes.
#include "surgsigma/refine/identity.h"

#include <fmt/core.h>

#include <ctime>
#include <fstream>
#include <mutex>

#include "probe.h"
#include "surgsigma/base/text.h"
#include "surgsigma/base/threads.h"
#include "surgsigma/media/quality.h"
#include "surgsigma/simulate/copies.h"
#include "surgsigma/simulate/layout.h"
#include "surgsigma/simulate/render/render.h"

namespace surgsigma::bench {
namespace {

struct Settings {
  int videos = 500;
  int copies = 100;
  int seconds = 60;
  int threads = 2;
  std::uint64_t seed = 1;
  ImageSize size{320, 180};
};

/// The samples of one recording; no entry where a picture says nothing.
using Samples = std::vector<Fingerprint>;

void add_sample(const Image& picture, Microseconds time, const IdentityRules& rules, Samples& samples) {
  const auto measured = measure_frame(picture);
  if (!measured || measured->hash.contrast < rules.contrast) return;
  samples.push_back({0, time, measured->hash.views});
}

struct Original {
  Samples samples;
  std::vector<Image> later;  ///< the same recording at other moments, where it is copied
  Microseconds shift = 0;    ///< of those moments
};

Result<Original> draw_original(const Catalog& catalog, const Settings& settings, int number, bool is_copied,
                               const IdentityRules& rules) {
  const auto all = scripts();
  const Script& script = all[static_cast<std::size_t>(number) % all.size()];
  SURGSIGMA_TRY(home, card_of(catalog, std::string(script.home)));
  SURGSIGMA_TRY(valid, valid_triplets(home));
  const std::string key = "bench:" + std::to_string(number);
  const Operation operation = make_operation(script, valid, settings.seed, key, 0.3);
  RenderOptions options;
  options.size = settings.size;
  options.seed = settings.seed;
  SURGSIGMA_TRY(renderer, Renderer::create(catalog, script, operation, key, options));
  Draws draws(settings.seed, key, "part");
  const std::int64_t rate = options.rate.num / options.rate.den;
  const std::int64_t room = std::max<std::int64_t>(0, renderer.frames() / rate - settings.seconds - 2);
  const std::int64_t first = draws.between(0, room) * rate, shift = draws.between(0, rate - 1);
  Original made;
  made.shift = shift * kSecond / rate;
  RenderedFrame frame;
  for (int second = 0; second < settings.seconds; ++second) {
    renderer.render(first + second * rate, frame);
    add_sample(frame.image, second * kSecond, rules, made.samples);
    if (!is_copied) continue;
    renderer.render(first + second * rate + shift, frame);
    made.later.push_back(frame.image);
  }
  return made;
}

struct Copy {
  Samples samples;
  Microseconds begin = 0;  ///< in the original
  Microseconds end = 0;
};

Result<Copy> copy_of(const Original& original, const CopyRow& row, const Settings& settings, int number,
                     const IdentityRules& rules) {
  const std::string id = std::to_string(number);
  Draws draws(settings.seed, id, row.name);
  const auto most = static_cast<std::int64_t>(original.later.size());
  const std::int64_t length = std::min(most, draws.between(12, 45)), first = draws.between(0, most - length);
  std::vector<Image> pictures;
  for (std::int64_t i = first; i < first + length; ++i) {
    pictures.push_back(row.alter(original.later[static_cast<std::size_t>(i)], Draws(settings.seed, id, "alter")));
  }
  if (row.is_encoded) {
    SURGSIGMA_TRY(encoded, reencoded(pictures));
    pictures = std::move(encoded);
  }
  Copy copy;
  copy.begin = first * kSecond + original.shift;
  copy.end = copy.begin + length * kSecond;
  for (std::size_t i = 0; i < pictures.size(); ++i)
    add_sample(pictures[i], static_cast<Microseconds>(i) * kSecond, rules, copy.samples);
  return copy;
}

void append(const Samples& samples, std::uint32_t video, std::vector<Fingerprint>& prints) {
  for (Fingerprint print : samples) {
    print.video = video;
    prints.push_back(print);
  }
}

/// VmHWM of this process in bytes since it was last set back.
std::int64_t peak_bytes(const char* field) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(field))
      return 1024 * parse_int(trim(line.substr(line.find(':') + 1, line.find("kB") - line.find(':') - 1))).value_or(0);
  }
  return 0;
}

struct Outcome {
  int copies = 0, found = 0, right_place = 0, false_matches = 0;
  double share = 0, bits = 0, most_bits = 0;
  std::vector<std::string> missed, wrong;
};

Outcome judge(const std::vector<Original>& originals, const std::vector<Copy>& copies, const Settings& settings,
              const IdentityRules& rules) {
  std::vector<Fingerprint> prints;
  const auto many = static_cast<std::uint32_t>(originals.size());
  for (std::uint32_t i = 0; i < many; ++i) append(originals[i].samples, i, prints);
  for (std::uint32_t i = 0; i < copies.size(); ++i) append(copies[i].samples, many + i, prints);
  const auto matches = find_matches(prints, rules, settings.threads);
  Outcome outcome;
  outcome.copies = static_cast<int>(copies.size());
  std::vector<const VideoMatch*> best(copies.size());
  for (const VideoMatch& match : matches) {
    const bool is_own = match.video >= many && match.other == match.video - many;
    if (!is_own) {
      ++outcome.false_matches;
      outcome.wrong.push_back(fmt::format("{}-{} share {:.2f} samples {} bits {:.1f}", match.video, match.other,
                                          match.share, match.samples,
                                          static_cast<double>(match.bits) / static_cast<double>(match.samples)));
      continue;
    }
    const VideoMatch*& own = best[match.video - many];
    if (!own || match.samples > own->samples) own = &match;
  }
  for (std::size_t i = 0; i < copies.size(); ++i) {
    if (!best[i]) {
      outcome.missed.push_back(std::to_string(i));
      continue;
    }
    ++outcome.found;
    outcome.share += best[i]->share;
    const double bits = static_cast<double>(best[i]->bits) / static_cast<double>(best[i]->samples);
    outcome.bits += bits;
    outcome.most_bits = std::max(outcome.most_bits, bits);
    const Microseconds offset = best[i]->other_range.begin - best[i]->range.begin;
    outcome.right_place += std::abs(offset - copies[i].begin) <= 1'500'000;
  }
  return outcome;
}

/// Milliseconds per frame of 854x480: all measures, and what the hashes are of it. Processor time of one thread.
Json frame_cost(const Catalog& catalog, const IdentityRules& rules) {
  Settings settings;
  settings.size = {854, 480};
  settings.seconds = 1;
  const auto made = draw_original(catalog, settings, 0, true, rules);
  if (!made.ok() || made->later.empty()) return nullptr;
  const auto time = [&](bool wants_hash) {
    constexpr int kRounds = 200;
    QualitySettings measures;
    measures.wants_hash = wants_hash;
    const std::clock_t begin = std::clock();
    for (int i = 0; i < kRounds; ++i) (void)measure_frame(made->later.front(), nullptr, measures);
    return 1000.0 * static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC / kRounds;
  };
  const double without = time(false), with = time(true);
  return {{"all_ms", with}, {"hashes_ms", with - without}};
}

}  // namespace

Result<Json> probe_identity(const Arguments& arguments) {
  Settings settings;
  settings.videos = arguments.number_or("videos", settings.videos);
  settings.copies = std::min(settings.videos, arguments.number_or("copies", settings.copies));
  settings.seconds = arguments.number_or("seconds", settings.seconds);
  settings.threads = arguments.number_or("threads", settings.threads);
  settings.size.width = arguments.number_or("width", settings.size.width);
  settings.size.height = settings.size.width * 9 / 16;
  settings.seed = static_cast<std::uint64_t>(arguments.number_or("seed", 1));
  const std::string only = arguments.text_or("only", "");
  IdentityRules rules;
  rules.seed_bits = arguments.number_or("seed_bits", rules.seed_bits);
  rules.match_bits = arguments.number_or("match_bits", rules.match_bits);
  rules.least_pictures = arguments.number_or("least_pictures", static_cast<int>(rules.least_pictures));
  SURGSIGMA_TRY(catalog, open_catalog());

  std::vector<int> numbers;
  for (int i = 0; i < settings.copies; ++i) numbers.push_back(i);
  const std::string list = arguments.text_or("numbers", "");  // which recordings are drawn behind the copied ones
  for (const std::string_view part : split(list, ',')) {
    if (const auto number = parse_int(part)) numbers.push_back(static_cast<int>(*number));
  }
  const StopWatch drawing;
  std::vector<Original> originals(static_cast<std::size_t>(settings.videos));
  std::vector<std::vector<Copy>> copies(copy_rows().size());
  for (auto& own : copies) own.resize(static_cast<std::size_t>(settings.copies));
  std::mutex guard;
  std::optional<Error> error;
  parallel_for(originals.size(), settings.threads, [&](std::size_t i) {
    const bool is_copied = i < static_cast<std::size_t>(settings.copies);
    auto made =
        draw_original(catalog, settings, i < numbers.size() ? numbers[i] : static_cast<int>(i), is_copied, rules);
    if (made.ok()) {
      for (std::size_t row = 0; is_copied && row < copies.size(); ++row) {
        if (!only.empty() && copy_rows()[row].name != only) continue;
        auto copy = copy_of(*made, copy_rows()[row], settings, static_cast<int>(i), rules);
        if (copy.ok())
          copies[row][i] = std::move(*copy);
        else if (const std::lock_guard lock(guard); !error)
          error = copy.error();
      }
      made->later = {};
      originals[i] = std::move(*made);
    } else if (const std::lock_guard lock(guard); !error) {
      error = made.error();
    }
  });
  if (error) return *error;
  fmt::print(stderr, "drawn in {:.0f} s\n", drawing.seconds());

  Json rows = Json::array();
  int all = 0, found = 0, wrong = 0;
  for (std::size_t row = 0; row < copies.size(); ++row) {
    if (!only.empty() && copy_rows()[row].name != only) continue;
    const Outcome outcome = judge(originals, copies[row], settings, rules);
    all += outcome.copies;
    found += outcome.found;
    wrong += outcome.false_matches;
    const double count = std::max(1, outcome.found);
    fmt::print(stderr,
               "{:20} found {:3} of {:3}, at the right place {:3}, false {:2}, share {:.2f}, bits {:.1f} to {:.1f}  "
               "missed {}\n",
               copy_rows()[row].name, outcome.found, outcome.copies, outcome.right_place, outcome.false_matches,
               outcome.share / count, outcome.bits / count, outcome.most_bits, join(outcome.missed, " "));
    for (const std::string& line : outcome.wrong) fmt::print(stderr, "    {}\n", line);
    rows.push_back({{"copy", copy_rows()[row].name},
                    {"copies", outcome.copies},
                    {"found", outcome.found},
                    {"right_place", outcome.right_place},
                    {"false", outcome.false_matches}});
  }

  Json memory = Json::array();
  for (const int part : {4, 2, 1}) {
    std::vector<Fingerprint> prints;
    const std::size_t many = originals.size() / static_cast<std::size_t>(part);
    for (std::size_t i = 0; i < many; ++i) append(originals[i].samples, static_cast<std::uint32_t>(i), prints);
    prints.shrink_to_fit();
    std::ofstream("/proc/self/clear_refs") << "5";
    const std::int64_t before = peak_bytes("VmRSS");
    const StopWatch watch;
    (void)find_matches(prints, rules, settings.threads);
    const double seconds = watch.seconds();
    const auto bytes = static_cast<std::int64_t>(prints.size() * sizeof(Fingerprint)) + peak_bytes("VmHWM") - before;
    memory.push_back({{"videos", many},
                      {"samples", prints.size()},
                      {"bytes", bytes},
                      {"bytes_per_sample", static_cast<double>(bytes) / static_cast<double>(prints.size())},
                      {"seconds", seconds}});
  }
  return Json{{"seconds", drawing.seconds()},        {"copies", all}, {"found", found},  {"false", wrong},
              {"frame", frame_cost(catalog, rules)}, {"rows", rows},  {"memory", memory}};
}

}  // namespace surgsigma::bench
