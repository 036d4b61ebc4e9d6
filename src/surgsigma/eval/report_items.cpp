#include "surgsigma/eval/report_items.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>

#include "surgsigma/base/base64.h"
#include "surgsigma/base/random.h"
#include "surgsigma/base/text.h"
#include "surgsigma/eval/page_frame.h"

namespace surgsigma {
namespace {

constexpr std::size_t kItemsOfTest = 24;
constexpr std::uint64_t kMostPictureBytes = 400'000;
constexpr std::size_t kMostBytesOfAllPictures = 16'000'000;

constexpr std::string_view kScript = R"((()=>{const filter=document.getElementById('filter');if(!filter)return;
const keys=['test','source','fate'],cards=[...document.querySelectorAll('.item')],groups=[...document.querySelectorAll('.group')];
const wanted=key=>filter.querySelector('select[name='+key+']').value;
const show=()=>{let shown=0;for(const card of cards){card.hidden=keys.some(key=>wanted(key)&&card.dataset[key]!==wanted(key));shown+=!card.hidden}
for(const group of groups){const count=group.querySelectorAll('.item:not([hidden])').length;group.hidden=!count;
group.querySelector('.count').textContent=count;if(count&&keys.some(wanted))group.open=true}
filter.querySelector('output').textContent=shown+' of '+cards.length+' shown'};
filter.hidden=false;filter.addEventListener('change',show);filter.addEventListener('reset',()=>setTimeout(show));show();
const open=()=>{const group=document.getElementById(location.hash.slice(1));if(group&&group.matches('details')){group.open=true;group.scrollIntoView()}};
addEventListener('hashchange',open);open()})())";

std::string mime_of(const fs::path& file) {
  const std::string ending = file.extension().string();
  if (ending == ".png") return "image/png";
  if (ending == ".webp") return "image/webp";
  return ending == ".jpg" || ending == ".jpeg" ? "image/jpeg" : "";
}

std::string picture_of(const Question& question, const fs::path& folder) {
  if (question.media.empty()) return "";
  const fs::path file = folder / question.media.front();
  const std::string mime = mime_of(file);
  std::error_code code;
  const auto bytes = fs::file_size(file, code);
  if (mime.empty() || code || bytes > kMostPictureBytes) return "";
  const auto read = read_file(file);
  return read ? "data:" + mime + ";base64," + base64(*read) : "";
}

std::string reason_of(const Judged& judged) {
  if (!judged.read.reason.empty()) return judged.read.reason;
  if (judged.read.out_of_vocabulary.empty()) return "";
  return "no class of this test: " + join(judged.read.out_of_vocabulary, ", ");
}

void append_line(std::string_view name, const std::string& text, std::size_t most, std::string& out) {
  if (text.empty()) return;
  out += "<dt>" + std::string(name) + "</dt><dd>" + escaped(shortened(text, most)) + "</dd>";
}

void append_options(const std::vector<std::string>& options, std::string& out) {
  if (options.empty()) return;
  out += "<dt>options</dt><dd><ol>";
  for (const std::string& option : options) out += "<li>" + escaped(shortened(option, 200)) + "</li>";
  out += "</ol></dd>";
}

void append_pictures(const PageItem& item, std::string& out) {
  if (item.pictures.empty()) return;
  const bool is_one = item.pictures.size() == 1;
  out += "<div class=\"pictures\">";
  for (const PagePicture& picture : item.pictures) {
    const std::string caption = is_one ? "" : "<figcaption>" + escaped(picture.caption) + "</figcaption>";
    out += "<figure><img loading=\"lazy\" alt=\"" + escaped(picture.caption) + "\" src=\"" + picture.uri + "\">" +
           caption + "</figure>";
  }
  out += "</div>";
}

void append_card(const PageItem& item, std::string& out) {
  out += "<article class=\"item\" data-test=\"" + escaped(item.test) + "\" data-source=\"" + escaped(item.source) +
         "\" data-fate=\"" + escaped(item.fate) + "\">";
  append_pictures(item, out);
  out += "<dl>";
  append_line("asked", item.question, 400, out);
  append_options(item.options, out);
  append_line("right", item.gold, 400, out);
  out +=
      "<dt>said</dt><dd>" +
      (item.text.empty() ? std::string("<span class=\"small\">nothing</span>") : escaped(shortened(item.text, 600))) +
      "</dd>";
  append_line("why", item.reason, 300, out);
  out += "</dl>";
  if (!item.reasoning.empty()) {
    out += "<details><summary>Reasoning</summary><pre>" + escaped(shortened(item.reasoning, 4000)) + "</pre></details>";
  }
  std::vector<std::string> facts = {item.source};
  if (!item.centre.empty()) facts.push_back(item.centre);
  if (!item.form.empty()) facts.push_back(item.form);
  facts.insert(facts.end(), {item.fate, fmt::format("credit {:.2f}", item.credit)});
  out +=
      "<p class=\"small\">" + escaped(join(facts, " · ")) + "<br><code>" + escaped(item.id) + "</code></p></article>\n";
}

/// Values with the words that are shown for them.
void append_choice(std::string_view name, std::string_view label, const std::map<std::string, std::string>& values,
                   std::string& out) {
  out += "<label>" + std::string(label) + "<select name=\"" + std::string(name) + "\"><option value=\"\">all</option>";
  for (const auto& [value, words] : values) {
    out += "<option value=\"" + escaped(value) + "\">" + escaped(words) + "</option>";
  }
  out += "</select></label>\n";
}

}  // namespace

SplitText split_reasoning(std::string_view text) {
  constexpr std::string_view kOpen = "<think>", kClose = "</think>", kAnswer = "<answer>", kAnswerEnd = "</answer>";
  std::string thought;
  std::string_view rest = text;
  const std::string all = lower(text);
  if (const std::size_t end = all.rfind(kClose); end != std::string::npos) {
    thought = text.substr(0, end);
    rest = text.substr(end + kClose.size());
  } else if (all.find(kOpen) != std::string::npos) {
    thought = text;
    rest = {};
  }
  if (const std::size_t begin = all.find(kOpen); begin != std::string::npos && begin < thought.size()) {
    thought.erase(begin, kOpen.size());
  }
  const std::string left = lower(rest);
  if (const std::size_t begin = left.rfind(kAnswer); begin != std::string::npos) {
    const std::string before(trim(rest.substr(0, begin)));
    if (!before.empty()) thought += (trim(thought).empty() ? "" : "\n") + before;
    const std::size_t end = left.find(kAnswerEnd, begin);
    rest = rest.substr(begin + kAnswer.size());
    if (end != std::string::npos) rest = rest.substr(0, end - begin - kAnswer.size());
  }
  return {std::string(trim(thought)), std::string(trim(rest))};
}

void take_page_items(const std::vector<Judged>& judged, const std::string& test, const fs::path& folder,
                     std::vector<PageItem>& items) {
  struct Place {
    double credit;
    std::uint64_t number;
    const Judged* judged;
  };
  std::vector<Place> places;
  for (const Judged& one : judged) {
    const auto credit = credit_of(one);
    if (credit && *credit < 1) places.push_back({*credit, draw(1, one.question->id, "errors shown"), &one});
  }
  const auto worse = [](const Place& a, const Place& b) {
    return a.credit != b.credit ? a.credit < b.credit : a.number < b.number;
  };
  const std::size_t count = std::min(kItemsOfTest, places.size());
  std::partial_sort(places.begin(), places.begin() + static_cast<std::ptrdiff_t>(count), places.end(), worse);
  for (std::size_t i = 0; i < count; ++i) {
    const Judged& one = *places[i].judged;
    const Question& question = *one.question;
    PageItem item;
    item.test = test;
    item.id = question.id;
    item.source = question.source;
    item.centre = question.centre;
    item.form = word(question.form);
    item.question = question.turns.back();
    item.options = question.options;
    item.gold = question.gold_text;
    SplitText parts = split_reasoning(one.prediction->text);
    item.text = std::move(parts.said);
    item.reasoning = one.prediction->reasoning;
    if (!parts.reasoning.empty()) item.reasoning += (item.reasoning.empty() ? "" : "\n") + parts.reasoning;
    item.fate = kAnswerFateWords[static_cast<std::size_t>(fate_of(one))];
    item.reason = reason_of(one);
    item.credit = places[i].credit;
    std::string uri = picture_of(question, folder);
    if (!uri.empty()) item.pictures.push_back({"what was shown with this question", std::move(uri)});
    items.push_back(std::move(item));
  }
}

std::size_t drop_pictures(std::vector<PageItem>& items) {
  // The first of each test, then the second, ...: every test keeps pictures of its worst answers.
  std::map<std::string, std::size_t> counts;
  std::vector<std::pair<std::size_t, std::size_t>> order;  // rank in its test, place
  for (std::size_t i = 0; i < items.size(); ++i) order.emplace_back(counts[items[i].test]++, i);
  std::sort(order.begin(), order.end());
  std::size_t bytes = 0, dropped = 0;
  for (const auto& [rank, place] : order) {
    std::size_t size = 0;
    for (const PagePicture& picture : items[place].pictures) size += picture.uri.size();
    if (bytes + size > kMostBytesOfAllPictures) {
      dropped += !items[place].pictures.empty();
      items[place].pictures.clear();
    } else {
      bytes += size;
    }
  }
  return dropped;
}

std::string items_section(const SuiteScore& score, std::vector<PageItem> items) {
  if (items.empty()) return "";
  const std::size_t dropped = drop_pictures(items);
  std::map<std::string, std::string> tests, sources, fates;
  for (const PageItem& item : items) {
    tests[item.test] = score.name_of(item.test);
    sources[item.source] = item.source;
    fates[item.fate] = item.fate;
  }
  std::string out =
      "<h2 id=\"errors\">Errors to look at</h2>\n<p class=\"note\">A few answers of each test, those with the least "
      "credit first; <code>items.jsonl</code> has all of them in full.";
  if (dropped > 0) out += fmt::format(" {} are shown without their pictures, so that the page stays small.", dropped);
  out += "</p>\n<form id=\"filter\" class=\"filter\" hidden aria-label=\"Which errors to show\">\n";
  append_choice("test", "Test", tests, out);
  append_choice("source", "Source", sources, out);
  append_choice("fate", "What became of the answer", fates, out);
  out += "<button type=\"reset\">Show all</button> <output aria-live=\"polite\"></output></form>\n";
  for (const TestScore& test : score.tests) {
    std::string cards;
    std::size_t count = 0;
    for (const PageItem& item : items) {
      if (item.test != test.test) continue;
      append_card(item, cards);
      ++count;
    }
    if (count == 0) continue;
    out += "<details class=\"group\" id=\"errors-" + anchor(test.test) + "\"><summary>" +
           escaped(score.name_of(test.test)) + " (<span class=\"count\">" + std::to_string(count) +
           "</span>)</summary><div class=\"items\">\n" + cards + "</div></details>\n";
  }
  return out;
}

std::string_view items_script() { return kScript; }

}  // namespace surgsigma
