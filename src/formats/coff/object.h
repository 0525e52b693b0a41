// COFF inputs in memory: what readers/coff fills and writers/pe reads, beyond the shared model.
//
// Objects, members of import libraries and DLLs are one class: which of them a member of an archive
// is shows only when its bytes are looked at.
#pragma once

#include "formats/coff/coff.h"
#include "model/file.h"
#include "model/symbol.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gold::coff {

// One symbol of a DLL, by a short import object or by the DLL's own export table. In the file's
// `symbols` its pointer (__imp_x) has index 2i, its code (x; null for data) index 2i + 1.
struct Import {
  std::string_view name; // in the DLL's export table; empty: by ordinal
  u16 ordinal = 0;       // or hint
  bool data = false;
  u32 slot = ~0u;  // in the import address table of its DLL; ~0: nothing refers to it
  u32 thunk = ~0u; // jump to it
};

// What -export: in .drectve or a line of a .def file asks for.
struct Export {
  std::string_view name;     // in the export table
  std::string_view internal; // the symbol; or "DLL.symbol" that it forwards to
  u16 ordinal = 0;           // 0: the linker chooses
  bool data = false, noname = false, constant = false, is_private = false;
  Symbol *symbol = nullptr;
  const InputFile *file = nullptr; // that asks for it; null: an option
  u32 rank = 0;                    // in the order of ordinals
};

// An entry of .pdata: it describes code in one section.
struct Function {
  u32 pdata; // native index of the .pdata section
  u32 entry; // its number there
};

// A place that MinGW's start code corrects, since what it refers to is data of a DLL.
struct PseudoPlace {
  Section *section;
  Symbol *symbol;
  u32 offset, bits;
};

// Of a place with a base relocation: it is 4 bytes wide.
inline constexpr u32 kNarrowPlace = 1u << 31;

// One entry of a symbol table, whatever its width.
struct Sym {
  const u8 *raw;
  u32 value;
  i32 section; // number, from 1; IMAGE_SYM_UNDEFINED ...
  u16 type;
  u8 storage_class;
  u8 aux; // records that follow

  bool is_external() const { return storage_class == IMAGE_SYM_CLASS_EXTERNAL; }
  bool is_weak() const {
    return storage_class == IMAGE_SYM_CLASS_WEAK_EXTERNAL && section == IMAGE_SYM_UNDEFINED;
  }
  bool is_global() const {
    return is_external() || storage_class == IMAGE_SYM_CLASS_WEAK_EXTERNAL || storage_class == kClassGnuWeak;
  }
  bool is_common() const { return is_external() && section == IMAGE_SYM_UNDEFINED && value != 0; }
};

struct DebugInfo; // the reader's; made when a message asks for a source line

struct CoffObject : InputFile {
  u16 machine = 0;
  bool big = false; // /bigobj
  std::span<const SectionHeader> shdrs;
  const u8 *symtab = nullptr; // mapped
  u32 num_symbols = 0;        // records; `symbols` has one pointer for each and then `extra_names`
  std::string_view strtab;    // its length field included; ends with NUL
  std::vector<std::string_view> extra_names; // names that directives refer to

  std::vector<Export> exports;
  std::vector<std::string_view> excluded;                                // -exclude-symbols
  std::vector<std::pair<std::string_view, std::string_view>> alternates; // -alternatename: symbol, other
  std::vector<std::pair<std::string_view, u8>> common_aligns; // -aligncomm: symbol, log2 of its alignment
  std::vector<u8> selections;                                 // ComdatSelection of each of `groups`
  std::vector<u32> weak_aliases; // native indices of weak externals that this file won
  bool no_auto_export = false;   // the writer: of a library whose symbols are never exported by themselves

  std::vector<Section *> pdata;    // sections of kind Unwind
  std::vector<Function> functions; // by section of the code: Section::assoc_begin, assoc_count
  std::vector<u32> places;         // scan: places with base relocations, by section: Section::dyn_index
  std::vector<PseudoPlace> pseudo_places;
  bool has_idata = false; // a long member of an import library: its .idata pieces are one
  DebugInfo *debug_info = nullptr;

  std::string_view dll; // name of the DLL that `imports` are of; of a .def file: of the image
  u64 wanted_base = 0;  // .def file: LIBRARY ... BASE=
  std::vector<Import> imports;

  u32 symbol_size() const { return big ? sizeof(Symbol32) : sizeof(Symbol16); }
  // `i` < num_symbols.
  Sym sym(u32 i) const {
    const u8 *p = symtab + u64(i) * symbol_size();
    if (big) {
      auto &s = *reinterpret_cast<const Symbol32 *>(p);
      return {p, s.Value, s.SectionNumber, s.Type, s.StorageClass, s.NumberOfAuxSymbols};
    }
    auto &s = *reinterpret_cast<const Symbol16 *>(p);
    return {p, s.Value, s.SectionNumber, s.Type, s.StorageClass, s.NumberOfAuxSymbols};
  }
  template <class T> const T &aux(u32 i) const {
    return *reinterpret_cast<const T *>(symtab + (u64(i) + 1) * symbol_size());
  }
  std::span<const Relocation> relocs(const Section &s) const {
    return {reinterpret_cast<const Relocation *>(s.relocs), s.num_relocs};
  }
  u64 common_size(u32 i) const override {
    if (i >= num_symbols || !symbols[i])
      return 0;
    Sym s = sym(i);
    return s.is_common() ? s.value : 0;
  }
};

} // namespace gold::coff
