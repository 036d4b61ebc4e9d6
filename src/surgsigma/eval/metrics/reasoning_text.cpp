// Reading chains: their levels, and who does what to what.
#include <algorithm>

#include "surgsigma/base/text.h"
#include "surgsigma/eval/metrics/reasoning.h"

namespace surgsigma {
namespace {

/// Where "level N" begins at or after `from`, as words of their own.
std::size_t find_heading(std::string_view text, char number, std::size_t from) {
  const std::string heading = std::string("level ") + number;
  for (std::size_t at = text.find(heading, from); at != std::string_view::npos; at = text.find(heading, at + 1)) {
    const std::size_t end = at + heading.size();
    const bool is_whole = end == text.size() || text[end] < '0' || text[end] > '9';
    const bool begins_word = at == 0 || text[at - 1] < 'a' || text[at - 1] > 'z';
    if (is_whole && begins_word) return at;
  }
  return std::string_view::npos;
}

/// The three levels, without their headings; false when one is missing or out of order.
bool split_levels(std::string_view text, std::array<std::string, 3>& levels) {
  const std::string lowered = lower(text);
  std::array<std::size_t, 4> begin{};
  std::size_t from = 0;
  for (std::size_t k = 0; k < 3; ++k) {
    begin[k] = find_heading(lowered, static_cast<char>('1' + k), from);
    if (begin[k] == std::string_view::npos) return false;
    from = begin[k] + 7;
  }
  begin[3] = std::min({lowered.find("</think>", from), lowered.find("<answer>", from), lowered.size()});
  for (std::size_t k = 0; k < 3; ++k) levels[k] = text.substr(begin[k] + 7, begin[k + 1] - begin[k] - 7);
  return true;
}

template <class T>
void make_set(std::vector<T>& items) {
  std::sort(items.begin(), items.end());
  items.erase(std::unique(items.begin(), items.end()), items.end());
}

ConceptIds entities_in(std::string_view text, const OntologyMentions& mentions) {
  ConceptIds ids;
  for (const auto& mention : mentions.find(text)) {
    for (const FactKind kind : {FactKind::kInstrument, FactKind::kTarget}) {
      const std::vector<int> meant = mentions.meanings(mention.set, kind);
      // A word that is a verb too ("clips") names a thing only where no verb is meant.
      if (!meant.empty() && mentions.meanings(mention.set, FactKind::kAction).empty())
        ids.emplace_back(mentions.id_of(meant.front()));
    }
  }
  make_set(ids);
  return ids;
}

/// One mention of a clause.
struct Word {
  std::string instrument;
  std::string verb;
  std::string target;
};

std::vector<Word> words_of(std::string_view clause, const OntologyMentions& mentions) {
  std::vector<Word> words;
  const auto first = [&](int set, FactKind kind) {
    const std::vector<int> meant = mentions.meanings(set, kind);
    return meant.empty() ? std::string() : mentions.id_of(meant.front());
  };
  for (const auto& mention : mentions.find(clause)) {
    Word word{first(mention.set, FactKind::kInstrument), first(mention.set, FactKind::kAction),
              first(mention.set, FactKind::kTarget)};
    if (!word.verb.starts_with("act.")) word.verb.clear();
    if (!word.instrument.empty() || !word.verb.empty() || !word.target.empty()) words.push_back(std::move(word));
  }
  return words;
}

/// The grammar of one clause.
class ClauseReader {
 public:
  explicit ClauseReader(std::vector<Triplet>& out) : out_(out) {}

  void read(std::vector<Word> words) {
    settle(words);
    if (!words.empty() && is_passive(words)) return read_passive(words);
    for (const Word& word : words) {
      if (!word.instrument.empty()) {
        if (!verb_.empty()) finish();
        instruments_.push_back(word.instrument);
      } else if (!word.verb.empty()) {
        if (!verb_.empty()) flush();
        verb_ = word.verb;
        has_target_ = false;
      } else if (!verb_.empty() && !instruments_.empty()) {
        add(word.target);
        has_target_ = true;
      }
    }
    finish();
  }

 private:
  /// A word of two sorts becomes the one that fits its place.
  static void settle(std::vector<Word>& words) {
    bool is_after_instrument = false;
    for (Word& word : words) {
      if (!word.verb.empty() && !word.target.empty()) (is_after_instrument ? word.target : word.verb).clear();
      if (!word.instrument.empty()) {
        word.verb.clear();
        word.target.clear();
        is_after_instrument = true;
      } else if (!word.verb.empty()) {
        is_after_instrument = false;
      }
    }
  }
  static bool is_passive(const std::vector<Word>& words) {
    return words.size() >= 3 && !words[0].target.empty() && !words[1].verb.empty() && !words[2].instrument.empty();
  }
  void read_passive(const std::vector<Word>& words) {
    verb_ = words[1].verb;
    for (std::size_t i = 2; i < words.size() && !words[i].instrument.empty(); ++i)
      instruments_.push_back(words[i].instrument);
    add(words[0].target);
    instruments_.clear();
    verb_.clear();
  }
  void add(const std::string& target) {
    for (const std::string& instrument : instruments_)
      out_.push_back({ConceptId(instrument), ConceptId(verb_), ConceptId(verb_ == "act.idle" ? "" : target)});
  }
  void flush() {
    if (!verb_.empty() && !has_target_) add("");
  }
  void finish() {
    flush();
    instruments_.clear();
    verb_.clear();
    has_target_ = false;
  }

  std::vector<Triplet>& out_;
  std::vector<std::string> instruments_;
  std::string verb_;
  bool has_target_ = false;
};

}  // namespace

std::vector<Triplet> triplets_in(std::string_view text, const OntologyMentions& mentions) {
  std::vector<Triplet> triplets;
  const std::string lowered = lower(text);
  std::size_t begin = 0;
  while (begin < lowered.size()) {
    std::size_t end = std::min(lowered.find_first_of(".;\n", begin), lowered.size());
    for (const std::string_view join : {" while ", " whereas ", "meanwhile"}) {
      const std::size_t at = lowered.find(join, begin + 1);
      end = std::min(end, at);
    }
    ClauseReader(triplets).read(words_of(std::string_view(lowered).substr(begin, end - begin), mentions));
    begin = end + 1;
  }
  make_set(triplets);
  return triplets;
}

ChainText read_chain(std::string_view text, const OntologyMentions& mentions) {
  ChainText chain;
  chain.is_readable = split_levels(text, chain.levels);
  if (!chain.is_readable) return chain;
  chain.entities = entities_in(chain.levels[0], mentions);
  chain.entities_of_level_2 = entities_in(chain.levels[1], mentions);
  chain.triplets = triplets_in(chain.levels[1], mentions);
  for (const auto& mention : mentions.find(chain.levels[2])) {
    for (const int phase : mentions.meanings(mention.set, FactKind::kPhase)) {
      if (mentions.id_of(phase).starts_with("pha.")) chain.phases.emplace_back(mentions.id_of(phase));
    }
  }
  make_set(chain.phases);
  return chain;
}

}  // namespace surgsigma
