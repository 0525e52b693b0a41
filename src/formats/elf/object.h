// ELF inputs in memory: what readers/elf fills and writers/elf reads, beyond the shared model.
#pragma once

#include "formats/elf/elf.h"
#include "model/file.h"

#include <span>
#include <string_view>
#include <vector>

namespace gold::elf {

// One FDE of an .eh_frame input section. Offsets are into that section.
struct Fde {
  u32 offset, size;         // record, its length field included
  u32 cie;                  // index in ElfObject::cies
  u32 rel_begin, rel_count; // its relocations, in the section's own table; [0] is pc_begin
  u32 section;              // index in ElfObject::eh_frames
  u32 output_offset = ~0u;  // in the output's .eh_frame; ~0: dropped
};
struct Cie {
  u32 offset, size;
  u32 rel_begin, rel_count;
  u32 section;
  u32 leader_file = ~0u, leader_cie = ~0u; // the equal CIE that is written in its place
  u32 output_offset = ~0u;
  bool used = false;
};

// Debug information made ready for questions; of readers/elf/debug_info.cc.
struct DebugInfo;

// An object file. `Reader`s make one for each ELF object or archive member.
struct ElfObject : InputFile {
  std::span<const Shdr> shdrs;
  std::string_view shstrtab;
  std::span<const Sym> esyms; // the file's symbol table, mapped
  std::string_view strtab;
  std::span<const ul32> xindex; // SHT_SYMTAB_SHNDX, if any
  // Versions that names in the object's symbol table carry: `foo@@V` (key foo) and `foo@V` (key foo@V).
  std::vector<std::pair<u32, std::string_view>> symvers;
  u32 symtab_index = 0; // section index of .symtab
  u16 machine = 0;
  u32 eflags = 0;
  bool needs_executable_stack = false; // .note.GNU-stack with SHF_EXECINSTR
  bool has_gnu_stack_note = false;
  bool has_lto_sections = false; // GCC slim or fat LTO
  u32 features_1_and = 0;        // GNU_PROPERTY_*_FEATURE_1_AND; 0 when the note is missing
  bool has_features = false;
  u32 x86_isa_needed = 0, x86_isa_used = 0, x86_feature_2_used = 0; // x86 only
  std::vector<Section *> eh_frames; // input .eh_frame sections (SectionKind::Unwind)
  std::vector<Cie> cies;            // by section, then offset
  std::vector<Fde> fdes;            // sorted so that those of one text section are adjacent:
                                    // Section::assoc_begin/assoc_count index this
  u64 image_bytes = 0;              // of its sections in the image that are not large ones, at most
  DebugInfo *debug_info = nullptr;  // made when the first message asks for a source line
  u64 symtab_locals = 0, symtab_globals = 0, symtab_strings = 0; // what it adds to the output's .symtab

  u64 common_size(u32 i) const override {
    return i < esyms.size() && is_common(i) ? u64(esyms[i].st_size) : 0;
  }
  bool is_common(u32 i) const {
    u16 x = esyms[i].st_shndx;
    return x == SHN_COMMON || (x == SHN_AMD64_LCOMMON && machine == EM_X86_64);
  }
  // Section index of symbol `i`: real index, or SHN_UNDEF/SHN_ABS/SHN_COMMON (SHN_XINDEX resolved).
  u32 shndx(u32 i) const {
    u32 x = esyms[i].st_shndx;
    if (x == SHN_XINDEX)
      return i < xindex.size() ? u32(xindex[i]) : 0;
    return x;
  }
  // True when the shndx is one of a real section (below SHN_LORESERVE, or by way of SHN_XINDEX).
  bool in_section(u32 i) const {
    u32 x = esyms[i].st_shndx;
    return x != SHN_UNDEF && (x < SHN_LORESERVE || x == SHN_XINDEX);
  }
  // Two names of one place, as `.symver f, f@@V` makes them.
  bool same_place(u32 i, u32 k) const {
    return i < esyms.size() && k < esyms.size() && in_section(i) && shndx(i) == shndx(k) &&
           esyms[i].st_value == esyms[k].st_value;
  }
  std::span<const Rela> relocs(const Section &s) const {
    return {reinterpret_cast<const Rela *>(s.relocs), s.num_relocs};
  }
};

// A shared object. `symbols` holds one entry for each dynamic symbol from first_global on
// (null for those that are not interned); native index = dynsym index.
struct ElfShared : InputFile {
  std::string_view soname;
  std::span<const Sym> esyms;
  std::string_view strtab;
  std::span<const ul16> versym;                  // empty: unversioned
  std::vector<std::string_view> verdefs;         // by version index; [0], [1] unused
  std::vector<std::string_view> needed;          // DT_NEEDED
  std::vector<std::pair<u64, u64>> readonly;     // address ranges of PT_LOADs without PF_W and of RELRO
  std::vector<u16> verneed_index;                // writer: version index in the output by verdefs index
  std::vector<std::pair<u32, Symbol *>> aliases; // keys foo@V claimed besides foo, with the symbol's index
  bool needed_in_output = false;
  bool is_readonly(u64 addr) const {
    for (auto &[b, e] : readonly)
      if (addr >= b && addr < e)
        return true;
    return false;
  }
};

} // namespace gold::elf
