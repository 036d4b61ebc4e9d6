#include "surgsigma/export/media_lists.h"

#include <unordered_map>
#include <unordered_set>

#include "surgsigma/base/text.h"
#include "surgsigma/export/json_text.h"

namespace surgsigma {
namespace {

std::string size_words(const MediaWriting& wishes) {
  std::vector<std::string> words;
  if (wishes.long_side) words.push_back("a long side of at most " + std::to_string(*wishes.long_side) + " pixels");
  if (wishes.pixel_budget) words.push_back("at most " + std::to_string(*wishes.pixel_budget) + " pixels in all");
  return words.empty() ? "their own size" : join(words, " and ") + ", never enlarged";
}

}  // namespace

const std::vector<std::string>& media_columns() {
  static const std::vector<std::string> names = {"path",   "state",       "recording", "cut_from", "begin_us",
                                                 "end_us", "first_frame", "end_frame", "width",    "height",
                                                 "bytes",  "rate",        "pictures"};
  return names;
}

void append_media_line(const WrittenMedium& medium, std::string_view video, const WrittenMedia& written,
                       std::string& line) {
  line.append(medium_name(medium.content, medium.ending)).append("\t").append(medium_state_word(medium.state));
  line.append("\t").append(video).append("\t").append(written.text(medium.origin));
  for (const std::int64_t number : {medium.begin_us, medium.end_us, medium.first_frame, medium.end_frame,
                                    std::int64_t{medium.size.width}, std::int64_t{medium.size.height}, medium.bytes}) {
    line += '\t';
    append_integer(number, line);
  }
  line += '\t';
  if (medium.rate.num > 0) line += to_string(medium.rate);
  line += '\t';
  append_integer(medium.frames, line);
  line += '\n';
}

Result<MediaFacts> settle_media(const WrittenMedia& written, const std::vector<MediumKey>& shown, MediaStore& store) {
  MediaFacts facts;
  facts.is_written = true;
  facts.rate_differences = written.rate_differences();
  std::unordered_set<std::uint64_t> kept;
  for (const MediumKey key : shown) {
    const WrittenMedium& medium = *written.find(key);
    if (medium.rate.num > 0) ++facts.clip_rates[to_string(medium.rate)];
    if (!kept.insert(medium.content).second) continue;
    ++(medium.ending == ".mp4" ? facts.clips : facts.pictures);
    facts.bytes += medium.bytes;
    facts.linked += medium.state == MediumState::kLinked;
  }
  std::unordered_set<std::uint64_t> removed;
  for (const auto& [key, medium] : written.all()) {
    if (!medium.is_there() || kept.contains(medium.content) || !removed.insert(medium.content).second) continue;
    SURGSIGMA_CHECK(store.remove(medium.content, medium.ending));
  }
  return facts;
}

Json media_writing_json(const MediaWriting& wishes, const MediaFacts& facts) {
  if (!facts.is_written) return {};
  const auto wish = [](const auto& value) { return value ? Json(*value) : Json(); };
  Json rates = Json::object();
  for (const auto& [video, rate] : facts.rate_differences) {
    rates[video] = {{"labels", to_string(rate.labels)}, {"file", to_string(rate.file)}};
  }
  return {{"picture_format", wishes.format ? Json(picture_format_name(*wishes.format)) : Json()},
          {"picture_quality", wish(wishes.quality)},
          {"long_side", wish(wishes.long_side)},
          {"pixel_budget", wish(wishes.pixel_budget)},
          {"clip_form", clip_form_word(wishes.clip_form())},
          {"clip_rate", wishes.clip_rate ? Json(to_string(*wishes.clip_rate)) : Json()},
          {"picture_files", facts.pictures},
          {"clip_files", facts.clips},
          {"bytes", facts.bytes},
          {"unchanged_files", facts.linked},
          {"clip_rates", facts.clip_rates},
          {"rows_with_scaled_boxes", facts.scaled_rows},
          {"rate_differs", std::move(rates)}};
}

std::string media_writing_text(const MediaWriting& wishes, const MediaFacts& facts) {
  std::string text = std::to_string(facts.pictures) + " pictures and " + std::to_string(facts.clips) +
                     " clips lie in `media`, called by the hash of their content (XXH3-64), so that no name tells a\n"
                     "label. They have " +
                     size_words(wishes) + "; boxes are in pixels of these files. " +
                     "This folder holds pixels of the\nsources: their terms hold for each of them (LICENCES.md).\n";
  if (facts.linked > 0) {
    text +=
        std::to_string(facts.linked) +
        " pictures are the source's own files, as hard links where the disk allows: copy one before you change it.\n";
  }
  if (!facts.clip_rates.empty()) {
    std::vector<std::string> rates;
    for (const auto& [rate, count] : facts.clip_rates) rates.push_back(rate + " (" + std::to_string(count) + ")");
    text +=
        wishes.clip_form() == ClipForm::kMp4
            ? "Clips are H.264 of constant rate, a keyframe each second, without sound and metadata. Their frames per\n"
              "second (files): "
            : "Clips are lists of pictures. A loader does not know their rate and must be told. Frames per second\n"
              "(pictures): ";
    text += join(rates, ", ") + ".\n";
  }
  text += "Each line of media.tsv: " + join(media_columns(), ", ") +
          ".\nFrames are native and count from 0, times are the recording's own time stamps, ends are exclusive.\n";
  if (!facts.rate_differences.empty()) {
    text +=
        std::to_string(facts.rate_differences.size()) +
        " recordings run at another rate than their labels count (manifest.json): frame k of the labels is frame k\n"
        "of the file, and was not shifted.\n";
  }
  return text + "\n";
}

}  // namespace surgsigma
