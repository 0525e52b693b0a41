// Mach-O inputs in memory: what readers/macho fills and writers/macho reads, beyond the shared model.
//
// The unit that is kept, folded and placed is the subsection: the bytes from one symbol to the next, when
// the file allows it (MH_SUBSECTIONS_VIA_SYMBOLS), else the whole section. A subsection is a model Section;
// MachObject::subs has them all, in the order of their places in the file; Section::index is a
// subsection's index there. InputFile::sections is the same list with nulls for those that are not laid out.
//
// Addresses: an object's sections have addresses of their own, that values of symbols and the contents of
// relocated places count by. A place is always turned into (subsection, offset).
#pragma once

#include "formats/macho/macho.h"
#include "model/file.h"

#include <atomic>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gold::macho {

constexpr u32 kNone = ~u32(0);

// `_objc_msgSend$SELECTOR`: a function that the linker makes.
inline bool is_selector_stub(std::string_view name) {
  return name.starts_with("_objc_msgSend$") && name.size() > 14;
}

// A section as the object's headers have it.
struct NativeSection {
  const SectionHeader *header = nullptr;
  std::string_view name; // "__TEXT,__text"
  u32 first_sub = 0, num_subs = 0;
  std::span<const RelocationInfo> relocs;   // by descending address
  std::atomic<Symbol *> stand_ins{nullptr}; // see MachObject::stand_in
  u32 type() const { return header->flags & SECTION_TYPE; }
};

// How one function is unwound: an entry of __compact_unwind, or an FDE of a function without one.
struct Unwind {
  u32 sub;    // the function's subsection
  u32 offset; // in that
  u32 length;
  u32 encoding; // without personality index and FDE offset
  Symbol *personality = nullptr;
  u32 lsda_sub = kNone;
  u32 lsda_offset = 0;
  u32 fde = kNone; // index in MachObject::fdes when the encoding says DWARF
};

// Records of __TEXT,__eh_frame that are needed. Offsets are into that section.
struct Cie {
  u32 offset, size;
  u8 pointer_encoding = 0, lsda_encoding = 0xff;
  u32 personality_at = 0; // where its pointer to the personality stands; 0: none
  Symbol *personality = nullptr;
};
struct Fde {
  u32 offset, size;
  u32 cie;             // index in MachObject::cies
  u32 sub, sub_offset; // the function
  u32 lsda_at = 0;     // where its pointer to the LSDA stands; 0: none
  u32 lsda_sub = kNone, lsda_offset = 0;
  u32 output_offset = kNone; // in the output's __eh_frame
};

struct DebugInfo;

struct MachObject : InputFile {
  std::span<const Nlist> nlists; // the symbol table, mapped
  std::string_view strtab;
  std::vector<NativeSection> native; // by section ordinal; [0] unused
  std::span<Section> subs;
  std::span<u32> sub_offset; // of each subsection in its native section
  std::span<u8> sub_native;  // ordinal of each subsection's native section
  // Weak definitions that another file's beat: (subsection, index of the symbol that names it). Their
  // subsections are not laid out; references mean the winner.
  std::vector<std::pair<u32, u32>> coalesced;
  std::vector<Unwind> unwinds; // by (sub, offset): Section::assoc_begin/assoc_count index this
  std::vector<Cie> cies;
  std::vector<Fde> fdes;
  u32 eh_frame = 0; // ordinal of __TEXT,__eh_frame, 0: none
  std::span<const DataInCodeEntry> data_in_code;
  std::vector<std::string_view> linker_options; // of LC_LINKER_OPTION, words joined by NUL
  u32 cputype = 0, flags = 0;
  u32 platform = 0, platform_min = 0; // of LC_BUILD_VERSION or LC_VERSION_MIN_*
  bool sends_by_stubs = false;        // some undefined symbol is_selector_stub()
  bool hidden = false;                // -load_hidden: what it defines is private to the image
  const SectionHeader *debug_info = nullptr, *debug_abbrev = nullptr, *debug_str = nullptr,
                      *debug_str_offsets = nullptr;
  DebugInfo *debug = nullptr;               // the reader's; made when a message asks for a source line
  std::string_view source_dir, source_name; // of the compilation unit, for the debug map; "": none

  u64 common_size(u32 i) const override {
    return i < nlists.size() && is_common(nlists[i]) ? u64(nlists[i].n_value) : 0;
  }
  static bool is_common(const Nlist &n) {
    return !n.is_stab() && n.is_external() && n.type() == N_UNDF && n.n_value != 0;
  }

  // The subsection that holds `address` (the one that ends there, if none begins there and the section
  // ends), looked for in native section `ordinal`. Throws InputError if there is none.
  u32 find_sub(u32 ordinal, u64 address) const;
  // The same over all sections; kNone if no laid out section holds it.
  u32 find_sub(u64 address) const;
  u64 sub_address(u32 sub) const { return native[sub_native[sub]].header->addr + sub_offset[sub]; }
  const NativeSection &native_of(const Section &s) const { return native[sub_native[s.index]]; }
  // A symbol at the start of a subsection, for references that name no symbol. Thread-safe.
  Symbol *stand_in(u32 sub);

  std::span<const RelocationInfo> relocs(const Section &s) const {
    return {reinterpret_cast<const RelocationInfo *>(s.relocs), s.num_relocs};
  }
};

// A name that a dylib exports.
struct Export {
  std::string_view name;
  bool weak = false, tlv = false, absolute = false;
};

// A dylib or a text stub. `symbols` holds one entry for each export; native index = index in `exports`.
struct MachDylib : InputFile {
  std::string install_name;
  u32 current_version = 0x10000, compatibility_version = 0x10000; // xxxx.yy.zz
  std::vector<Export> exports;
  std::vector<std::string> reexports; // install names of libraries that it re-exports, not read yet
  bool weak_link = false, reexport = false, upward = false, keep = false; // as the command line wants it
  bool loader = false;          // the executable that loads this bundle: bound to, but not named
  bool implicit = false;        // an object asked for it, not the command line
  bool dead_strippable = false; // MH_DEAD_STRIPPABLE_DYLIB
  // Writer: position among the load commands, from 1; 0: dropped; or BIND_SPECIAL_DYLIB_*.
  int ordinal = 0;
  std::atomic<bool> strongly_needed{false}; // some reference to it is not weak
};

} // namespace gold::macho
