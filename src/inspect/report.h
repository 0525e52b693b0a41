// What `gold-go inspect` tells of an image, whichever format it has: the format's file fills a Report,
// and one printer shows it as text or as JSON.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gold::inspect {

// A segment or a section.
struct Region {
  std::string name;
  std::uint64_t address = 0;
  std::uint64_t size = 0; // in memory
  std::uint64_t offset = 0;
  std::uint64_t file_size = 0;
  std::string permissions; // "rwx", a dash for each that is missing; empty if it isn't loaded
};

// An import with the library that it comes from, or an export with its address.
struct SymbolLine {
  std::string name;
  std::string from; // library, version or both; may be empty
  std::optional<std::uint64_t> address;
};

struct Report {
  std::string file;
  std::string format;
  std::string machine;
  std::string type;
  std::optional<std::uint64_t> entry;
  std::string interpreter;
  std::string name; // SONAME, install name, the DLL's own name
  std::string build_id;
  std::vector<Region> segments;
  std::vector<Region> sections;
  std::vector<std::string> libraries;
  std::vector<SymbolLine> imports;
  std::vector<SymbolLine> exports;
  std::vector<std::pair<std::string, std::size_t>> relocations; // by kind
};

// A file that can't be reported on, and why; the message doesn't name the file.
struct Unreadable : std::runtime_error {
  using std::runtime_error::runtime_error;
};

void print_text(std::ostream &out, const Report &report);
std::string json_of(const Report &report);

std::string hex_bytes(std::span<const std::uint8_t> bytes);
// Names come from the file: what is not printable is shown as \xNN.
std::string printable(std::string_view text);
std::string permissions(bool read, bool write, bool execute);

// One a format; each throws Unreadable. A Mach-O file may hold an image an architecture.
Report report_elf(const std::string &path);
Report report_pe(const std::string &path);
std::vector<Report> report_macho(const std::string &path);

// Go's objects and archives have symbols rather than segments, and are told by their own words. Both throw
// Unreadable, before anything is printed.
void print_go_text(std::ostream &out, const std::string &path);
std::string go_json(const std::string &path);

} // namespace gold::inspect
