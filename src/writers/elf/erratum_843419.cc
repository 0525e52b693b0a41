// See "ARM Processor Cortex-A53 MPCore, Software Developers Errata Notice", 843419: an ADRP in one of the
// last two words of a page of 4 KiB, a load or store after it (no load of a pair), then, at once or after one
// more instruction that is no branch, a load or store whose base is ADRP's register plus a constant: it may
// use a wrong address. Elsewhere it doesn't, so that one is moved.
//
// What is looked at are the bytes of the input. Relaxation makes simpler sequences of some: that these get a
// patch, too, does no harm, and the instructions that it makes are right at any place. Few ADRPs stand at
// such places, so nothing here costs much.
#include "writers/elf/erratum_843419.h"

namespace gold::elf {

namespace {

bool is_adrp(u32 w) {
  return (w & 0x9f000000) == 0x90000000;
}
// C4.1: loads and stores are x1x0 in bits 28 to 25.
bool is_memory_access(u32 w) {
  return (w & 0x0a000000) == 0x08000000;
}
bool is_load_pair(u32 w) {
  return (w & 0x3a400000) == 0x28400000;
}
bool is_branch(u32 w) {
  return (w & 0x7c000000) == 0x14000000 || // b, bl
         (w & 0xfe000000) == 0x54000000 || // b.cond
         (w & 0x7c000000) == 0x34000000 || // cbz, cbnz, tbz, tbnz
         (w & 0xfe000000) == 0xd6000000;   // br, blr, ret
}
// Load or store with an unsigned offset, by the register.
bool accesses_by(u32 w, u32 reg) {
  return (w & 0x3b000000) == 0x39000000 && (w >> 5 & 31) == reg;
}

// The bytes at an offset are data by the mapping symbols ($x: code, $d: data) of the section.
bool is_data(const ElfObject &file, const Section &sec, u64 offset) {
  u64 best = 0;
  bool data = false, any = false;
  for (u32 i = 0; i < file.first_global && i < file.esyms.size(); ++i) {
    const Sym &e = file.esyms[i];
    if (!file.in_section(i) || file.shndx(i) != sec.index || e.st_value > offset ||
        e.st_name >= file.strtab.size())
      continue;
    std::string_view name = file.strtab.substr(e.st_name, 3);
    if (name.size() < 3 || name[0] != '$' || (name[1] != 'x' && name[1] != 'd') ||
        (name[2] && name[2] != '.'))
      continue;
    if (any && e.st_value < best)
      continue;
    any = true;
    best = e.st_value;
    data = name[1] == 'd';
  }
  return data;
}

} // namespace

void find_erratum_843419(const ElfObject &file, const Section &sec, std::vector<u32> &offsets) {
  if (!(sec.flags & kSecExec) || !sec.data)
    return;
  const u64 address = sec.address(), size = sec.size - sec.zero_tail;
  if (address % 4)
    return;
  auto word = [&](u64 at) { return load<u32>(sec.data + at); };
  u64 first = (address & 0xfff) == 0xffc ? 0 : (0xff8 - address) & 0xfff;
  for (u64 at = first; at < size;) {
    u64 next = (address + at) & 4 ? at + 0xffc : at + 4;
    if (at + 12 <= size && is_adrp(word(at))) {
      u32 reg = word(at) & 31, second = word(at + 4), third = word(at + 8);
      u64 last = accesses_by(third, reg)                                                   ? at + 8
                 : at + 16 <= size && !is_branch(third) && accesses_by(word(at + 12), reg) ? at + 12
                                                                                           : 0;
      if (last && is_memory_access(second) && !is_load_pair(second) && !is_data(file, sec, at))
        offsets.push_back(u32(last));
    }
    at = next;
  }
}

} // namespace gold::elf
