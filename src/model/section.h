// Sections: the unit that is kept, folded and placed; and what they are placed into.
#pragma once

#include "support/types.h"

#include <atomic>
#include <string_view>
#include <vector>

namespace gold {

struct InputFile;
struct MemoryRegion;
struct OutputRule;
struct OutputSection;
struct Statement;
struct Symbol;
struct Link;
class Synthetic;
struct MergeInput;

enum class SectionKind : u8 {
  Regular,
  Merge,     // split into pieces that are deduplicated; see layout/merge.h
  Unwind,    // split by the target (.eh_frame); its bytes are written by a synthesized section
  Synthetic, // contents made by the linker: `synth`
};

// Format-independent properties; the native words are carried beside them.
enum SectionFlags : u16 {
  kSecAlloc = 1 << 0,
  kSecWrite = 1 << 1,
  kSecExec = 1 << 2,
  kSecTls = 1 << 3,
  kSecZeroFill = 1 << 4, // occupies no bytes in the file
  kSecRetain = 1 << 5,   // never collected
  kSecStrings = 1 << 6,
  kSecDebug = 1 << 7,
  kSecRelro = 1 << 8,
  kSecInGroup = 1 << 9,
  kSecLinkOrder = 1 << 10,
  kSecNamedRoot = 1 << 11, // kept when __start_/__stop_ of its name are referenced (C identifier)
  kSecFollows = 1 << 12,   // not alloc, yet it lives only if something that lives refers to it
  kSecExclude = 1 << 13,
};

struct Section {
  InputFile *file = nullptr;
  const u8 *data = nullptr;        // null for zero-fill; mapped or decompressed bytes
  u64 size = 0;                    // bytes in the image; the last `zero_tail` of them are not at `data`
  OutputSection *output = nullptr; // null: not placed (dead, discarded, or written by another)
  u64 offset = 0;                  // in the output section
  union {
    MergeInput *merge = nullptr;
    Synthetic *synth;
  };
  const u8 *relocs = nullptr; // native relocation records, mapped; meaning by the format
  u32 num_relocs = 0;
  u32 index = 0; // native section index
  const char *name_data = nullptr;
  u32 name_size = 0;
  u32 native_type = 0;  // sh_type; 0 elsewhere
  u32 native_flags = 0; // sh_flags (none is defined beyond 32 bits), characteristics, Mach-O flags
  u32 entsize = 0;
  u32 zero_tail = 0;                    // zero bytes at the end that the file doesn't hold
  u32 rule = 0;                         // of the layout plan: see PlanMatcher; 0: none, or not asked yet
  u64 dyn_index = 0;                    // first of its dynamic relocations, in the target's terms
  u32 dyn_relocs = 0;                   // how many they are; counted by the scan
  u32 order = 0;                        // rank inside its output section: priority of init arrays etc.
  u32 assoc_begin = 0, assoc_count = 0; // unwind records (FDEs) that describe this section
  Section *group_next = nullptr;        // ring of the sections of its group; null: none
  Section *leader = nullptr;            // folded into that section (ICF); null: itself
  Section *dependent = nullptr; // first of the sections that live if this one does (SHF_LINK_ORDER ...)
  Section *next_dependent = nullptr;
  u16 flags = 0;  // SectionFlags
  u8 p2align = 0; // log2 of the alignment
  SectionKind kind = SectionKind::Regular;
  std::atomic<u8> live{0}; // 1: kept
  u8 keep_script = 0;      // KEEP by the layout plan
  std::atomic<u8> address_significant{0};
  u8 discarded = 0; // by a script's /DISCARD/

  std::string_view name() const { return {name_data, name_size}; }
  u64 align() const { return u64(1) << p2align; }
  bool is_alloc() const { return flags & kSecAlloc; }
  bool is_live() const { return live.load(std::memory_order_relaxed); }
  // Its contents are in the image: as itself, or as the section that it is folded into.
  bool is_kept() const { return is_live() || leader; }
  inline u64 address() const;
};
static_assert(sizeof(Section) <= 160);

// Contents made by the linker. It is placed like an input section of its name, so scripts and the
// default plan can name it.
class Synthetic {
public:
  Synthetic(std::string_view name, u32 native_type, u64 native_flags, u16 flags, u64 align);
  virtual ~Synthetic() = default;

  // Recomputes section.size from what is known now. Called before addresses are assigned and in
  // each round of the address loop; returns true if the size changed. The size may only grow from
  // round to round (or only shrink, if `shrinks`).
  virtual bool update(Link &) { return false; }

  // Writes the bytes of part `i` to `buf`. Parts tile the section; they are written side by side.
  virtual void write(Link &, u8 *buf) = 0;
  virtual u32 parts() const { return 1; }
  virtual u64 part_offset(u32 i) const { return i == 0 ? 0 : section.size; } // i up to parts()
  virtual void write_part(Link &link, u32, u8 *buf) { write(link, buf); }
  // Written after every input section has been relocated (tables that relocation fills).
  bool late = false;
  // Present in the output even when empty.
  bool keep_empty = false;
  // A table about the image rather than a part of it (.symtab): no pattern of a script takes it.
  bool table = false;

  Section section;
};

// A section of the output: what a section header (or Mach-O section, PE section) stands for.
struct OutputSection {
  std::string_view name;
  OutputRule *rule = nullptr; // what the plan says about it; null: an orphan
  u32 native_type = 0;
  u64 native_flags = 0;
  u16 flags = 0; // SectionFlags: union of the members', zero-fill only if all are
  u64 align = 1;
  u64 entsize = 0;
  u64 addr = 0;
  u64 lma = 0;
  u64 offset = 0; // in the file
  u64 size = 0;   // in memory
  u64 file_size = 0;
  u32 index = 0;                  // native index; 0: no header
  u32 link = 0, info = 0;         // native sh_link, sh_info
  u64 rank = 0;                   // order in the default plan
  std::vector<Section *> members; // in their final order
  bool relro = false;
  bool starts_segment = false;
  bool to_page_end = false;       // zeros up to the next page, on which something else begins
  bool address_fixed = false;     // addr given by the plan
  bool dropped = false;           // empty, so left out; a script may still speak of it
  bool load = true;               // false: NOLOAD
  bool hollow = false;            // of a script, empty, and yet to have a header
  MemoryRegion *memory = nullptr; // region that it is in
  // The statements of its rule, each with the member before which it stands (null: the end).
  struct BodyStep {
    const Statement *statement;
    const Section *before;
  };
  std::vector<BodyStep> body;
  // What fills gaps from an offset on; "": the target's choice.
  struct Fill {
    u64 offset;
    std::string_view bytes;
  };
  std::vector<Fill> fills;
  Section *start = nullptr;             // an empty section at its start, for symbols that a script defines
  std::vector<Section *> thunk_islands; // synthesized members that hold thunks, in order
  std::vector<Section *> patch_islands; // those that hold patches
  u64 end() const { return addr + size; }
};

// A range of output sections that the loader maps as one (program header, Mach-O segment).
struct Segment {
  u32 native_type = 0;
  u32 native_flags = 0;
  std::string_view name;
  u64 addr = 0, lma = 0, offset = 0, mem_size = 0, file_size = 0, align = 1;
  OutputSection *first = nullptr, *last = nullptr; // inclusive; null: covers headers only
  bool includes_headers = false;
};

// One instruction that runs elsewhere: at patch `index` of an island.
struct Patch {
  u32 offset; // in its section
  Section *island;
  u32 index;
};

inline u64 Section::address() const {
  return output ? output->addr + offset : 0;
}

// Address of the thunk by which a branch at `place` in `from` gets to symbol + addend, or 0 when it
// has none and must reach by itself. Defined in layout/thunks.cc.
u64 thunk_for(const Section &from, u64 place, Symbol *symbol, i64 addend);

// Address of byte `offset` of a section of kind Merge: of the piece that holds it. Valid once
// addresses are final. Defined in layout/merge.cc.
u64 merged_address(const Section &, u64 offset);

} // namespace gold
