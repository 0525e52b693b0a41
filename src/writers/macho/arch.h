// What relocations and stubs mean on one architecture.
//
// Pointers (UNSIGNED) and differences (SUBTRACTOR with UNSIGNED) are the same on both and are done by
// reloc.cc; here is what instructions need.
#pragma once

#include "formats/macho/object.h"
#include "model/link.h"

namespace gold::macho {

class MachTarget;

// What a relocation refers to: a symbol, or a place in the same object.
struct Ref {
  Symbol *symbol = nullptr;
  Section *section = nullptr; // when there is no symbol
  u64 offset = 0;             // in that
};

struct ArchInfo {
  Arch arch;
  const char *name;
  u32 cputype, cpusubtype;
  u64 page_size;      // of segments
  u32 branch;         // relocation type of calls and jumps
  u32 subtractor;     // relocation type
  u32 addend;         // relocation type of a prefix with the addend, ~0: none
  u32 dwarf_encoding; // compact unwind mode that says "see __eh_frame"
  u32 stub_size, stub_align;
};

class MachArch {
public:
  explicit MachArch(const ArchInfo &i) : info(i) {}
  virtual ~MachArch() = default;

  // Counts what the other relocations of a section need. Reports impossible ones.
  virtual void scan(Link &, MachTarget &, MachObject &, Section &) const = 0;
  // Applies them to the section's bytes.
  virtual void relocate(Link &, MachTarget &, MachObject &, Section &, u8 *buf) const = 0;
  virtual void write_stub(u8 *buf, u64 stub, u64 slot) const = 0;
  virtual const char *reloc_name(u32 type) const = 0;

  virtual BranchModel branch_model() const { return {}; }
  virtual void branches(MachTarget &, MachObject &, const Section &, std::vector<Branch> &) const {}
  virtual void write_thunk(u8 *, u64 /*place*/, u64 /*destination*/) const {}
  // The object address that a section-relative relocation of this architecture means.
  virtual u64 local_target(const MachObject &, const Section &, const RelocationInfo &) const = 0;

  const ArchInfo info;
};

const MachArch &x86_64_arch();
const MachArch &arm64_arch();

} // namespace gold::macho
