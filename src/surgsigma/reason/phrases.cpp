#include "surgsigma/reason/phrases.h"

namespace surgsigma::chain {

void fill_phrase(Phrase phrase, std::string_view first, std::string_view second, bool is_plural, std::string& out) {
  while (true) {
    const std::size_t open = phrase.find('{');
    out += phrase.substr(0, open);
    if (open == Phrase::npos) return;
    const std::size_t close = phrase.find('}', open);
    const Phrase inside = phrase.substr(open + 1, close - open - 1);
    if (inside == "0") {
      out += first;
    } else if (inside == "1") {
      out += second;
    } else {
      const std::size_t bar = inside.find('|');
      out += is_plural ? inside.substr(bar + 1) : inside.substr(0, bar);
    }
    phrase.remove_prefix(close + 1);
  }
}

void capitalize(std::string& sentence, std::size_t from) {
  if (sentence.size() <= from) return;
  char& c = sentence[from];
  if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
}

}  // namespace surgsigma::chain
