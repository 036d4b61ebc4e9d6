// Categories of a COCO file: concepts of the ontology, or the sources' own words.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "surgsigma/schema/catalog.h"
#include "surgsigma/schema/tables.h"

namespace surgsigma {

enum class ClassNames { kConcept, kSource };

struct CocoCategory {
  int id = 0;
  std::string name;           ///< preferred words, or the source's own
  std::string supercategory;  ///< kind of the concept; of the source's words: kind of their vocabulary
  std::string concept_id;     ///< empty where a word of a source has none
  std::string vocabulary;     ///< "<source>/<name>", for words of sources
  std::int64_t label_id = 0;  ///< number that the source ships
};

class CocoClasses {
 public:
  /// Everything that can be located: instruments, anatomy, objects. The id is the place in the ontology, from 1, so
  /// that it is the same in every export made with one catalog.
  static CocoClasses of_concepts(const Ontology& ontology);
  /// Every word of the vocabularies, by vocabulary and position, from 1.
  static CocoClasses of_words(std::vector<VocabularyRow> words);

  /// Place in all(); -1 where the record has no class among these.
  int find(const Annotation& record, std::string_view source) const;
  const std::vector<CocoCategory>& all() const { return all_; }

 private:
  bool is_by_word_ = false;
  std::vector<CocoCategory> all_;
  std::map<std::string, int, std::less<>> place_of_;
};

/// "cholect50/tools", whether the record names the source or not.
std::string vocabulary_key(std::string_view source, std::string_view vocabulary);

}  // namespace surgsigma
