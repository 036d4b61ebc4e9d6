// Which pairs go into an export: names checked, terms of the sources applied, cases looked up in the split, caps drawn.
#pragma once

#include <memory>

#include "surgsigma/base/result.h"
#include "surgsigma/export/selection.h"

namespace surgsigma {

/// As select_conversations(), for the table pairs. `where` is a condition on that table.
Result<Selection> select_pairs(Engine& engine, const Database& database, const Catalog& catalog,
                               const ExportOptions& options);

/// The drawn caps; unused ones when there is no cap.
Result<Caps> draw_pair_caps(Engine& engine, const Selection& selection, const ExportOptions& options);

}  // namespace surgsigma
