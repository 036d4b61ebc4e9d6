// Concepts: label sets and single labels, and what looks like a label without being one.
#include <algorithm>

#include "surgsigma/base/text.h"
#include "surgsigma/schema/answer_parts.h"

namespace surgsigma {
namespace {

constexpr std::size_t kMostWords = 4;  // of a label that nobody knows
constexpr std::size_t kMostStrangers = 100;
constexpr std::size_t kMostCorrections = 64;  // pieces of one text that are compared letter by letter

template <std::size_t N>
bool is_one_of(std::string_view word, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// Words between the parts of a list.
bool is_joint(std::string_view word) {
  constexpr std::array<std::string_view, 6> kWords = {"and", "or", "plus", "as", "well", "also"};
  return is_one_of(word, kWords);
}

/// Words with which prose leads up to a label, or goes on behind it.
bool is_lead(std::string_view word) {
  constexpr std::array<std::string_view, 22> kWords = {
      "is",         "are",      "was",       "were",      "shows", "show",   "see",      "identify",
      "contains",   "include",  "includes",  "has",       "have",  "detect", "detected", "depicts",
      "performing", "features", "recognise", "recognize", "be",    "being"};
  return is_one_of(word, kWords);
}

/// Words that no label has, so that sentences are not taken for labels.
bool is_prose(std::string_view word) {
  static constexpr std::array<std::string_view, 138> kWords = {
      "action",    "actions",   "anything",   "something", "anatomy",   "answer",     "apologies",   "as",
      "at",        "based",     "be",         "because",   "been",      "being",      "blocked",     "box",
      "by",        "camera",    "can",        "cannot",    "cant",      "class",      "correct",     "could",
      "current",   "currently", "did",        "do",        "does",      "false",      "field",       "final",
      "following", "for",       "frame",      "from",      "he",        "help",       "here",        "however",
      "i",         "ill",       "im",         "image",     "in",        "instrument", "instruments", "into",
      "it",        "its",       "ive",        "json",      "label",     "labels",     "lets",        "likely",
      "list",      "may",       "might",      "must",      "my",        "neither",    "never",       "next",
      "no",        "none",      "nor",        "not",       "nothing",   "of",         "ok",          "okay",
      "on",        "only",      "option",     "organ",     "organs",    "other",      "others",      "our",
      "phase",     "phases",    "picture",    "possibly",  "present",   "probably",   "scene",       "seen",
      "sequence",  "she",       "should",     "shown",     "since",     "so",         "sorry",       "step",
      "steps",     "structure", "structures", "sure",      "surgeon",   "surgery",    "surgical",    "target",
      "that",      "them",      "then",       "there",     "therefore", "these",      "they",        "think",
      "this",      "those",     "tissue",     "tissues",   "to",        "tool",       "tools",       "triplet",
      "true",      "unable",    "uncertain",  "unclear",   "unknown",   "verb",       "video",       "view",
      "visible",   "we",        "will",       "with",      "within",    "without",    "would",       "yes",
      "you",       "your"};
  return is_one_of(word, kWords) || is_denial(word);
}

bool is_count(std::string_view word) {
  constexpr std::array<std::string_view, 7> kWords = {"one", "two", "three", "four", "several", "some", "another"};
  const bool is_number = word.find_first_not_of("0123456789x") == std::string_view::npos;
  return is_number || is_one_of(word, kWords);
}

/// Pieces of a part of the text without mentions: cut at leading verbs, trimmed of articles and numbers.
void add_pieces(const TokenText& text, std::size_t first, std::size_t last, bool has_context,
                std::vector<Piece>& pieces) {
  std::size_t begin = first;
  for (std::size_t at = first; at <= last; ++at) {
    if (at < last && !is_lead(text.word(at))) continue;
    Piece piece{begin, at, has_context};
    begin = at + 1;
    while (piece.first < piece.last && (is_article(text.word(piece.first)) || is_count(text.word(piece.first))))
      ++piece.first;
    while (piece.first < piece.last && is_count(text.word(piece.last - 1))) --piece.last;
    const std::size_t size = piece.last - std::min(piece.first, piece.last);
    // "none of them is exposed", "(L-shaped)", "N/A": no label ends in a participle, none is a single letter.
    bool is_label = size > 0 && size <= kMostWords && !text.word(piece.last - 1).ends_with("ed") &&
                    !(size == 1 && text.word(piece.first).size() == 1);
    for (std::size_t i = piece.first; is_label && i < piece.last; ++i) is_label = !is_prose(text.word(i));
    if (is_label) pieces.push_back(piece);
  }
}

struct Sorted {
  std::vector<int> said;      ///< admissible or kin, in order, each once
  bool is_ambiguous = false;  ///< some word stands for several
  bool has_denied = false;
};

void add_once(int concept_index, std::vector<int>& list) {
  if (std::find(list.begin(), list.end(), concept_index) == list.end()) list.push_back(concept_index);
}

/// "The tools are a hook ...", "Tool: trocar": the word for everything of its kind, and then the answer.
bool leads_up(const TokenText& text, const Mention& mention, const AnswerWords& words) {
  const bool is_general = mention.standing == Standing::kKin && words.is_root(mention.concept_index);
  if (!is_general || mention.last >= text.tokens.size()) return false;
  const auto& next = text.tokens[mention.last];
  return next.after_colon || (!next.after_stop && !next.after_comma && is_lead(text.word(mention.last)));
}

/// Sorts mentions into what is said and what is a stranger; misspelt pieces are put right.
Sorted sort_mentions(const TokenText& text, const std::vector<Mention>& mentions, const Standings& standings,
                     const Reading& reading) {
  Sorted sorted;
  for (const Mention& mention : mentions) {
    if (mention.standing == Standing::kContext) continue;
    if (mention.is_denied) {
      sorted.has_denied = true;
    } else if (mention.is_ambiguous) {
      sorted.is_ambiguous = true;
      note_stranger(shown_words(text, mention.first, mention.last), reading.out);
    } else if (mention.standing == Standing::kStranger) {
      note_stranger(shown_words(text, mention.first, mention.last), reading.out);
    } else if (!leads_up(text, mention, reading.words)) {
      add_once(mention.concept_index, sorted.said);
    }
  }
  const std::vector<int> all = sorted.said;
  std::erase_if(sorted.said, [&](int family) {
    return standings[static_cast<std::size_t>(family)] == Standing::kKin &&
           std::any_of(all.begin(), all.end(),
                       [&](int other) { return other != family && reading.words.is_a(other, family); });
  });
  std::size_t corrections = 0;
  for (const Piece& piece : unknown_labels(text, mentions)) {
    const int meant =
        corrections++ < kMostCorrections ? reading.words.find_misspelt(text, piece.first, piece.last, standings) : -1;
    if (meant >= 0) {
      reading.out.corrected = true;
      add_once(meant, sorted.said);
    } else if (!piece.has_context) {
      note_stranger(shown_words(text, piece.first, piece.last), reading.out);
    }
  }
  return sorted;
}

ConceptsAnswer concepts_of(const std::vector<int>& indices, const AnswerWords& words) {
  ConceptsAnswer answer;
  for (const int index : indices) answer.concepts.push_back(words.id(index));
  return answer;
}

/// Words that say that something has ended: "once clipping is finished", "with clipping completed".
bool is_end(std::string_view word) {
  constexpr std::array<std::string_view, 8> kWords = {"finished",  "over", "done",  "complete",
                                                      "completed", "ends", "ended", "finishes"};
  return is_one_of(word, kWords);
}

/// "After clipping comes cutting", "once clipping is finished, ...", "having completed clipping": what came before.
bool is_past(const TokenText& text, const std::vector<Mention>& mentions, const Mention& mention) {
  std::size_t at = mention.first;
  const auto is_joined = [&](std::size_t token) {
    return !text.tokens[token].after_stop && !text.tokens[token].after_comma && !text.tokens[token].after_colon;
  };
  while (at > 0 && is_joined(at) && is_article(text.word(at - 1))) --at;
  if (at == 0 || !is_joined(at)) return false;
  const std::string_view before = text.word(at - 1);
  if (before == "after") return true;
  if (before == "and") {  // "after clipping and cutting": so is the second
    return std::any_of(mentions.begin(), mentions.end(), [&](const Mention& other) {
      return other.last + 1 == at && other.first < mention.first && is_past(text, mentions, other);
    });
  }
  if (before == "completed" || before == "finished") return at > 1 && text.word(at - 2) == "having";
  if (before != "once" && before != "when" && before != "with" && before != "that") return false;
  for (std::size_t i = mention.last; i < mention.last + 3 && i < text.tokens.size() && is_joined(i); ++i) {
    if (is_end(text.word(i))) return true;
  }
  return false;
}

/// Leaves out what the question named itself, what the answer itself calls past, and families of what is named too.
std::vector<int> narrowed(const TokenText& text, const std::vector<Mention>& mentions, const std::vector<int>& said,
                          const Reading& reading) {
  const auto is_given = [&](int concept_index) {
    for (const Mention& mention : mentions) {
      if (mention.concept_index != concept_index) continue;
      for (const ConceptId& given : reading.question.given) {
        const int index = reading.words.index(given);
        if (index >= 0 && reading.words.can_mean(text, mention, index)) return true;
      }
    }
    return false;
  };
  const auto is_only_past = [&](int concept_index) {
    return std::all_of(mentions.begin(), mentions.end(), [&](const Mention& mention) {
      return mention.concept_index != concept_index || is_past(text, mentions, mention);
    });
  };
  std::vector<int> left;
  for (const int concept_index : said) {
    if (!is_given(concept_index) && !is_only_past(concept_index)) left.push_back(concept_index);
  }
  if (left.empty()) left = said;
  std::vector<int> narrow;
  if (left.size() > kMostStrangers) return left;
  for (const int a : left) {
    const bool is_family =
        std::any_of(left.begin(), left.end(), [&](int b) { return b != a && reading.words.is_a(b, a); });
    if (!is_family) narrow.push_back(a);
  }
  return narrow;
}

}  // namespace

std::string shown_words(const TokenText& text, std::size_t first, std::size_t last) {
  return text.shown.substr(text.tokens[first].begin, text.tokens[last - 1].end - text.tokens[first].begin);
}

void note_stranger(std::string label, ReadAnswer& out) {
  auto& list = out.out_of_vocabulary;
  if (list.size() < kMostStrangers && std::find(list.begin(), list.end(), label) == list.end())
    list.push_back(std::move(label));
}

std::vector<Piece> unknown_labels(const TokenText& text, const std::vector<Mention>& mentions) {
  std::vector<Piece> pieces;
  std::size_t next = 0;
  std::size_t begin = 0;
  bool has_mention = false;
  bool has_context = false;
  const auto close = [&](std::size_t end) {
    if (!has_mention && begin < end) add_pieces(text, begin, end, has_context, pieces);
    has_mention = has_context = false;
  };
  for (std::size_t at = 0; at < text.tokens.size();) {
    const auto& token = text.tokens[at];
    if (token.after_stop || token.after_comma || token.after_colon) {
      close(at);
      begin = at;
    }
    if (next < mentions.size() && mentions[next].first == at) {
      const bool is_context = mentions[next].standing == Standing::kContext;
      (is_context ? has_context : has_mention) = true;
      at = mentions[next++].last;
      continue;
    }
    if (is_joint(text.word(at))) {
      close(at);
      begin = at + 1;
    }
    ++at;
  }
  close(text.tokens.size());
  return pieces;
}

void read_concepts(const TokenText& text, const Reading& reading) {
  const Standings standings = reading.words.standings(reading.question.vocabulary);
  const auto mentions = reading.words.find(text, standings);
  Sorted sorted = sort_mentions(text, mentions, standings, reading);
  if (!reading.question.is_set) {
    sorted.said = narrowed(text, mentions, sorted.said, reading);
    if (sorted.said.size() > 1)
      return reading.fail("names " + std::to_string(sorted.said.size()) + " concepts, one was asked for");
    // Beside a label that is admissible, other words are prose.
    if (!sorted.said.empty()) reading.out.out_of_vocabulary.clear();
  }
  if (sorted.is_ambiguous && sorted.said.empty()) return reading.fail("the word stands for several concepts");
  if (!sorted.said.empty() || !reading.out.out_of_vocabulary.empty())
    return reading.done(concepts_of(sorted.said, reading.words));
  const bool is_bare_list = text.tokens.empty() && text.lower.find("[]") != std::string::npos;
  const bool says_none = sorted.has_denied || has_denial(text) || is_bare_list;
  if (reading.question.is_set && says_none) return reading.done(ConceptsAnswer{});
  reading.fail("no concept is named");
}

std::vector<ConceptId> concepts_named(std::string_view text, const std::vector<ConceptId>& vocabulary,
                                      const AnswerWords& words) {
  std::vector<int> named;
  const TokenText tokens(text);
  for (const Mention& mention : words.find(tokens, words.standings(vocabulary))) {
    const bool counts = mention.standing >= Standing::kKin && !mention.is_denied && !mention.is_ambiguous;
    if (counts) add_once(mention.concept_index, named);
  }
  return concepts_of(named, words).concepts;
}

}  // namespace surgsigma
