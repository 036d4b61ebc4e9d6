// Pieces of the catalog's loader that more than one of its files needs.
#pragma once

#include <string>

#include "surgsigma/schema/catalog.h"
#include "surgsigma/schema/fields.h"

namespace surgsigma {

/// Reads a source card and notes every mistake in it. Whether its concepts exist is another question (below).
SourceCard source_card_from(const Json& document, const std::string& file, Mistakes& mistakes);
/// Every concept that the card names is in the ontology.
void check_concepts(const SourceCard& card, const std::string& file, const Ontology& ontology, Mistakes& mistakes);

}  // namespace surgsigma
