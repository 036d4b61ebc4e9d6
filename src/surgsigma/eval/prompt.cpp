#include "surgsigma/eval/prompt.h"

#include <fmt/core.h>

#include <algorithm>
#include <mutex>

#include "surgsigma/base/text.h"
#include "surgsigma/media/extract.h"

namespace surgsigma {
namespace {

constexpr int kMostFrames = 256;
constexpr int kFrameQuality = 95;
constexpr std::uint64_t kLargestPicture = 64ULL << 20;

std::string labels(const Ontology& ontology, const std::vector<ConceptId>& ids) {
  std::vector<std::string> names;
  for (const ConceptId& id : ids) names.push_back(concept_label(ontology, id));
  return join(names, "; ");
}

std::string_view box_words(std::string_view profile) {
  if (profile == "unit") return "shares of the picture's width and height between 0 and 1";
  if (profile == "permille") return "whole numbers from 0 to 1000, thousandths of the picture's width and height";
  return "pixels of the picture as it is sent";
}

std::string for_boxes(const BoxesAnswer& boxes, const std::string& profile) {
  if (boxes.is_grid) {
    return "Divide the picture into three rows (top, middle, bottom) and three columns (left, center, right), and "
           "answer with the cells, for example: top-left, middle-center.";
  }
  return "Answer with one box [x1, y1, x2, y2] per object, left, top, right and bottom in " +
         std::string(box_words(profile)) + "; with [] if there is none.";
}

std::string for_triplets(const SourceVocabulary& known, const Ontology& ontology) {
  std::string text =
      "Answer with every action triplet as <instrument, verb, target>, one per line; <instrument, null, null> for an "
      "instrument that does nothing; none if there is no instrument.";
  if (!known.concepts.empty()) text += "\nInstruments: " + labels(ontology, known.concepts) + ".";
  if (!known.verbs.empty()) text += "\nVerbs: " + labels(ontology, known.verbs) + ".";
  if (!known.targets.empty()) text += "\nTargets: " + labels(ontology, known.targets) + ".";
  return text;
}

std::string for_open(const Question& question, const TestFacts& facts, const Ontology& ontology) {
  static const SourceVocabulary nothing;
  const auto found = facts.vocabularies.find(question.source);
  const SourceVocabulary& known = found == facts.vocabularies.end() ? nothing : found->second;
  const std::string names = labels(ontology, known.concepts);
  switch (question.gold.shape()) {
    case AnswerShape::kConcepts:
      if (is_set_task(question.task)) {
        return "Answer with the names of all that apply, separated by commas, or none." +
               (names.empty() ? "" : " The names are: " + names + ".");
      }
      return "Answer with one name only." + (names.empty() ? "" : " It is one of: " + names + ".");
    case AnswerShape::kBoxes:
      return for_boxes(std::get<BoxesAnswer>(question.gold.value), facts.profile);
    case AnswerShape::kTriplets:
      return for_triplets(known, ontology);
    case AnswerShape::kSpans:
      return "Answer with one line per span, begin and end in seconds from the start: 0.0-2.5 s: name." +
             (names.empty() ? "" : " The names are: " + names + ".");
    case AnswerShape::kDuration:
      return "Answer with a number of seconds, for example: 12 seconds.";
    case AnswerShape::kCriteria: {
      std::vector<std::string> criteria;
      for (const CriterionMark& mark : std::get<CriteriaAnswer>(question.gold.value).criteria) {
        criteria.push_back(concept_label(ontology, mark.criterion));
      }
      return "Answer with one line per criterion, its name and yes or no. The criteria are: " + join(criteria, "; ") +
             ".";
    }
    default:
      return "";
  }
}

std::string mime_of(std::string_view bytes) {
  switch (picture_format(bytes)) {
    case PictureFormat::kJpeg:
      return "image/jpeg";
    case PictureFormat::kPng:
      return "image/png";
    case PictureFormat::kWebp:
      return "image/webp";
    default:
      return "";
  }
}

/// The places of `wanted` of `count` pictures: the middles of equal parts.
std::vector<std::int64_t> middles(std::int64_t count, std::int64_t wanted) {
  wanted = std::min(count, wanted);
  std::vector<std::int64_t> places;
  for (std::int64_t i = 0; i < wanted; ++i) places.push_back((2 * i + 1) * count / (2 * wanted));
  return places;
}

bool is_clip_file(const std::string& path) {
  static constexpr std::array<std::string_view, 6> kPictures = {".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif"};
  const std::string ending = lower(fs::path(path).extension().string());
  return std::find(kPictures.begin(), kPictures.end(), ending) == kPictures.end();
}

/// A clip as some of its frames, with their times: "4 frames of a clip of 6.0 s, at 0.8, 2.2, 3.8, 5.2 s."
Status add_clip(const fs::path& file, const PromptRules& rules, std::vector<ChatPart>& parts, std::string& times) {
  SURGSIGMA_TRY(video, Video::open(file));
  ExtractSettings settings;
  settings.quality = kFrameQuality;
  settings.size = {rules.long_side, std::nullopt};
  std::vector<ExtractedFrame> frames;
  std::mutex mutex;
  SURGSIGMA_TRY(extraction, extract_frames(file, middles(video.info().frames, rules.clip_frames), settings,
                                           [&](ExtractedFrame&& frame) -> Status {
                                             const std::lock_guard lock(mutex);
                                             frames.push_back(std::move(frame));
                                             return done();
                                           }));
  if (!extraction.broken.empty()) return extraction.broken.front().error;
  std::sort(frames.begin(), frames.end(), [](const auto& a, const auto& b) { return a.index < b.index; });
  std::vector<std::string> at;
  for (ExtractedFrame& frame : frames) {
    at.push_back(fmt::format("{:.1f}", static_cast<double>(frame.time_us) / kSecond));
    parts.emplace_back(PicturePart{std::move(frame.jpeg), "image/jpeg", rules.detail});
  }
  times = fmt::format("{} frames of a clip of {:.1f} s, at {} s.\n", frames.size(),
                      static_cast<double>(video.info().duration_us) / kSecond, join(at, ", "));
  return done();
}

std::string url_of(const std::string& base, const std::string& test, const std::string& path) {
  std::string url = base;
  while (!url.empty() && url.back() == '/') url.pop_back();
  url += "/" + test + "/";
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    const bool is_plain = (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
                          (byte >= 'A' && byte <= 'Z') || c == '/' || c == '-' || c == '_' || c == '.' || c == '~';
    url += is_plain ? std::string(1, c) : fmt::format("%{:02X}", byte);
  }
  return url;
}

Status add_picture(const std::string& path, const std::string& test, const fs::path& folder, const PromptRules& rules,
                   std::vector<ChatPart>& parts) {
  if (!rules.picture_urls.empty()) {
    parts.emplace_back(PictureUrlPart{url_of(rules.picture_urls, test, path), rules.detail});
    return done();
  }
  const fs::path file = folder / path;
  auto bytes = read_file(file, kLargestPicture);
  if (!bytes) {
    return Error{ErrorKind::kNotFound, "cannot read the picture: " + bytes.error().what, file.string(),
                 "make the questions with their pictures: `eval make` without --no-media"};
  }
  const std::string mime = mime_of(*bytes);
  if (mime.empty()) {
    return Error{ErrorKind::kData, "neither JPEG, PNG nor WebP", file.string(), "endpoints read these only"};
  }
  parts.emplace_back(PicturePart{std::move(*bytes), mime, rules.detail});
  return done();
}

/// All that the question shows, and a sentence on the times of a clip's frames.
Status add_media(const Question& question, const std::string& test, const fs::path& folder, const PromptRules& rules,
                 std::vector<ChatPart>& parts, std::string& times) {
  if (question.media.empty()) return Error{ErrorKind::kData, "the question shows nothing", question.id, ""};
  const bool is_clip = question.is_video || is_clip_file(question.media.front());
  if (is_clip) {
    if (!rules.picture_urls.empty()) {
      return Error{ErrorKind::kUsage, "frames of a clip have no address", question.id,
                   "leave --picture-urls away for tests of clips"};
    }
    return add_clip(folder / question.media.front(), rules, parts, times);
  }
  const auto count = static_cast<std::int64_t>(question.media.size());
  const auto places = middles(count, rules.clip_frames);
  for (const std::int64_t place : places) {
    SURGSIGMA_CHECK(add_picture(question.media[static_cast<std::size_t>(place)], test, folder, rules, parts));
  }
  if (places.size() > 1) {
    times = fmt::format("{} frames of a clip of {:.1f} s, in order of time.\n", places.size(),
                        static_cast<double>(question.end_us - question.begin_us) / kSecond);
  }
  return done();
}

}  // namespace

Status check_prompt_rules(const PromptRules& rules) {
  if (rules.clip_frames < 1 || rules.clip_frames > kMostFrames) {
    return Error{ErrorKind::kUsage, "a clip of " + std::to_string(rules.clip_frames) + " frames", "--clip-frames",
                 "it is between 1 and " + std::to_string(kMostFrames)};
  }
  if (rules.long_side && *rules.long_side < 1) {
    return Error{ErrorKind::kUsage, "frames without a size", "--long-side", "it is a number of pixels"};
  }
  if (!rules.detail.empty() && rules.detail != "low" && rules.detail != "high" && rules.detail != "auto") {
    return Error{ErrorKind::kUsage, "no detail " + quoted(rules.detail), "--detail", "it is low, high or auto"};
  }
  if (!rules.picture_urls.empty() && !rules.picture_urls.starts_with("http://") &&
      !rules.picture_urls.starts_with("https://")) {
    return Error{ErrorKind::kUsage, "no address " + quoted(rules.picture_urls), "--picture-urls",
                 "an http(s) address under which the endpoint finds <test>/<picture>"};
  }
  return done();
}

Json prompt_json(const PromptRules& rules) {
  return {{"instructions", std::string(kInstructionPlaceWords[static_cast<std::size_t>(rules.instructions)])},
          {"system", rules.system},
          {"detail", rules.detail},
          {"pictures", rules.picture_urls.empty() ? "data" : "addresses"},
          {"clip_frames", rules.clip_frames},
          {"clip_sampling", "middles of equal parts"},
          {"clip_quality", kFrameQuality},
          {"long_side", rules.long_side ? Json(*rules.long_side) : Json()}};
}

std::string concept_label(const Ontology& ontology, const ConceptId& id) {
  const Concept* known = ontology.find(id);
  return known ? known->label : id.text;
}

std::string instructions_for(const Question& question, const TestFacts& facts, const Ontology& ontology) {
  switch (question.form) {
    case Form::kChoice:
      return "Answer with the letter of the right option only.";
    case Form::kYesNo:
      return "Answer with yes or no only.";
    default:
      return for_open(question, facts, ontology);
  }
}

Result<ChatRequest> chat_request(const Question& question, const Wording& wording, const std::string& test,
                                 const fs::path& folder, const PromptRules& rules, const ChatSettings& settings) {
  ChatRequest request;
  request.settings = settings;
  const std::string& sentence = wording.instruction;
  std::string system = rules.system;
  if (rules.instructions == InstructionPlace::kSystem && !sentence.empty()) {
    system += (system.empty() ? "" : "\n") + sentence;
  }
  if (!system.empty()) request.messages.push_back(text_message("system", system));
  ChatMessage first{"user", {}};
  std::string words;
  SURGSIGMA_CHECK(add_media(question, test, folder, rules, first.parts, words));
  if (rules.instructions == InstructionPlace::kUser && !sentence.empty()) words += sentence + "\n";
  first.parts.emplace_back(TextPart{words + wording.turns.front()});
  request.messages.push_back(std::move(first));
  for (std::size_t i = 1; i < wording.turns.size(); ++i) {
    request.messages.push_back(text_message(i % 2 == 1 ? "assistant" : "user", wording.turns[i]));
  }
  return request;
}

}  // namespace surgsigma
