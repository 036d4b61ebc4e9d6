#include "surgsigma/eval/page_frame.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "surgsigma/base/base64.h"
#include "surgsigma/base/sha256.h"
#include "surgsigma/base/text.h"

namespace surgsigma {
namespace {

constexpr std::string_view kStyle = R"(*{box-sizing:border-box}[hidden]{display:none!important}
body{font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;margin:0 auto;max-width:1180px;padding:1rem;color:#1a1a1a;background:#fff;overflow-wrap:break-word}
h1{font-size:1.5rem;line-height:1.25;margin:.4rem 0 .8rem}h2{font-size:1.25rem;margin:2.4rem 0 .4rem;border-top:2px solid #cbd5e0;padding-top:1rem}
h3{font-size:1rem;margin:1.4rem 0 .2rem}p{margin:.5rem 0}
table{border-collapse:collapse;font-size:.92rem}table.wide{width:100%}caption{text-align:left;color:#444;padding:.3rem 0}
td,th{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #ddd;vertical-align:top}thead th{border-bottom:2px solid #94a3b8;vertical-align:bottom}
tbody th{font-weight:400}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}td.i{white-space:nowrap;font-variant-numeric:tabular-nums}
td.first,th.first{position:sticky;left:0;background:#fff;z-index:1}
.scroll{overflow-x:auto;max-width:100%;margin:.4rem 0}.other,tr.other td,tr.other th{color:#5f6368;font-style:italic}.note{color:#444}.small{font-size:.83rem;color:#555}
.warn{background:#fff3d6;padding:.6rem .8rem;border-left:4px solid #b7791f}.toc{padding:0;list-style:none;display:flex;flex-wrap:wrap;gap:.2rem 1rem}
a{color:#1d4ed8}summary{cursor:pointer;padding:.35rem 0}:focus-visible{outline:3px solid #1d4ed8;outline-offset:2px}
.bar{display:block;position:relative;height:.8rem;min-width:9rem;margin-top:.3rem;background:#edf2f7}
.bar i{position:absolute;top:0;bottom:0;left:0;background:#7fb0dd}.bar b{position:absolute;top:-.15rem;bottom:-.15rem;width:2px;background:#b91c1c}
.bar u{position:absolute;top:.3rem;height:.2rem;background:#0b2545;min-width:2px}.bar s{position:absolute;top:.1rem;width:.6rem;height:.6rem;margin-left:-.3rem;border-radius:50%;background:#2b6cb0}
.confusion td,.confusion thead th{text-align:right;padding:.2rem .35rem;min-width:2.1rem;border:1px solid #e2e8f0}.confusion tbody th{white-space:nowrap;padding:.2rem .6rem .2rem 0}
.confusion td.right{outline:2px solid #1f2937;outline-offset:-2px}.confusion .side{border-left:2px solid #94a3b8}
.plots{display:flex;flex-wrap:wrap;gap:1rem}.plots figure{margin:0;width:220px}.plots figcaption{font-size:.85rem;color:#444}
.items{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,290px),1fr));gap:1rem}
.item{border:1px solid #cbd5e0;border-radius:4px;padding:.7rem;overflow-wrap:anywhere;min-width:0}.item img{width:100%;height:auto;display:block;background:#000;margin-bottom:.4rem}
.pictures{display:flex;gap:.3rem}.pictures figure{margin:0;flex:1;min-width:0}.pictures figcaption{color:#555;font-size:.8rem;margin-bottom:.3rem}
.item dl{margin:0;display:grid;grid-template-columns:4.6rem 1fr;gap:.2rem .5rem}.item dt{color:#555;font-size:.85rem}.item dd{margin:0;min-width:0}
.item ol{margin:.2rem 0 0;padding-left:1.4rem;list-style:upper-alpha}.item pre{white-space:pre-wrap;font:inherit;margin:.2rem 0;color:#333}
.filter{display:flex;flex-wrap:wrap;gap:.6rem 1rem;align-items:end;border:1px solid #cbd5e0;border-radius:4px;padding:.6rem .8rem;margin:.6rem 0}
.filter label{display:grid;font-size:.85rem;color:#333}.filter select{font:inherit;padding:.3rem;min-width:9rem;max-width:100%}
.best{font-weight:700}.star{color:#b45309}
th.first{min-width:8rem}@media(max-width:600px){.confusion tbody th{white-space:normal}td.first,th.first{min-width:8.5rem;max-width:9.5rem;overflow-wrap:anywhere}}
)";

double place(double share) { return 100 * std::clamp(share, 0.0, 1.0); }

void append_marks(std::span<const double> marks, double low, double high, std::string& out) {
  for (const double mark : marks) {
    if (std::isfinite(mark)) out += fmt::format("<b style=\"left:{:.1f}%\"></b>", place((mark - low) / (high - low)));
  }
}

void append_interval(const ScoredValue& value, double low, double high, std::string& out) {
  if (!std::isfinite(value.low) || !std::isfinite(value.high)) return;
  const double begin = place((value.low - low) / (high - low)), end = place((value.high - low) / (high - low));
  out += fmt::format("<u style=\"left:{:.1f}%;width:{:.1f}%\"></u>", begin, end - begin);
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '&':
        out += "&amp;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string shortened(const std::string& text, std::size_t most) {
  if (text.size() <= most) return text;
  std::size_t end = most;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end) + " ...";
}

std::string page_open(const std::string& title, std::string_view script) {
  const std::string allowed = script.empty() ? "'none'" : "'sha256-" + base64(sha256(script)) + "'";
  return "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n<meta "
         "http-equiv=\"Content-Security-Policy\" "
         "content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src " +
         allowed +
         "\">\n<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n<link rel=\"icon\" "
         "href=\"data:,\">\n<title>" +
         escaped(title) + "</title>\n<style>\n" + std::string(kStyle) + "</style></head><body><main>\n<h1>" +
         escaped(title) + "</h1>\n";
}

std::string page_close(std::string_view script) {
  std::string out = "<p class=\"note\">Not for clinical use.</p>\n</main>\n";
  if (!script.empty()) out += "<script>" + std::string(script) + "</script>\n";
  return out + "</body></html>\n";
}

std::string scroll_open(std::string_view label) {
  return "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"" + escaped(label) + "\">";
}

std::string percent(double share) { return fmt::format("{:.2f} %", 100 * share); }

std::string interval_text(const ScoredValue& value, std::string_view unit) {
  if (std::isnan(value.low)) return "<span class=\"small\">no interval</span>";
  if (unit == "share") return fmt::format("{:.2f} to {:.2f} %", 100 * value.low, 100 * value.high);
  return shown_value(value.low, unit) + " to " + shown_value(value.high, unit);
}

std::string bar(const ScoredValue& value, std::span<const double> marks, std::string_view unit) {
  if (unit != "share" || std::isnan(value.value)) return "";
  std::string out =
      fmt::format("<span class=\"bar\" aria-hidden=\"true\"><i style=\"width:{:.1f}%\"></i>", place(value.value));
  append_interval(value, 0, 1, out);
  append_marks(marks, 0, 1, out);
  return out + "</span>";
}

std::string dot_line(const ScoredValue& value, std::span<const double> marks, double low, double high) {
  if (!std::isfinite(value.value) || !(high > low)) return "";
  std::string out = "<span class=\"bar\" aria-hidden=\"true\">";
  append_interval(value, low, high, out);
  append_marks(marks, low, high, out);
  return out + fmt::format("<s style=\"left:{:.1f}%\"></s></span>", place((value.value - low) / (high - low)));
}

std::string left_out_text(const std::vector<std::pair<std::string, std::string>>& left_out) {
  std::vector<std::pair<std::string, std::vector<std::string>>> by_reason;
  for (const auto& [name, why] : left_out) {
    const std::string& reason = why;  // clang 14 lets no lambda take a name out of a pair
    auto found = std::find_if(by_reason.begin(), by_reason.end(), [&](const auto& one) { return one.first == reason; });
    if (found == by_reason.end()) found = by_reason.insert(by_reason.end(), {why, {}});
    found->second.push_back(name);
  }
  std::string out;
  for (const auto& [why, names] : by_reason) {
    out += "<p class=\"small\">Not asked: " + escaped(join(names, ", ")) + ": " + escaped(why) + ".</p>\n";
  }
  return out;
}

std::string anchor(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool is_kept = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    out += is_kept ? c : '-';
  }
  return out;
}

}  // namespace surgsigma
