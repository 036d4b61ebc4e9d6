#include "surgsigma/export/all_formats.h"

#include "surgsigma/export/coco/coco_export.h"
#include "surgsigma/export/cosmos/cosmos_export.h"
#include "surgsigma/export/pairs/pair_export.h"
#include "surgsigma/export/selection.h"

namespace surgsigma {

std::vector<ExportFormatRow> all_export_formats() {
  std::vector<ExportFormatRow> rows = export_formats();
  for (const ExportFormatRow& row : pair_formats()) rows.push_back(row);
  rows.push_back(coco_format());
  rows.push_back(cosmos_format());
  return rows;
}

Status check_format(const std::string& name) {
  std::vector<std::string> names;
  for (const ExportFormatRow& row : all_export_formats()) names.emplace_back(row.name);
  return check_name("format", name, names);
}

}  // namespace surgsigma
