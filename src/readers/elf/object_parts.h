// What the files of the ELF object reader share among themselves.
#pragma once

#include "readers/elf/object_reader.h"

#include <string>
#include <vector>

namespace gold::elf {

// -- headers.cc
struct SectionTable {
  std::span<const Shdr> shdrs;
  std::string_view shstrtab; // ends with NUL, or is empty
  u32 shstrndx = 0;
};
// Checks the file header and finds the section table. `type` is ET_REL or ET_DYN.
SectionTable read_section_table(ByteView, u16 type);
// The bytes of a section in the file; empty for SHT_NOBITS.
ByteView section_bytes(ByteView file, const Shdr &, u32 index);
// A string table cut behind its last NUL, so that each string in it has an end.
std::string_view string_table(ByteView);
// The NUL-terminated string at `off`; the table is string_table's.
inline std::string_view string_at(std::string_view table, u32 off, const char *what) {
  if (off >= table.size())
    throw InputError(std::string(what) + " lies outside of its string table", off);
  return {table.data() + off, std::strlen(table.data() + off)};
}
inline std::string_view section_name(const ElfObject &o, u32 i) {
  return string_at(o.shstrtab, o.shdrs[i].sh_name, "name of a section");
}
void read_headers(ElfObject &);

// -- symbols.cc
// One byte a section, 1 for members of groups that another file won. Empty if there are none.
// Valid until the next call on this thread.
inline const std::vector<u8> &lost_sections(const ElfObject &o) {
  return lost_sections(o, o.shdrs.size());
}
void make_locals(Link &, ElfObject &);
// Interns the names of global symbols and makes their claims.
void intern_globals(Link &, ElfObject &);

// -- compressed.cc
// Replaces the contents of an SHF_COMPRESSED or .zdebug section by what they stand for.
void decompress(Section &);

// -- eh_frame.cc
// Splits the sections in o.eh_frames into CIEs and FDEs. After symbols are bound.
void split_eh_frames(ElfObject &);

// -- properties.cc
void read_properties(ElfObject &, ByteView note);

} // namespace gold::elf
