// What the files of the Mach-O object reader share among themselves.
#pragma once

#include "readers/macho/object_reader.h"

namespace gold::macho {

// Calls f(cmd, offset, bytes of the command) for each load command. Throws InputError.
template <class F> void for_each_command(ByteView file, F &&f) {
  const Header &h = file.at<Header>(0, "Mach-O header");
  if (h.magic != MH_MAGIC_64)
    throw InputError("not a 64-bit little-endian Mach-O file", 0);
  ByteView commands = file.sub(sizeof(Header), h.sizeofcmds, "load commands");
  u64 at = 0;
  for (u32 i = 0; i < h.ncmds; ++i) {
    const auto &c = commands.at<LoadCommand>(at, "load command");
    if (c.cmdsize < sizeof(LoadCommand))
      throw InputError("load command is too small", sizeof(Header) + at);
    f(u32(c.cmd), sizeof(Header) + at, commands.sub(at, c.cmdsize, "load command"));
    at += c.cmdsize;
  }
}

// The symbol table, cut so that each name has an end.
struct SymbolTable {
  std::span<const Nlist> nlists;
  std::string_view strtab;
  u32 first_global = 0; // the first external symbol if all others stand before it, else 0
  u64 globals = 0;
};
SymbolTable read_symbol_table(ByteView);
inline std::string_view symbol_name(std::string_view strtab, const Nlist &n) {
  u32 at = n.n_strx;
  if (at >= strtab.size()) {
    if (at == 0)
      return {};
    throw InputError("name of a symbol lies outside of the string table", at);
  }
  return {strtab.data() + at, std::strlen(strtab.data() + at)};
}

// -- headers.cc: everything but symbols
void read_headers(MachObject &);

// -- sections.cc: cuts sections into subsections, makes local symbols, binds what this file won.
void cut_sections(Link &, MachObject &);

// -- unwind.cc: __compact_unwind and __eh_frame, after cut_sections
void read_unwind(MachObject &);

// -- debug_info.cc: name and folder of the first compilation unit, for the debug map
void read_source_names(MachObject &);

// A name that the assembler or compiler made for its own use: not in the output's symbol table.
inline bool is_linker_private(std::string_view name) {
  return !name.empty() && (name[0] == 'L' || name[0] == 'l');
}

} // namespace gold::macho
