// Drawing, checking, writing and reading what makes one smoke.
#include <algorithm>
#include <cmath>
#include <type_traits>

#include "surgsigma/base/random.h"
#include "surgsigma/base/text.h"
#include "surgsigma/synth/smoke.h"
#include "surgsigma/synth/smoke_ranges.h"

namespace surgsigma {
namespace {

constexpr double kReferenceWidth = 854;  // grid and blur keep their look on pictures of other sizes

/// A point of the border: mostly the sides and the lower edge, where instruments come in.
PlumeSource border_point(Draws& draws, ImageSize size) {
  const double along = draws.unit();
  switch (draws.below(4)) {
    case 0: return {0, (0.3 + 0.7 * along) * size.height};
    case 1: return {1.0 * size.width, (0.3 + 0.7 * along) * size.height};
    default: return {along * size.width, 1.0 * size.height};
  }
}

double between(Draws& draws, double low, double high) { return low + (high - low) * draws.unit(); }

Error wrong(std::string_view where, std::string what, std::string hint = "") {
  return {ErrorKind::kData, std::move(what), std::string(where), std::move(hint)};
}

Result<double> number_of(const Json& document, std::string_view name, std::string_view where) {
  const auto member = document.find(name);
  if (member == document.end()) return wrong(where, "member '" + std::string(name) + "' is missing");
  if (!member->is_number()) return wrong(where, "member '" + std::string(name) + "' is not a number");
  return member->get<double>();
}

Result<std::int64_t> whole_of(const Json& document, std::string_view name, std::string_view where) {
  SURGSIGMA_TRY(number, number_of(document, name, where));
  const bool is_whole = number == std::floor(number) && std::abs(number) <= 4294967295.0;
  if (!is_whole) return wrong(where, "member '" + std::string(name) + "' is not a whole number of 32 bits");
  return static_cast<std::int64_t>(number);
}

Status read_tint(const Json& document, std::string_view where, std::array<double, 3>& tint) {
  const auto member = document.find("tint");
  const bool is_triple = member != document.end() && member->is_array() && member->size() == 3 &&
                         std::all_of(member->begin(), member->end(), [](const Json& v) { return v.is_number(); });
  if (!is_triple) return wrong(where, "member 'tint' is not three numbers");
  for (std::size_t c = 0; c < 3; ++c) tint[c] = (*member)[c].get<double>();
  return done();
}

Status read_type(const Json& document, std::string_view where, SmokeType& type) {
  const std::string text = text_or(document, "type", "");
  for (std::size_t i = 0; i < kSmokeTypeWords.size(); ++i) {
    if (kSmokeTypeWords[i] != text) continue;
    type = static_cast<SmokeType>(i);
    return done();
  }
  return wrong(where, "unknown smoke type " + quoted(text), "one of: ambient, plume, mixed");
}

}  // namespace

std::string smoke_range_fault(const SmokeParameters& parameters) {
  std::string fault;
  smoke_numbers(parameters, [&](std::string_view name, const auto& member, double low, double high) {
    const auto value = static_cast<double>(member);
    if (fault.empty() && !(value >= low && value <= high)) {
      fault = std::string(name) + " = " + std::to_string(value) + " is outside " + std::to_string(low) + " to " +
              std::to_string(high);
    }
  });
  return fault;
}

SmokeParameters draw_smoke(std::uint64_t seed, std::string_view record_id, ImageSize size,
                           const std::optional<PlumeSource>& tip) {
  Draws draws(seed, record_id, "smoke");
  SmokeParameters drawn;
  const double kind = draws.unit();
  drawn.type = kind < 0.25 ? SmokeType::kAmbient : kind < 0.5 ? SmokeType::kPlume : SmokeType::kMixed;
  drawn.ambient = between(draws, 0.1, 1.2);
  drawn.plume = between(draws, 0.3, 2.0);
  if (drawn.type == SmokeType::kAmbient) drawn.plume = 0;
  if (drawn.type == SmokeType::kPlume) drawn.ambient = 0;
  const PlumeSource border = border_point(draws, size);  // drawn always: a tip changes nothing else
  const PlumeSource source = tip.value_or(border);
  drawn.is_source_instrument = tip.has_value();
  drawn.source_x = std::clamp(source.x / std::max(size.width, 1), 0.0, 1.0);
  drawn.source_y = std::clamp(source.y / std::max(size.height, 1), 0.0, 1.0);
  drawn.source_distance = between(draws, 0.3, 0.7);
  // Towards the middle rather than out of the picture.
  drawn.lean = between(draws, -0.4, 0.4) + 0.5 * (0.5 - drawn.source_x);
  drawn.mouth = between(draws, 0.025, 0.06);
  drawn.spread = between(draws, 0.4, 0.9);
  drawn.thinning = between(draws, 0.5, 2.5);
  drawn.drift = between(draws, 0.02, 0.15);
  drawn.churn = between(draws, 0.2, 0.8);
  drawn.scale = between(draws, 0.08, 0.2);
  drawn.warp = between(draws, 0.25, 0.7);
  drawn.air_light = between(draws, 0.55, 0.95);
  const double warmth = between(draws, -0.03, 0.03);
  drawn.tint = {1 + std::min(warmth, 0.0), 1 - std::abs(warmth) / 2, 1 - std::max(warmth, 0.0)};
  drawn.cone = between(draws, 0.1, 0.4);
  drawn.scatter = between(draws, 0.3, 1.0);
  drawn.noise_shot = between(draws, 0.003, 0.01);
  drawn.noise_read = between(draws, 0.0003, 0.001);
  drawn.grid_px = std::clamp<std::int64_t>(std::llround(4 * size.width / kReferenceWidth), 1, 64);
  drawn.scatter_px = std::clamp<std::int64_t>(std::llround(size.width / kReferenceWidth), 1, 16);
  drawn.pattern = static_cast<std::uint32_t>(draws.bits());
  return drawn;
}

Json to_json(const SmokeParameters& parameters) {
  Json document;
  document["type"] = std::string(word(parameters.type));
  document["is_source_instrument"] = parameters.is_source_instrument;
  smoke_numbers(parameters, [&](std::string_view name, const auto& value, double, double) {
    document[std::string(name)] = value;
  });
  document.erase("tint_red");
  document.erase("tint_green");
  document.erase("tint_blue");
  document["tint"] = parameters.tint;
  return document;
}

Result<SmokeParameters> read_smoke_parameters(const Json& document, std::string_view where) {
  if (!document.is_object()) return wrong(where, "smoke parameters are not an object");
  SmokeParameters read;
  const Json known = to_json(read);
  for (const auto& [name, value] : document.items()) {
    if (!known.contains(name)) return wrong(where, "unknown smoke parameter " + quoted(name));
  }
  SURGSIGMA_CHECK(read_type(document, where, read.type));
  SURGSIGMA_CHECK(read_tint(document, where, read.tint));
  const auto flag = document.find("is_source_instrument");
  if (flag == document.end() || !flag->is_boolean()) {
    return wrong(where, "member 'is_source_instrument' is not true or false");
  }
  read.is_source_instrument = flag->get<bool>();
  Status status = done();
  smoke_numbers(read, [&](std::string_view name, auto& value, double, double) {
    using Number = std::remove_reference_t<decltype(value)>;
    if (!status || name.starts_with("tint_")) return;
    if constexpr (std::is_integral_v<Number>) {
      const auto whole = whole_of(document, name, where);
      if (!whole) status = whole.error();
      else if (*whole < 0) status = wrong(where, "member '" + std::string(name) + "' is negative");
      else value = static_cast<Number>(*whole);
    } else {
      const auto number = number_of(document, name, where);
      if (!number) status = number.error();
      else value = *number;
    }
  });
  SURGSIGMA_CHECK(status);
  if (const std::string fault = smoke_range_fault(read); !fault.empty()) return wrong(where, fault);
  return read;
}

}  // namespace surgsigma
