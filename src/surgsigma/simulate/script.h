// The scripts of invented operations: per procedure, which phases follow which and how long they take, which steps lie
// in them, who works with what. Words are those of one home source card, so that ids and valid combinations stay there.
#pragma once

#include <span>
#include <string_view>

namespace surgsigma {

struct PhaseScript {
  std::string_view word;
  double median_s = 60;
  double spread = 0.5;  ///< standard deviation of the logarithm of the length
  bool is_mandatory = true;
  int max_visits = 2;
};

/// What may follow what; "" before the first and after the last.
struct EdgeScript {
  std::string_view from;
  std::string_view to;
  double weight = 1;
};

/// Steps of one visit of a phase in this order, each with its chance to take place; lengths are relative.
struct StepScript {
  std::string_view phase;
  std::string_view word;
  double chance = 1;
  double median_s = 60;
};

/// What a hand does in a phase; `phase` "" is every phase. Lane 0 assists, 1 operates, 2 helps out.
struct WorkScript {
  std::string_view phase;
  int lane = 0;
  std::string_view instrument;
  std::string_view verb;
  std::string_view target;
  double weight = 1;
};

/// Anatomy in view: where it lies, how large, and which share of the time it is seen.
struct SightScript {
  std::string_view word;
  double share = 0.5;
  double x = 0.5;
  double y = 0.5;
  double width = 0.2;
  double height = 0.2;
};

struct Script {
  std::string_view name;
  std::string_view home;  ///< source card whose words these are
  std::span<const PhaseScript> phases;
  std::span<const EdgeScript> edges;
  double revisit_factor = 0.15;  ///< weight of an edge to a phase already visited, per visit
  std::span<const StepScript> steps;
  std::span<const WorkScript> works;
  double lane_share[3] = {0.8, 0.75, 0.15};  ///< share of the time a hand has its instrument in view
  double idle_chance = 0.12;                 ///< of an activity to be idle
  double rare_chance = 0.03;                 ///< of an activity to be any valid triplet of its instrument
  double lead_in_s = 0;                      ///< unlabelled time before the first phase, at most
  double out_of_body_per_hour = 0;
  double adverse_per_hour = 0;
  std::span<const SightScript> sights;
  std::span<const std::string_view> criteria;  ///< in the order in which they become true
  std::string_view criteria_phase;             ///< phase in which they become true
  std::span<const std::string_view> motions;   ///< camera movements; the first is standing still
};

/// By name: cholecystectomy, bypass, suturing, hysterectomy, prostatectomy.
const Script* find_script(std::string_view name);
std::span<const Script> scripts();

}  // namespace surgsigma
