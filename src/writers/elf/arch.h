// What an architecture means for an ELF link: its numbers, what its relocations need and how they
// are applied, and the code of its PLT.
//
// One constant instance an architecture. The calls are coarse, one a section: the loop over
// relocations is inside, without virtual calls. `scan` and `relocate` go over the same relocations
// at different times and must agree on every decision (how many dynamic relocations, which
// instruction is rewritten), so each decision is one inline function of things that don't change
// between the two: flags of the symbol, bytes of the input section, options. In particular
// kSymImported and kSymIfunc stay as they are when a symbol gets a copy relocation or a canonical PLT
// entry.
//
// What `Symbol::value` is when sections are relocated: the final address of every defined symbol.
// Of an IFUNC: of its resolver. Of a copied symbol: of the copy. Of others that have no definition
// here: 0. The address of a PLT entry is never stored there; relocation asks for it.
#pragma once

#include "formats/elf/elf.h"
#include "formats/elf/object.h"
#include "model/link.h"
#include "model/target.h"

#include <atomic>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gold::elf {

// Words of a section that get a RELR relocation; offsets are even and ascending only if the
// section's relocations are.
struct RelrPlaces {
  const Section *section;
  std::span<const u32> offsets;
};

// What relocation knows of the synthesized tables. The first part is written by the scan (from any
// thread), the rest by the target once addresses are final.
struct ElfLayout {
  // -- found by the scan
  std::atomic<bool> needs_got{false};   // the GOT's address is used: .got must exist
  std::atomic<bool> needs_tlsld{false}; // a pair of slots for local-dynamic TLS
  std::atomic<bool> static_tls{false};  // a shared object uses initial-exec TLS: DF_STATIC_TLS
  bool far = false; // the image may be too large for 32-bit distances: rewritten GOT loads keep their slots
  std::atomic<bool> textrel{false}; // a dynamic relocation in a read-only section: DF_TEXTREL
  std::mutex relr_mutex;
  std::vector<RelrPlaces> relr; // in no order: sort by address
  void add_relr(const Section &s, std::span<const u32> offsets) {
    std::lock_guard lock(relr_mutex);
    relr.push_back({&s, offsets});
  }

  // -- addresses; 0 when the table does not exist
  u64 got = 0;      // first slot of .got
  u64 got_plt = 0;  // first of the reserved slots of .got.plt
  u64 got_base = 0; // what GOT-relative relocations count from; value of _GLOBAL_OFFSET_TABLE_
  u64 plt = 0;      // .plt, its header included
  u64 plt_got = 0;  // .plt.got
  u64 dynamic = 0;
  u64 tlsld = 0;                                        // slot pair for local-dynamic TLS
  u32 plt_header = 0, plt_entry = 0, plt_got_entry = 0; // sizes in bytes
  // The TLS image (also in Link) and what offsets from the thread pointer count from:
  // S - tp is the offset of the address S.
  u64 tls_start = 0, tls_end = 0, tls_align = 1;
  u64 tp = 0; // ElfArch::thread_pointer

  // Slots count from 1 in SymbolAux.
  u64 got_slot(u32 n) const { return got + (u64(n) - 1) * 8; }
  u64 got_plt_slot(u32 plt_index) const { return got_plt + (u64(plt_index) + 2) * 8; } // 3 are reserved
  u64 plt_at(u32 n) const { return plt + plt_header + (u64(n) - 1) * plt_entry; }
  u64 plt_got_at(u32 n) const { return plt_got + (u64(n) - 1) * plt_got_entry; }
  // The PLT entry of a symbol; 0 if it has none.
  u64 plt_of(const SymbolAux &a) const { return a.plt ? plt_at(a.plt) : a.pltgot ? plt_got_at(a.pltgot) : 0; }
};

// The numbers of an architecture.
struct ArchInfo {
  Arch arch;
  const char *name;      // "elf64-x86-64"
  const char *emulation; // "elf_x86_64"
  u16 machine;           // EM_*
  u64 max_page_size, common_page_size;
  u64 image_base; // of an executable at a fixed address
  const char *dynamic_linker;
  u32 got_plt_reserved; // slots at the start of .got.plt
  u32 plt_align;
  // dynamic relocations
  u32 r_none, r_relative, r_glob_dat, r_jump_slot, r_copy, r_irelative, r_abs;
  u32 r_dtpmod, r_dtpoff, r_tpoff, r_tlsdesc;
  // Relocations that begin a call for the address of a thread-local variable.
  std::span<const u32> tls_calls;
  // Relocations of calls and jumps, which never take an address.
  std::span<const u32> calls;
};

// The code of one PLT entry and all that it needs to know. Addresses are final.
struct PltEntry {
  u64 address; // of the entry
  u64 slot;    // address of its slot in .got.plt or .got
  u64 plt;     // address of the PLT's header
  u32 index;   // of its relocation in .rela.plt
};

class ElfArch {
public:
  explicit constexpr ElfArch(const ArchInfo &i) : info(i) {}
  virtual ~ElfArch() = default;
  const ArchInfo &info;

  virtual const char *reloc_name(u32 type) const = 0; // "R_X86_64_PC32"; "unknown" if it is none
  // Where the thread pointer points at: variant I (AArch64) below the TLS image, II above it.
  virtual u64 thread_pointer(u64 tls_start, u64 tls_end, u64 tls_align) const = 0;
  // From the start of its module's TLS block as R_*_DTPOFF means it.
  u64 dtp_bias() const { return 0; }

  // Sizes of the PLT's parts; they depend on the options and on the inputs' common features
  // (GNU_PROPERTY_*_FEATURE_1_AND after `-z ibt`, `-z force-bti` ...): IBT, BTI, PAC variants.
  virtual u32 plt_header_size(const Link &, u32 features) const = 0;
  virtual u32 plt_entry_size(const Link &, u32 features) const = 0;
  virtual u32 plt_got_entry_size(const Link &, u32 features) const = 0;
  virtual void write_plt_header(const Link &, const ElfLayout &, u32 features, u8 *buf) const = 0;
  virtual void write_plt_entry(const Link &, const PltEntry &, u32 features, u8 *buf) const = 0;
  // An entry of .plt.got: jumps by the slot, which is bound before the program starts.
  virtual void write_plt_got_entry(const Link &, const PltEntry &, u32 features, u8 *buf) const = 0;
  // What a lazy slot of .got.plt holds in the file.
  virtual u64 lazy_slot(const Link &, const PltEntry &, u32 features) const = 0;
  virtual void fill_code(u8 *buf, u64 n) const = 0; // between functions

  // Visits the relocations of a live allocated section once: checks them (offsets and symbol
  // indices are in range from then on), sets Symbol::needs and Section::dyn_relocs, reports what
  // can't be. Also for .eh_frame (SectionKind::Unwind), where only references to symbols count.
  virtual void scan(Link &, ElfLayout &, ElfObject &, Section &) const = 0;
  // Applies the relocations of an allocated section to `buf`, which holds its bytes. Dynamic
  // relocations are written to `dyn`: as many as scan counted.
  virtual void relocate(Link &, const ElfLayout &, ElfObject &, const Section &, u8 *buf,
                        Rela *dyn) const = 0;
  // The same for sections that are not loaded (debug information).
  virtual void relocate_nonalloc(Link &, const ElfLayout &, ElfObject &, const Section &, u8 *buf) const = 0;
  // Applies `relocs` of a record of .eh_frame. `buf` holds the record's bytes, `address` is where
  // it will be, `input_offset` where it is in the input section.
  virtual void relocate_record(Link &, const ElfLayout &, ElfObject &, const Section &,
                               std::span<const Rela> relocs, u64 input_offset, u8 *buf,
                               u64 address) const = 0;

  virtual BranchModel branch_model() const { return {}; }
  virtual void branches(Link &, const ElfLayout &, const ElfObject &, const Section &,
                        std::vector<Branch> &) const {}
  virtual void write_thunk(u8 *, u64 /*place*/, u64 /*destination*/) const {}
  // See Target. A patch is one instruction of 4 bytes and a jump.
  virtual u32 patch_size(const Link &) const { return 0; }
  virtual void misplaced(const ElfObject &, const Section &, std::vector<u32> &) const {}
  virtual void write_jump(u8 *, u64 /*place*/, u64 /*to*/) const {}

  // All symbols that a section refers to, its unwind records (but for their pc_begin) included.
  // Works before scan has checked the relocations.
  void edges(const ElfObject &, const Section &, EdgeBuffer &) const;
};

const ElfArch &x86_64_arch();
const ElfArch &aarch64_arch();

} // namespace gold::elf
