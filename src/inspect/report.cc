// Prints a Report as text for people or as JSON for programs.
#include "inspect/report.h"

#include "inspect/json.h"

#include <cstdio>
#include <ostream>
#include <sstream>
#include <string_view>

namespace gold::inspect {

namespace {

std::string hex(std::uint64_t value, int digits = 1) {
  char text[32];
  std::snprintf(text, sizeof text, "0x%0*llx", digits, static_cast<unsigned long long>(value));
  return text;
}

void print_field(std::ostream &out, const char *label, const std::string &value) {
  if (value.empty())
    return;
  char text[32];
  std::snprintf(text, sizeof text, "  %-13s", label);
  out << text << printable(value) << '\n';
}

void print_regions(std::ostream &out, const char *title, const std::vector<Region> &regions) {
  if (regions.empty())
    return;
  out << "  " << title << " (address, size, offset, size in the file)\n";
  for (const Region &region : regions) {
    char text[160];
    std::snprintf(text, sizeof text, "    %-3s %s %10s %10s %10s  ", region.permissions.c_str(),
                  hex(region.address, 12).c_str(), hex(region.size).c_str(), hex(region.offset).c_str(),
                  hex(region.file_size).c_str());
    out << text << printable(region.name) << '\n';
  }
}

void print_symbols(std::ostream &out, const char *title, const std::vector<SymbolLine> &symbols) {
  if (symbols.empty())
    return;
  out << "  " << title << " (" << symbols.size() << ")\n";
  for (const SymbolLine &symbol : symbols) {
    out << "    ";
    if (symbol.address)
      out << hex(*symbol.address, 12) << ' ';
    out << printable(symbol.name);
    if (!symbol.from.empty())
      out << "  " << printable(symbol.from);
    out << '\n';
  }
}

void regions_json(Json &json, const char *name, const std::vector<Region> &regions) {
  json.key(name);
  json.open('[');
  for (const Region &region : regions) {
    json.open('{');
    json.field("name", region.name);
    json.field("address", region.address);
    json.field("size", region.size);
    json.field("offset", region.offset);
    json.field("file_size", region.file_size);
    json.field("permissions", region.permissions);
    json.close('}');
  }
  json.close(']');
}

void symbols_json(Json &json, const char *name, const std::vector<SymbolLine> &symbols) {
  json.key(name);
  json.open('[');
  for (const SymbolLine &symbol : symbols) {
    json.open('{');
    json.field("name", symbol.name);
    if (!symbol.from.empty())
      json.field("from", symbol.from);
    if (symbol.address)
      json.field("address", *symbol.address);
    json.close('}');
  }
  json.close(']');
}

void report_json(Json &json, const Report &report) {
  json.open('{');
  json.field("file", report.file);
  json.field("format", report.format);
  json.field("machine", report.machine);
  json.field("type", report.type);
  if (report.entry)
    json.field("entry", *report.entry);
  for (auto [key, value] : {std::pair{"interpreter", &report.interpreter}, std::pair{"name", &report.name},
                            std::pair{"build_id", &report.build_id}})
    if (!value->empty())
      json.field(key, *value);
  regions_json(json, "segments", report.segments);
  regions_json(json, "sections", report.sections);
  json.key("libraries");
  json.open('[');
  for (const std::string &library : report.libraries)
    json.string(library);
  json.close(']');
  symbols_json(json, "imports", report.imports);
  symbols_json(json, "exports", report.exports);
  json.key("relocations");
  json.open('{');
  for (const auto &[kind, count] : report.relocations)
    json.field(kind.c_str(), count);
  json.close('}');
  json.close('}');
}

} // namespace

std::string printable(std::string_view text) {
  std::string result;
  for (unsigned char c : text) {
    if (c >= 0x20 && c != 0x7f) {
      result += static_cast<char>(c);
      continue;
    }
    char escaped[8];
    std::snprintf(escaped, sizeof escaped, "\\x%02x", c);
    result += escaped;
  }
  return result;
}

std::string hex_bytes(std::span<const std::uint8_t> bytes) {
  std::string result;
  for (std::uint8_t byte : bytes) {
    char text[4];
    std::snprintf(text, sizeof text, "%02x", byte);
    result += text;
  }
  return result;
}

std::string permissions(bool read, bool write, bool execute) {
  return {read ? 'r' : '-', write ? 'w' : '-', execute ? 'x' : '-'};
}

void print_text(std::ostream &out, const Report &report) {
  out << printable(report.file) << ":\n";
  print_field(out, "format", report.format);
  print_field(out, "machine", report.machine);
  print_field(out, "type", report.type);
  if (report.entry)
    print_field(out, "entry", hex(*report.entry));
  print_field(out, "interpreter", report.interpreter);
  print_field(out, "name", report.name);
  print_field(out, "build id", report.build_id);
  for (const auto &[kind, count] : report.relocations)
    print_field(out, "relocations", std::to_string(count) + ' ' + kind);
  for (const std::string &library : report.libraries)
    print_field(out, "needs", library);
  print_regions(out, "segments", report.segments);
  print_regions(out, "sections", report.sections);
  print_symbols(out, "imports", report.imports);
  print_symbols(out, "exports", report.exports);
}

std::string json_of(const Report &report) {
  std::ostringstream out;
  Json json(out);
  report_json(json, report);
  return out.str();
}

} // namespace gold::inspect
