#include "surgsigma/simulate/render/render.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "surgsigma/base/threads.h"
#include "surgsigma/simulate/layout.h"
#include "surgsigma/simulate/render/shade.h"

namespace surgsigma {
namespace {

constexpr ImageSize kSmall{428, 240};

const Catalog& catalog() {
  static const Catalog loaded = [] {
    auto read = load_catalog(SURGSIGMA_SOURCE_DIR "/catalog");
    EXPECT_TRUE(read) << to_string(read.error());
    return std::move(*read);
  }();
  return loaded;
}

Operation operation(std::string_view name, int number, double scale = 0.15) {
  const Script& script = *find_script(name);
  const auto valid = valid_triplets(*catalog().source(SourceId(std::string(script.home))));
  EXPECT_TRUE(valid);
  return make_operation(script, *valid, 1, "case:" + std::to_string(number), scale);
}

RenderOptions small_options() {
  RenderOptions options;
  options.size = kSmall;
  options.with_overlay = false;
  options.with_circle = false;
  options.with_black_sections = false;
  return options;
}

Renderer renderer(std::string_view name, const Operation& shown, RenderOptions options = small_options()) {
  auto made = Renderer::create(catalog(), *find_script(name), shown, "video01", options);
  EXPECT_TRUE(made) << to_string(made.error());
  return std::move(*made);
}

std::int64_t frame_of(Milliseconds t) { return t / 40; }

bool is_same(const RenderedFrame& a, const RenderedFrame& b) {
  return a.image == b.image && a.instances == b.instances && a.parts == b.parts && a.depth_mm == b.depth_mm &&
         a.transmission == b.transmission && a.objects.size() == b.objects.size();
}

Box label_box(const Path& path, Milliseconds t) {
  const RelativeBox box = path.at(t);
  return {box.x * kSmall.width, box.y * kSmall.height, (box.x + box.width) * kSmall.width,
          (box.y + box.height) * kSmall.height};
}

const RenderedObject* find_object(const RenderedFrame& frame, std::uint8_t id) {
  const auto at = std::find_if(frame.objects.begin(), frame.objects.end(),
                               [&](const RenderedObject& object) { return object.id == id; });
  return at == frame.objects.end() ? nullptr : &*at;
}

TEST(Render, AnyOrderAndAnyThreadGiveTheSameFrames) {
  RenderOptions options = small_options();
  options.with_overlay = std::nullopt;
  options.with_circle = true;
  const Renderer made = renderer("cholecystectomy", operation("cholecystectomy", 1), options);
  const std::vector<std::int64_t> indices = {700, 3, 2500, 41, 701, 3};
  std::vector<RenderedFrame> one_by_one(indices.size()), together(indices.size());
  RenderedFrame used_again;
  for (std::size_t i = 0; i < indices.size(); ++i) {
    made.render(indices[i], used_again);
    one_by_one[i] = used_again;
  }
  parallel_for(indices.size(), 3, [&](std::size_t i) {
    const std::size_t back = indices.size() - 1 - i;
    made.render(indices[back], together[back]);
  });
  for (std::size_t i = 0; i < indices.size(); ++i) EXPECT_TRUE(is_same(one_by_one[i], together[i])) << indices[i];
  EXPECT_TRUE(is_same(one_by_one[1], one_by_one[5]));
  EXPECT_FALSE(one_by_one[0].image == one_by_one[4].image) << "things move from frame to frame";
}

TEST(Render, AnotherIdLooksDifferentAndShowsTheSame) {
  const Operation shown = operation("cholecystectomy", 2);
  const RenderOptions options = small_options();
  auto other = Renderer::create(catalog(), *find_script("cholecystectomy"), shown, "video02", options);
  ASSERT_TRUE(other);
  RenderedFrame a, b;
  const std::int64_t index = frame_of(shown.activities.front().begin + 2000);
  renderer("cholecystectomy", shown, options).render(index, a);
  other->render(index, b);
  EXPECT_FALSE(a.image == b.image);
  EXPECT_EQ(a.state.phase, b.state.phase);
  ASSERT_EQ(a.state.triplets.size(), b.state.triplets.size());
}

TEST(Render, WorkingEndsFillTheBoxesOfTheScript) {
  double sum = 0;
  int count = 0, good = 0;
  for (const std::string_view name : {"cholecystectomy", "prostatectomy"}) {
    const Operation shown = operation(name, 3);
    const Renderer made = renderer(name, shown);
    RenderedFrame frame;
    for (std::size_t i = 0; i < shown.activities.size(); i += shown.activities.size() / 40 + 1) {
      const Activity& activity = shown.activities[i];
      const Milliseconds t = (activity.begin + activity.end) / 2 / 40 * 40;
      made.render(frame_of(t), frame);
      const RenderedObject* tool = find_object(frame, static_cast<std::uint8_t>(60 + activity.lane));
      ASSERT_NE(tool, nullptr) << activity.instrument << " at " << t;
      EXPECT_EQ(tool->word, activity.instrument);
      ASSERT_TRUE(tool->working_end);
      const double overlap = iou(*tool->working_end, label_box(activity.path, t));
      sum += overlap;
      good += overlap > 0.7;
      ++count;
      EXPECT_GE(tool->box.area(), tool->working_end->area());
    }
  }
  ASSERT_GT(count, 40);
  EXPECT_GT(sum / count, 0.88);
  EXPECT_GT(good, count * 93 / 100);
}

TEST(Render, ShaftsReachTheBorder) {
  const Operation shown = operation("cholecystectomy", 3);
  const Renderer made = renderer("cholecystectomy", shown);
  RenderedFrame frame;
  for (std::size_t i = 0; i < shown.activities.size(); i += 25) {
    made.render(frame_of((shown.activities[i].begin + shown.activities[i].end) / 2), frame);
    for (const RenderedObject& object : frame.objects) {
      if (object.kind != ObjectKind::kInstrument) continue;
      const Box& box = object.box;
      EXPECT_TRUE(box.x1 == 0 || box.y1 == 0 || box.x2 == kSmall.width || box.y2 == kSmall.height);
    }
  }
}

TEST(Render, BoxesAndAreasAreThoseOfTheMask) {
  const Operation shown = operation("cholecystectomy", 4);
  RenderedFrame frame;
  renderer("cholecystectomy", shown).render(frame_of(shown.activities[20].begin + 1000), frame);
  std::map<int, std::int64_t> pixels;
  for (const std::uint8_t id : frame.instances.values) ++pixels[id];
  EXPECT_EQ(pixels.count(0), 0U) << "inside the body everything is something";
  std::int64_t all = 0;
  for (const RenderedObject& object : frame.objects) {
    EXPECT_EQ(object.pixels, pixels[object.id]) << object.concept_id.text;
    EXPECT_NE(catalog().ontology.find(object.concept_id), nullptr) << object.concept_id.text;
    all += object.pixels;
    for (int y = 0; y < kSmall.height; ++y) {
      for (int x = 0; x < kSmall.width; ++x) {
        if (*frame.instances.at(x, y) != object.id) continue;
        ASSERT_TRUE(x >= object.box.x1 && x < object.box.x2 && y >= object.box.y1 && y < object.box.y2);
      }
    }
  }
  EXPECT_EQ(all, static_cast<std::int64_t>(frame.instances.pixels())) << "every id has its object";
}

TEST(Render, InstrumentsAreNearerThanWhatTheyHide) {
  const Operation shown = operation("cholecystectomy", 5);
  const Renderer made = renderer("cholecystectomy", shown);
  std::int64_t borders = 0, nearer = 0;
  RenderedFrame frame;
  for (std::size_t i = 0; i < shown.activities.size(); i += 7) {
    made.render(frame_of((shown.activities[i].begin + shown.activities[i].end) / 2), frame);
    for (const float depth : frame.depth_mm.values) ASSERT_GT(depth, 10.0F);
    for (int y = 0; y < kSmall.height; ++y) {
      for (int x = 1; x < kSmall.width; ++x) {
        const bool is_tool = *frame.parts.at(x, y) != 0, was_tool = *frame.parts.at(x - 1, y) != 0;
        const bool is_border = is_tool != was_tool && *frame.instances.at(x, y) < 80 && *frame.instances.at(x - 1, y) < 80;
        if (!is_border) continue;
        ++borders;
        const float tool = *frame.depth_mm.at(is_tool ? x : x - 1, y), tissue = *frame.depth_mm.at(is_tool ? x - 1 : x, y);
        nearer += tool < tissue;
      }
    }
  }
  ASSERT_GT(borders, 2000);
  EXPECT_GT(nearer, borders * 97 / 100);
}

TEST(Render, SmokeTurnsBackIntoTheCleanFrame) {
  RenderOptions options = small_options();
  options.with_clean = true;
  options.with_overlay = true;
  const Operation shown = operation("cholecystectomy", 1);
  const Renderer made = renderer("cholecystectomy", shown, options);
  int smoky = 0, clear = 0;
  RenderedFrame frame;
  for (Milliseconds t = 1000; t < shown.end && (smoky < 8 || clear < 2); t += 3000) {
    made.render(frame_of(t), frame);
    if (frame.state.is_out_of_body) continue;
    const SmokeState& smoke = frame.state.smoke;
    if (smoke.mean_density == 0) {
      EXPECT_TRUE(frame.image == frame.clean);
      ++clear;
    }
    if (smoke.mean_density < 0.1) continue;
    ++smoky;
    double squares = 0;
    std::int64_t values = 0;
    for (int y = 0; y < kSmall.height; ++y) {
      for (int x = 0; x < kSmall.width; ++x) {
        const float t_red = *frame.transmission.at(x, y);
        ASSERT_GE(t_red, 0.0F);
        ASSERT_LE(t_red, 1.0F);
        if (t_red <= 0.3F) continue;
        for (std::size_t c = 0; c < 3; ++c) {
          const float through = std::pow(t_red, smoke.extinction[c]);
          const float air = smoke.airlight[c] * airlight_share(smoke, x, y, kSmall) * (1 - through);
          const float seen = drawing::linear_from_srgb(frame.image.at(x, y)[c]);
          const double off = static_cast<double>(drawing::srgb_from_linear((seen - air) / through)) - frame.clean.at(x, y)[c];
          squares += off * off;
          ++values;
        }
      }
    }
    EXPECT_GT(10 * std::log10(255.0 * 255.0 * static_cast<double>(values) / std::max(squares, 1e-9)), 35) << "at " << t;
  }
  EXPECT_EQ(smoky, 8);
  EXPECT_GE(clear, 1);
}

TEST(Render, CoagulationSmokesAndWithoutSmokeThereIsNone) {
  const Operation shown = operation("cholecystectomy", 6, 1);
  const auto coagulation = std::find_if(shown.activities.begin(), shown.activities.end(), [](const Activity& activity) {
    return activity.verb == "coagulate" && activity.end - activity.begin > 6000;
  });
  ASSERT_NE(coagulation, shown.activities.end());
  RenderOptions options = small_options();
  RenderedFrame before, during;
  const Renderer made = renderer("cholecystectomy", shown, options);
  made.render(frame_of(coagulation->begin + 5000), during);
  EXPECT_GT(during.state.smoke.mean_density, 0.003);
  options.with_smoke = false;
  renderer("cholecystectomy", shown, options).render(frame_of(coagulation->begin + 5000), during);
  EXPECT_EQ(during.state.smoke.mean_density, 0);
  EXPECT_EQ(*std::min_element(during.transmission.values.begin(), during.transmission.values.end()), 1.0F);
}

TEST(Render, OutOfTheBodyNothingIsNamed) {
  const Operation shown = operation("cholecystectomy", 2, 0.5);
  ASSERT_FALSE(shown.out_of_body.empty());
  const Span& outside = shown.out_of_body.front();
  const Renderer made = renderer("cholecystectomy", shown);
  RenderedFrame inside, out;
  made.render(frame_of(outside.begin) - 1, inside);
  made.render(frame_of(outside.begin) + 1, out);
  EXPECT_FALSE(inside.state.is_out_of_body);
  EXPECT_FALSE(inside.objects.empty());
  EXPECT_TRUE(out.state.is_out_of_body);
  EXPECT_TRUE(out.objects.empty());
  EXPECT_EQ(std::count(out.instances.values.begin(), out.instances.values.end(), 0),
            static_cast<std::ptrdiff_t>(out.instances.pixels()));
  EXPECT_EQ(*std::max_element(out.depth_mm.values.begin(), out.depth_mm.values.end()), 0.0F);
  EXPECT_GT(*std::max_element(out.image.values.begin(), out.image.values.end()), 30);
}

TEST(Render, BlackSectionsAreBlackAndSaySo) {
  RenderOptions options = small_options();
  options.with_black_sections = true;
  const Operation shown = operation("cholecystectomy", 3, 1);
  const Renderer made = renderer("cholecystectomy", shown, options);
  RenderedFrame frame;
  int black = 0;
  RenderOptions tiny = options;
  tiny.size = {32, 32};
  const Renderer scout = renderer("cholecystectomy", shown, tiny);
  for (std::int64_t index = 0; index < scout.frames() && black < 3; index += 10) {
    scout.render(index, frame);
    if (!frame.state.is_black) continue;
    ++black;
    made.render(index, frame);
    EXPECT_TRUE(frame.state.is_black);
    EXPECT_EQ(*std::max_element(frame.image.values.begin(), frame.image.values.end()), 0);
    EXPECT_TRUE(frame.objects.empty());
  }
  EXPECT_GT(black, 0);
}

TEST(Render, CriteriaFreeTheirStructures) {
  double covered = 0, freed = 0;
  int count = 0;
  for (int number = 1; number <= 12; ++number) {
    const Operation shown = operation("cholecystectomy", number);
    if (!shown.criteria[1].met) continue;  // C1: two structures
    const Renderer made = renderer("cholecystectomy", shown);
    RenderedFrame before, after;
    made.render(frame_of(*shown.criteria[1].met - 4000), before);
    made.render(frame_of(*shown.criteria[1].met + 400), after);
    EXPECT_FALSE(before.state.criteria[1]);
    EXPECT_TRUE(after.state.criteria[1]);
    const auto share = [](const RenderedFrame& frame) {
      const RenderedObject* duct = find_object(frame, 13);
      return duct == nullptr ? 0.0 : static_cast<double>(duct->pixels);
    };
    if (after.state.is_out_of_body) continue;
    covered += share(before);
    freed += share(after);
    ++count;
  }
  ASSERT_GT(count, 2);
  EXPECT_GT(freed, 1.5 * covered);
}

TEST(Render, AClipStaysOnTheDuct) {
  int seen = 0;
  for (int number = 1; number <= 8 && seen == 0; ++number) {
    const Operation shown = operation("cholecystectomy", number, 0.5);
    const Renderer made = renderer("cholecystectomy", shown);
    for (const Activity& activity : shown.activities) {
      if (activity.verb != "clip" || activity.target != "cystic_duct") continue;
      RenderedFrame frame;
      made.render(frame_of(activity.end + 1500), frame);
      seen += std::any_of(frame.objects.begin(), frame.objects.end(),
                          [](const RenderedObject& object) { return object.concept_id.text == "obj.clip"; });
    }
  }
  EXPECT_GT(seen, 0);
}

TEST(Render, EveryScriptHasHandsAndSuturingANeedle) {
  for (const Script& script : scripts()) {
    const Operation shown = operation(script.name, 1);
    const Renderer made = renderer(script.name, shown);
    std::map<std::string, int> seen;
    RenderedFrame frame;
    for (int i = 1; i < 30; ++i) {
      made.render(made.frames() * i / 30, frame);
      for (const RenderedObject& object : frame.objects) {
        ++seen[object.kind == ObjectKind::kInstrument ? "instrument" : object.concept_id.text];
      }
    }
    EXPECT_GT(seen["instrument"], 10) << script.name;
    if (script.name == "suturing") {
      EXPECT_GT(seen["obj.suturing_needle"], 3);
      EXPECT_GT(seen["obj.suture"], 3);
    }
  }
}

TEST(Render, TheSceneMovesAgainstTheCamera) {
  const Operation shown = operation("hysterectomy", 1);
  const Renderer made = renderer("hysterectomy", shown);
  RenderedFrame before, after;
  int tried = 0;
  for (const Span& motion : shown.motions) {
    made.render(frame_of(motion.begin), before);
    made.render(frame_of(motion.end - 1), after);
    EXPECT_EQ(after.state.camera.motion, motion.word);
    const double dx = after.state.camera.shift_x - before.state.camera.shift_x;
    const double dy = after.state.camera.shift_y - before.state.camera.shift_y;
    const double zoom = after.state.camera.zoom / before.state.camera.zoom;
    if (motion.word == "Left") {
      EXPECT_GT(dx, 30);
    }
    if (motion.word == "Right") {
      EXPECT_LT(dx, -30);
    }
    if (motion.word == "Up") {
      EXPECT_GT(dy, 30);
    }
    if (motion.word == "Down") {
      EXPECT_LT(dy, -30);
    }
    if (motion.word == "Zoom-in") {
      EXPECT_GT(zoom, 1.1);
    }
    if (motion.word == "Zoom-out") {
      EXPECT_LT(zoom, 0.9);
    }
    if (++tried == 12) break;
  }
  EXPECT_GT(tried, 5);
}

TEST(Render, ClassMasksTakeTheirValuesFromTheObjects) {
  const Operation shown = operation("cholecystectomy", 4);
  RenderedFrame frame;
  renderer("cholecystectomy", shown).render(frame_of(shown.activities[20].begin + 1000), frame);
  const auto mask = class_mask(
      frame, [](const RenderedObject& object) -> std::uint8_t { return object.kind == ObjectKind::kInstrument ? 255 : 0; });
  for (std::size_t i = 0; i < mask.values.size(); ++i) {
    ASSERT_EQ(mask.values[i] == 255, frame.parts.values[i] != 0);
  }
}

TEST(Render, NonsenseIsRefused) {
  const Operation shown = operation("cholecystectomy", 1);
  const auto refused = [&](RenderOptions options, const Operation& of) {
    auto made = Renderer::create(catalog(), *find_script("cholecystectomy"), of, "video01", options);
    return made ? std::string() : made.error().what;
  };
  RenderOptions options = small_options();
  options.size = {0, 480};
  EXPECT_EQ(refused(options, shown), "a picture of 0x480");
  options = small_options();
  options.rate = {0, 1};
  EXPECT_NE(refused(options, shown).find("frame rate"), std::string::npos);
  Operation strange = shown;
  strange.activities.front().instrument = "spoon";
  EXPECT_EQ(refused(small_options(), strange), "no concept for 'spoon'");
}

}  // namespace
}  // namespace surgsigma
