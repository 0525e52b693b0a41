// Source lines out of DWARF debug information (DWARF 5, sections 6.2, 7.5 and 7.27; versions 2 to 5),
// for messages: "main.cc:3" says more than "main.o:(.text+0x9)".
//
// The reader knows no file format. Whoever calls it hands over the contents of the sections with
// relocations applied, such that addresses of different code sections differ (an object's sections all
// begin at 0: the caller moves them apart), and asks by such addresses. Nothing is kept of what was
// read but the tables of file names: each question walks the line programs once, which is fast enough
// for the few questions that messages ask.
#pragma once

#include "model/file.h"
#include "support/bytes.h"

#include <optional>
#include <string>

namespace gold::dwarf {

// Contents of .debug_* sections. Empty: not there.
struct Sections {
  ByteView info, abbrev, line, line_str, str, str_offsets, addr;
};

// Where the contents of a section go, by its name without prefix ("info" of .debug_info); null: it is not
// needed.
ByteView *section_by_name(Sections &, std::string_view name);

struct Position {
  std::string file; // the name that the compiler was called with, below its working directory
  u32 line = 0;
};

// The line of the instruction at `address`. Throws InputError.
std::optional<Position> line_of_code(const Sections &, u64 address);

// Where the variable at `address` is declared. Throws InputError.
std::optional<Position> declaration_of_data(const Sections &, u64 address);

// Fills in what is known.
inline void set(SourcePlace &p, const std::optional<Position> &at) {
  if (!at)
    return;
  p.file = at->file;
  p.line = at->line;
}

// DW_AT_name and DW_AT_comp_dir of the first compilation unit, "" for what it lacks. Points into the
// sections. Throws InputError.
struct UnitName {
  std::string_view name, dir;
};
UnitName name_of_first_unit(const Sections &);

} // namespace gold::dwarf
