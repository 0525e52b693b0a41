// What a debugger wants to know before it reads debug information: which units there are, which addresses
// each has code for, and which names it defines.
//
// Names come from .debug_gnu_pubnames and .debug_gnu_pubtypes where a unit has them (-ggnu-pubnames), else
// from the unit's entries: those of its own scope, of namespaces, and of classes, named as in the source
// ("ns::f"). The sections are an image's, relocated. Reading runs in parallel, and what it gives does not
// depend on that.
#pragma once

#include "dwarf/dwarf.h"

#include <string_view>
#include <vector>

namespace gold::dwarf {

struct IndexSections {
  Sections base;
  ByteView types;              // .debug_types, of DWARF 4
  ByteView ranges, rnglists;   // of DWARF up to 4, and of 5
  ByteView pubnames, pubtypes; // .debug_gnu_pubnames, .debug_gnu_pubtypes
};

// As section_by_name of dwarf.h; .debug_gnu_pubnames is "gnu_pubnames".
ByteView *section_by_name(IndexSections &, std::string_view name);

struct IndexName {
  std::string_view name; // points into the sections or an arena
  u8 attributes;         // as in .debug_gnu_pubnames: kind in bits 4 to 6, 1 for static in bit 7
};
enum : u8 { kIndexType = 1 << 4, kIndexVariable = 2 << 4, kIndexFunction = 3 << 4, kIndexStatic = 1 << 7 };

struct IndexUnit {
  u64 offset, size; // in its section, header included
  bool is_type = false;
  u64 type_offset = 0, signature = 0; // of a type unit; the offset counts from the unit's begin
  std::vector<std::pair<u64, u64>> ranges;
  std::vector<IndexName> names;
};

// Compilation units in the order of .debug_info, then type units. Throws InputError.
std::vector<IndexUnit> read_index(const IndexSections &);

} // namespace gold::dwarf
