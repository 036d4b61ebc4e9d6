#include "surgsigma/eval/metrics/caption_words.h"

#include <algorithm>

namespace surgsigma {
namespace {

constexpr std::uint64_t kFree = ~std::uint64_t{0};

// Porter's algorithm -------------------------------------------------------------------------------------------------

bool is_vowel_letter(char c) { return c == 'a' || c == 'e' || c == 'i' || c == 'o' || c == 'u'; }

/// 'y' is a consonant at the start and after a vowel.
bool is_consonant(std::string_view word, std::size_t i) {
  bool is_turned = false;
  while (i > 0 && word[i] == 'y') {
    is_turned = !is_turned;
    --i;
  }
  return !is_vowel_letter(word[i]) != is_turned;
}

/// Porter's m: how often a run of vowels is followed by a consonant.
int measure(std::string_view stem) {
  int turns = 0;
  for (std::size_t i = 1; i < stem.size(); ++i) turns += !is_consonant(stem, i - 1) && is_consonant(stem, i) ? 1 : 0;
  return turns;
}

bool has_vowel(std::string_view stem) {
  for (std::size_t i = 0; i < stem.size(); ++i) {
    if (!is_consonant(stem, i)) return true;
  }
  return false;
}

bool ends_double_consonant(std::string_view word) {
  const std::size_t n = word.size();
  return n >= 2 && word[n - 1] == word[n - 2] && is_consonant(word, n - 1);
}

bool ends_cvc(std::string_view word) {
  const std::size_t n = word.size();
  if (n == 2) return !is_consonant(word, 0) && is_consonant(word, 1);
  if (n < 3) return false;
  const char last = word[n - 1];
  return is_consonant(word, n - 3) && !is_consonant(word, n - 2) && is_consonant(word, n - 1) && last != 'w' &&
         last != 'x' && last != 'y';
}

std::string without(std::string_view word, std::size_t letters) {
  return std::string(word.substr(0, word.size() - letters));
}

struct SuffixRule {
  std::string_view suffix;
  std::string_view becomes;
};
constexpr std::array<SuffixRule, 21> kStep2 = {{
    {"ational", "ate"}, {"tional", "tion"}, {"enci", "ence"}, {"anci", "ance"}, {"izer", "ize"},
    {"bli", "ble"},     {"alli", "al"},     {"entli", "ent"}, {"eli", "e"},     {"ousli", "ous"},
    {"ization", "ize"}, {"ation", "ate"},   {"ator", "ate"},  {"alism", "al"},  {"iveness", "ive"},
    {"fulness", "ful"}, {"ousness", "ous"}, {"aliti", "al"},  {"iviti", "ive"}, {"biliti", "ble"},
    {"fulli", "ful"},
}};
constexpr std::array<SuffixRule, 7> kStep3 = {
    {{"icate", "ic"}, {"ative", ""}, {"alize", "al"}, {"iciti", "ic"}, {"ical", "ic"}, {"ful", ""}, {"ness", ""}}};
constexpr std::array<std::string_view, 19> kStep4 = {"al",  "ance",  "ence", "er",  "ic",  "able", "ible",
                                                     "ant", "ement", "ment", "ent", "ion", "ou",   "ism",
                                                     "ate", "iti",   "ous",  "ive", "ize"};

std::string step1(std::string word) {
  const auto ends = [&](std::string_view suffix) { return std::string_view(word).ends_with(suffix); };
  if (ends("ies")) {
    word = without(word, word.size() == 4 ? 1 : 2);
  } else if (ends("sses")) {
    word = without(word, 2);
  } else if (ends("s") && !ends("ss")) {
    word = without(word, 1);
  }

  if (ends("ied")) {
    word = without(word, word.size() == 4 ? 1 : 2);
  } else if (ends("eed")) {
    if (measure(without(word, 3)) > 0) word = without(word, 1);
  } else {
    const std::size_t letters = ends("ed") ? 2 : ends("ing") ? 3 : 0;
    if (letters > 0 && has_vowel(without(word, letters))) {
      word = without(word, letters);
      if (ends("at") || ends("bl") || ends("iz")) {
        word += 'e';
      } else if (ends_double_consonant(word)) {
        const char last = word.back();
        if (last != 'l' && last != 's' && last != 'z') word.pop_back();
      } else if (measure(word) == 1 && ends_cvc(word)) {
        word += 'e';
      }
    }
  }
  if (ends("y") && word.size() > 2 && is_consonant(word, word.size() - 2)) word.back() = 'i';
  return word;
}

std::string step2(std::string word) {
  if (std::string_view(word).ends_with("alli") && measure(without(word, 4)) > 0) return step2(without(word, 2));
  for (const SuffixRule& rule : kStep2) {
    if (!std::string_view(word).ends_with(rule.suffix)) continue;
    const std::string stem = without(word, rule.suffix.size());
    return measure(stem) > 0 ? stem + std::string(rule.becomes) : word;
  }
  if (std::string_view(word).ends_with("logi") && measure(without(word, 3)) > 0) return without(word, 1);
  return word;
}

std::string step3(std::string word) {
  for (const SuffixRule& rule : kStep3) {
    if (!std::string_view(word).ends_with(rule.suffix)) continue;
    const std::string stem = without(word, rule.suffix.size());
    return measure(stem) > 0 ? stem + std::string(rule.becomes) : word;
  }
  return word;
}

std::string step4(std::string word) {
  for (const std::string_view suffix : kStep4) {
    if (!std::string_view(word).ends_with(suffix)) continue;
    const std::string stem = without(word, suffix.size());
    const bool fits = suffix != "ion" || (!stem.empty() && (stem.back() == 's' || stem.back() == 't'));
    return measure(stem) > 1 && fits ? stem : word;
  }
  return word;
}

std::string step5(std::string word) {
  if (std::string_view(word).ends_with("e")) {
    const std::string stem = without(word, 1);
    const int turns = measure(stem);
    if (turns > 1 || (turns == 1 && !ends_cvc(stem))) word = stem;
  }
  if (std::string_view(word).ends_with("ll") && measure(without(word, 1)) > 1) word.pop_back();
  return word;
}

constexpr std::array<std::pair<std::string_view, std::string_view>, 16> kIrregular = {{{"sky", "sky"},
                                                                                       {"skies", "sky"},
                                                                                       {"dying", "die"},
                                                                                       {"lying", "lie"},
                                                                                       {"tying", "tie"},
                                                                                       {"news", "news"},
                                                                                       {"innings", "inning"},
                                                                                       {"inning", "inning"},
                                                                                       {"outings", "outing"},
                                                                                       {"outing", "outing"},
                                                                                       {"cannings", "canning"},
                                                                                       {"canning", "canning"},
                                                                                       {"howe", "howe"},
                                                                                       {"proceed", "proceed"},
                                                                                       {"exceed", "exceed"},
                                                                                       {"succeed", "succeed"}}};

bool is_token_letter(unsigned char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c >= 0x80;
}

}  // namespace

std::vector<std::string> caption_tokens(std::string_view text) {
  std::vector<std::string> tokens;
  std::size_t at = 0;
  while (at < text.size()) {
    while (at < text.size() && !is_token_letter(static_cast<unsigned char>(text[at]))) ++at;
    std::string token;
    for (; at < text.size() && is_token_letter(static_cast<unsigned char>(text[at])); ++at) {
      const char c = text[at];
      token += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    if (!token.empty()) tokens.push_back(std::move(token));
  }
  return tokens;
}

std::string porter_stem(std::string_view word) {
  for (const auto& [form, stem] : kIrregular) {
    if (word == form) return std::string(stem);
  }
  if (word.size() <= 2) return std::string(word);
  return step5(step4(step3(step2(step1(std::string(word))))));
}

std::uint32_t WordTable::number(std::string_view word) {
  const auto found = numbers_.find(word);
  if (found != numbers_.end()) return found->second;
  words_.emplace_back(word);
  const auto number = static_cast<std::uint32_t>(words_.size() - 1);
  numbers_.emplace(words_.back(), number);
  return number;
}

NgramTree::NgramTree() : slots_(std::size_t{1} << 12, Slot{kFree}), shift_(64 - 12) {}

std::size_t NgramTree::slot_of(std::uint64_t key) const {
  // The upper bits of the product depend on all of the key, the lower ones on the word alone.
  std::size_t slot = static_cast<std::size_t>((key * 0x9E3779B97F4A7C15ULL) >> shift_);
  while (slots_[slot].key != kFree && slots_[slot].key != key) slot = (slot + 1) & (slots_.size() - 1);
  return slot;
}

void NgramTree::grow() {
  std::vector<Slot> slots(slots_.size() * 2, Slot{kFree});
  slots.swap(slots_);
  --shift_;
  for (const Slot& slot : slots) {
    if (slot.key != kFree) slots_[slot_of(slot.key)] = slot;
  }
}

void NgramTree::add(const std::vector<std::uint32_t>& words, std::vector<std::uint32_t>& nodes) {
  nodes.clear();
  std::vector<std::uint32_t> node(words.size(), 0);
  for (std::size_t k = 0; k < kNgramOrders && k < words.size(); ++k) {
    const std::size_t count = words.size() - k;
    while ((static_cast<std::size_t>(nodes_) + count) * 2 > slots_.size()) grow();
    const auto key_at = [&](std::size_t i) { return static_cast<std::uint64_t>(node[i]) << 32 | words[i + k]; };
    // All of one length are asked for before the first is needed: the table is larger than the cache.
    for (std::size_t i = 0; i < count; ++i)
      __builtin_prefetch(slots_.data() + ((key_at(i) * 0x9E3779B97F4A7C15ULL) >> shift_));
    for (std::size_t i = 0; i < count; ++i) {
      Slot& slot = slots_[slot_of(key_at(i))];
      if (slot.key == kFree) slot = {key_at(i), nodes_++};
      node[i] = slot.node;
    }
    nodes.insert(nodes.end(), node.begin(), node.begin() + static_cast<std::ptrdiff_t>(count));
  }
}

void count_ngrams(const std::vector<std::uint32_t>& nodes, std::size_t words, NgramCounts& counts) {
  std::size_t at = 0;
  for (std::size_t k = 0; k < kNgramOrders; ++k) {
    auto& order = counts[k];
    order.clear();
    for (const std::size_t end = at + words - std::min(words, k); at < end; ++at) order.emplace_back(nodes[at], 1);
    std::sort(order.begin(), order.end());
    std::size_t kept = 0;
    for (std::size_t i = 0; i < order.size(); ++i) {
      if (kept > 0 && order[kept - 1].first == order[i].first) {
        ++order[kept - 1].second;
      } else {
        order[kept++] = order[i];
      }
    }
    order.resize(kept);
  }
}

}  // namespace surgsigma
