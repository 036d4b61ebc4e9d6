#include "surgsigma/ingest/readers/coco_scan.h"

#include <simdjson.h>

#include <cmath>

#include "surgsigma/base/json_stream.h"
#include "surgsigma/base/text.h"

namespace surgsigma {
namespace {

namespace od = simdjson::ondemand;
using simdjson::error_code;
using simdjson::SUCCESS;

constexpr double kLargestWhole = 9007199254740992.0;  // 2^53
constexpr std::size_t kPadding = 64;                  // bytes that may be read behind a piece

bool is_null(od::value& value) {
  od::json_type type{};
  return value.type().get(type) == SUCCESS && type == od::json_type::null;
}

/// 7, 7.0 and "7" are the same id: exporters differ.
std::optional<std::int64_t> whole_number(od::value& value) {
  std::int64_t number = 0;
  if (value.get_int64().get(number) == SUCCESS) return number;
  double real = 0;
  if (value.get_double().get(real) == SUCCESS) {
    if (std::abs(real) > kLargestWhole || real != std::floor(real)) return std::nullopt;
    return static_cast<std::int64_t>(real);
  }
  std::string_view text;
  if (value.get_string().get(text) == SUCCESS) return parse_int(text);
  return std::nullopt;
}

/// What went wrong in an element; the parse stops at the first fault.
class Fault {
 public:
  bool is_set() const { return !why_.empty(); }
  void set(std::string why) {
    if (why_.empty()) why_ = std::move(why);
  }
  void wrong_type(std::string_view member, const char* expected) {
    set("'" + std::string(member) + "' must be " + expected);
  }
  void json(error_code code) { set(std::string("not valid JSON: ") + simdjson::error_message(code)); }
  void clear() { why_.clear(); }
  const std::string& why() const { return why_; }

 private:
  std::string why_;
};

void read_optional(od::value& value, std::string_view key, std::optional<std::int64_t>& target, Fault& fault) {
  if (is_null(value)) return;
  target = whole_number(value);
  if (!target) fault.wrong_type(key, "a whole number");
}

void read_required(od::value& value, std::string_view key, std::int64_t& target, bool& is_given, Fault& fault) {
  const auto number = whole_number(value);
  if (!number) return fault.wrong_type(key, "a whole number");
  target = *number;
  is_given = true;
}

void read_flag(od::value& value, std::string_view key, std::optional<bool>& target, Fault& fault) {
  if (is_null(value)) return;
  bool flag = false;
  if (value.get_bool().get(flag) != SUCCESS) return fault.wrong_type(key, "true or false");
  target = flag;
}

/// A number, or a list of numbers (`at_most` of them).
void read_numbers(od::value& value, std::string_view key, std::size_t at_most, std::vector<std::int64_t>& target,
                  Fault& fault) {
  if (is_null(value)) return;
  od::array list;
  if (value.get_array().get(list) != SUCCESS) {
    const auto number = whole_number(value);
    if (!number) return fault.wrong_type(key, "a whole number or a list of them");
    target.push_back(*number);
    return;
  }
  for (auto item : list) {
    od::value element;
    if (const error_code code = item.get(element)) return fault.json(code);
    const auto number = whole_number(element);
    if (!number) return fault.wrong_type(key, "a list of whole numbers");
    target.push_back(*number);
  }
  if (target.size() > at_most)
    fault.set("'" + std::string(key) + "' has more than " + std::to_string(at_most) + " values");
}

void read_one_of_list(od::value& value, std::string_view key, std::optional<std::int64_t>& target,
                      std::vector<std::int64_t>& scratch, Fault& fault) {
  scratch.clear();
  read_numbers(value, key, 1, scratch, fault);
  if (!scratch.empty()) target = scratch.front();
}

void read_box(od::value& value, CocoAnnotation& annotation) {
  if (is_null(value)) return;
  annotation.box_state = CocoAnnotation::BoxState::kMalformed;
  od::array list;
  if (value.get_array().get(list) != SUCCESS) return;
  std::size_t count = 0;
  bool is_good = true;
  for (auto item : list) {
    double number = 0;
    const bool is_number = item.get_double().get(number) == SUCCESS && std::isfinite(number);
    if (!is_number) {
      is_good = false;
      break;  // the rest of a broken list cannot be walked; the object is reset by the caller
    }
    if (count < annotation.box.size()) annotation.box[count] = number;
    ++count;
  }
  if (is_good && count == 0) annotation.box_state = CocoAnnotation::BoxState::kNone;
  if (is_good && count == annotation.box.size()) annotation.box_state = CocoAnnotation::BoxState::kFour;
}

void read_score(od::value& value, CocoAnnotation& annotation, Fault& fault) {
  if (is_null(value)) return;
  double score = 0;
  if (value.get_double().get(score) != SUCCESS) return fault.wrong_type("score", "a number");
  annotation.score = score;
}

/// 0 and 1 in the standard, false and true from some exporters.
void read_crowd(od::value& value, CocoAnnotation& annotation, Fault& fault) {
  if (is_null(value) || value.get_bool().get(annotation.is_crowd) == SUCCESS) return;
  const auto number = whole_number(value);
  if (!number) return fault.wrong_type("iscrowd", "0 or 1");
  annotation.is_crowd = *number != 0;
}

/// The raw text of a segmentation; nothing for null and for an empty list.
void read_segmentation(od::value& value, CocoAnnotation& annotation, Fault& fault) {
  od::json_type type{};
  if (const error_code code = value.type().get(type)) return fault.json(code);
  if (type == od::json_type::null) return;
  std::string_view raw;
  error_code code = SUCCESS;
  if (type == od::json_type::array) {
    od::array list;
    code = value.get_array().get(list);
    if (code == SUCCESS) code = list.raw_json().get(raw);
  } else if (type == od::json_type::object) {
    od::object object;
    code = value.get_object().get(object);
    if (code == SUCCESS) code = object.raw_json().get(raw);
  } else {
    return fault.wrong_type("segmentation", "a list of polygons or a run-length object");
  }
  if (code != SUCCESS) return fault.json(code);
  annotation.segmentation = trim(raw);
  const bool is_empty = annotation.segmentation.size() >= 2 && annotation.segmentation.front() == '[' &&
                        trim(annotation.segmentation.substr(1, annotation.segmentation.size() - 2)).empty();
  if (is_empty) annotation.segmentation = {};
}

void read_text(od::value& value, std::string_view key, std::string_view& target, Fault& fault) {
  if (value.get_string().get(target) != SUCCESS) fault.wrong_type(key, "a text");
}

/// video_id is a number in one dialect and a text in another.
void read_video(od::value& value, CocoImage& image, Fault& fault) {
  if (is_null(value)) return;
  if (value.get_string().get(image.video) == SUCCESS) return;
  std::string_view token = trim(value.raw_json_token());
  while (!token.empty() && (token.back() == ',' || token.back() == '}'))
    token = trim(token.substr(0, token.size() - 1));
  image.video = token;
  std::int64_t number = 0;
  if (value.get_int64().get(number) != SUCCESS) fault.wrong_type("video_id", "a number or a text");
}

void read_votes(od::value& value, CocoImage& image, Fault& fault) {
  if (is_null(value)) return;
  od::array list;
  if (value.get_array().get(list) != SUCCESS) return fault.wrong_type("ds", "a list of numbers");
  for (auto item : list) {
    double vote = 0;
    if (item.get_double().get(vote) != SUCCESS) return fault.wrong_type("ds", "a list of numbers");
    image.ds.push_back(vote);
  }
}

/// Reads one element of a list at a time with one parser, whose buffers are kept.
class Elements {
 public:
  explicit Elements(const CocoHandlers& handlers) : handlers_(handlers) {}

  Status category(const JsonPiece& piece) {
    CocoCategory category;
    category.list = piece.key;
    category.element = piece.index + 1;
    bool has_id = false;
    const bool is_video = piece.key == "videos";
    const bool is_read = members(piece, [&](std::string_view key, od::value& value, Fault& fault) {
      if (key == "id") return read_required(value, key, category.id, has_id, fault);
      if (key == "name" || (is_video && key == "file_name")) return read_text(value, key, category.name, fault);
    });
    if (is_read && !has_id) fault_.set("'id' is missing");
    if (is_read && category.name.empty()) fault_.set("'name' is missing");
    return fault_.is_set() ? malformed(piece) : handlers_.category(category);
  }

  Status image(const JsonPiece& piece) {
    CocoImage image;
    image.element = piece.index + 1;
    bool has_id = false;
    const bool is_read = members(piece, [&](std::string_view key, od::value& value, Fault& fault) {
      bool is_given = false;
      if (key == "id") return read_required(value, key, image.id, has_id, fault);
      if (key == "file_name") return read_text(value, key, image.file_name, fault);
      if (key == "width") return read_required(value, key, image.width, is_given, fault);
      if (key == "height") return read_required(value, key, image.height, is_given, fault);
      if (key == "video_id") return read_video(value, image, fault);
      if (key == "frame_id") return read_optional(value, key, image.frame, fault);
      if (key == "ds") return read_votes(value, image, fault);
      if (key == "is_det_keyframe") return read_flag(value, key, image.is_det_keyframe, fault);
      if (key == "is_ds_keyframe") return read_flag(value, key, image.is_ds_keyframe, fault);
    });
    if (is_read && !has_id) fault_.set("'id' is missing");
    return fault_.is_set() ? malformed(piece) : handlers_.image(image);
  }

  Status annotation(const JsonPiece& piece) {
    CocoAnnotation& annotation = annotation_;
    annotation.element = piece.index + 1;
    annotation.id.reset();
    annotation.category_id.reset();
    annotation.box_state = CocoAnnotation::BoxState::kNone;
    annotation.segmentation = {};
    annotation.actions.clear();
    annotation.phase.reset();
    annotation.step.reset();
    annotation.track.reset();
    annotation.score.reset();
    annotation.is_crowd = false;
    bool has_image = false;
    const bool is_read = members(piece, [&](std::string_view key, od::value& value, Fault& fault) {
      if (key == "area") return;  // the commonest member that says nothing new
      if (key == "bbox") return read_box(value, annotation);
      if (key == "segmentation") return read_segmentation(value, annotation, fault);
      if (key == "image_id") return read_required(value, key, annotation.image_id, has_image, fault);
      if (key == "category_id") return read_optional(value, key, annotation.category_id, fault);
      if (key == "id") return read_optional(value, key, annotation.id, fault);
      if (key == "actions" || key == "action") {
        return read_numbers(value, key, kMostActions, annotation.actions, fault);
      }
      if (key == "phase" || key == "phases") return read_one_of_list(value, key, annotation.phase, scratch_, fault);
      if (key == "step" || key == "steps") return read_one_of_list(value, key, annotation.step, scratch_, fault);
      if (key == "track_id" || key == "instance_id") return read_optional(value, key, annotation.track, fault);
      if (key == "iscrowd") return read_crowd(value, annotation, fault);
      if (key == "score") return read_score(value, annotation, fault);
    });
    if (is_read && !has_image) fault_.set("'image_id' is missing");
    return fault_.is_set() ? malformed(piece) : handlers_.annotation(annotation);
  }

 private:
  static constexpr std::size_t kMostActions = 64;

  /// Calls take(key, value, fault) for each member; false, with the fault set, when the element cannot be read.
  template <class Take>
  bool members(const JsonPiece& piece, const Take& take) {
    fault_.clear();
    od::document document;
    error_code code = parser_.iterate(piece.text.data(), piece.text.size(), piece.text.size() + kPadding).get(document);
    od::object object;
    if (code == SUCCESS) code = document.get_object().get(object);
    if (code == simdjson::INCORRECT_TYPE) fault_.set("not an object");
    if (code != SUCCESS) {
      fault_.json(code);
      return false;
    }
    for (auto member : object) {
      od::field field;
      code = std::move(member).get(field);
      if (code != SUCCESS) {
        fault_.json(code);
        return false;
      }
      std::string_view key;
      code = field.unescaped_key().get(key);
      if (code != SUCCESS) {
        fault_.json(code);
        return false;
      }
      take(key, field.value(), fault_);
      if (fault_.is_set()) return false;
    }
    return true;
  }

  Status malformed(const JsonPiece& piece) {
    handlers_.malformed(piece.key, piece.index + 1, fault_.why(), piece.text);
    return done();
  }

  const CocoHandlers& handlers_;
  od::parser parser_;
  CocoAnnotation annotation_;
  std::vector<std::int64_t> scratch_;
  Fault fault_;
};

bool is_category_list(std::string_view key) { return key.ends_with("categories"); }

}  // namespace

std::string compact_json(std::string_view json) {
  std::string result(json.size(), '\0');
  std::size_t size = 0;
  if (simdjson::minify(json.data(), json.size(), result.data(), size) != SUCCESS) return std::string(json);
  result.resize(size);
  return result;
}

Status scan_coco(const std::filesystem::path& path, const CocoHandlers& handlers) {
  Elements elements(handlers);
  bool has_categories = false;
  bool has_images = false;
  bool has_annotations = false;
  bool is_deferred = false;
  const auto take = [&](const JsonPiece& piece) -> Status {
    const bool is_element = piece.index >= 0;
    if (piece.key == "annotations" && is_element) {
      has_annotations = true;
      is_deferred = is_deferred || !has_categories || !has_images;
      return is_deferred ? done() : elements.annotation(piece);
    }
    if (piece.key == "images" && is_element) {
      if (has_annotations && !is_deferred) {
        return Error{ErrorKind::kData, "images stand before and after the annotations",
                     path.string() + ":" + std::to_string(piece.line), "join the two lists"};
      }
      has_images = true;
      return elements.image(piece);
    }
    if (piece.key == "videos" && is_element) {
      if (!has_images) return elements.category(piece);
      return Error{ErrorKind::kData, "the list videos stands after images",
                   path.string() + ":" + std::to_string(piece.line), "write the document again with videos first"};
    }
    if (is_category_list(piece.key) && is_element) {
      has_categories = true;
      return elements.category(piece);
    }
    return done();
  };
  SURGSIGMA_CHECK(stream_json(path, take));
  if (!has_images && !has_annotations) {
    return Error{ErrorKind::kData, "neither images nor annotations", path.string(),
                 "a COCO file is an object with lists images, annotations and categories"};
  }
  if (!is_deferred) return done();
  return stream_json(path, [&](const JsonPiece& piece) -> Status {
    return piece.key == "annotations" && piece.index >= 0 ? elements.annotation(piece) : done();
  });
}

}  // namespace surgsigma
