// docs/schema.md, written from the rows themselves so that it cannot disagree with them.
#pragma once

#include <string>

namespace surgsigma {

/// The page as Markdown: for each table its meaning and its columns with type and meaning, then the closed word lists.
std::string schema_page();

}  // namespace surgsigma
