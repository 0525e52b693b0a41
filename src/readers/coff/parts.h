// What the files of the COFF readers share among themselves.
#pragma once

#include "readers/coff/object_reader.h"

namespace gold::coff {

// -- headers.cc
struct Tables {
  u16 machine = 0;
  bool big = false;
  std::span<const SectionHeader> shdrs;
  const u8 *symtab = nullptr;
  u32 num_symbols = 0;
  std::string_view strtab;
};
bool is_import_object(ByteView);
// Checks the file header and finds the tables.
Tables read_tables(ByteView);
// "/123" and "//BASE64" refer to the string table.
std::string_view section_name(std::string_view strtab, const SectionHeader &);
std::string_view symbol_name(std::string_view strtab, const u8 *raw);
// The relocations of a section; more than 65,534 are counted by their first record.
std::span<const Relocation> section_relocs(ByteView file, const SectionHeader &, u32 number);

// -- symbols.cc
// One byte a section number, 1 for members of groups that another file won. Empty if there are none.
// Valid until the next call on this thread.
inline const std::vector<u8> &lost_sections(const CoffObject &o) {
  return lost_sections(o, o.shdrs.size() + 1); // they are numbered from 1
}
void make_locals(Link &, CoffObject &);

// -- comdat.cc
// Finds the COMDAT sections, their leaders and their associates: fills `groups`.
void read_groups(Link &, CoffObject &);
// Among sections of one group's leaders in two files: do they agree as their selection asks for?
void check_selection(Link &, CoffObject &loser, u32 section, u8 selection, const Section &winner,
                     const Symbol &leader);

// -- directives.cc
void read_directives(CoffObject &, std::string_view text, Link &);
// An upper bound of the names that read_directives adds to `extra_names`.
u64 count_directives(ByteView file, std::span<const SectionHeader>);

// -- def_file.cc
void parse_definition_file(CoffObject &);

// -- imports.cc
void parse_import_object(Link &, CoffObject &);
// Claims and binds the symbols of `imports`, as an archive's member does.
void claim_imports(Link &, CoffObject &);
void bind_imports(CoffObject &);

} // namespace gold::coff
