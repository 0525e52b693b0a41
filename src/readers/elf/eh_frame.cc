// .eh_frame: split into CIEs and FDEs (LSB Core, "Exception Frames"; DWARF 5 section 6.4.1).
//
// A record is a length, an id (0 for a CIE, else the distance back to the CIE) and a body. An FDE
// belongs to the function that its first relocation names; it lives and dies with the function's
// section, so those of one section are made neighbours and hung on it. FDEs of functions that this
// file doesn't have (lost COMDAT copies) are dropped here.
#include "readers/elf/object_parts.h"

#include <algorithm>

namespace gold::elf {
namespace {

struct Found {
  u32 target; // section index of the function
  Fde fde;
};

[[noreturn]] void fail(const Section &s, u64 off, const char *what) {
  throw InputError(std::string(s.name()) + ": " + what,
                   static_cast<u64>(s.data - s.file->bytes.data()) + off);
}

// The relocations by offset. Compilers write them so; `ld -r` may not.
std::span<const Rela> sorted_relocs(const ElfObject &o, Section &s) {
  auto relocs = o.relocs(s);
  auto less = [](const Rela &a, const Rela &b) { return a.r_offset < b.r_offset; };
  if (std::is_sorted(relocs.begin(), relocs.end(), less))
    return relocs;
  auto copy = Arena::array<Rela>(relocs.size());
  std::copy(relocs.begin(), relocs.end(), copy.begin());
  std::stable_sort(copy.begin(), copy.end(), less);
  s.relocs = reinterpret_cast<const u8 *>(copy.data());
  return copy;
}

// Section index of the function that an FDE describes; 0 if this file has it not (any more).
u32 function_section(const ElfObject &o, const Section &s, u64 off, u32 sym) {
  if (sym >= o.esyms.size())
    fail(s, off, "a relocation refers to a symbol that is not there");
  if (!o.in_section(sym))
    return 0;
  if (sym >= o.first_global) {
    // A definition that lost to another file's is described by that file.
    u64 c = o.symbols[sym]->claim.load(std::memory_order_relaxed);
    if (claim_priority(c) != o.priority)
      return 0;
  }
  u32 x = o.shndx(sym);
  return x < o.sections.size() && o.sections[x] ? x : 0;
}

void split(ElfObject &o, u32 which, std::vector<Found> &found) {
  Section &s = *o.eh_frames[which];
  if (s.size > ~u32(0))
    fail(s, 0, "the section is too large");
  auto relocs = sorted_relocs(o, s);
  ByteView b(s.data, s.size);
  std::size_t first_cie = o.cies.size();
  u32 r = 0;
  u64 off = 0;
  while (off < b.size()) {
    if (b.size() - off < 4)
      fail(s, off, "a record is cut short");
    u32 length = load<u32>(b.data() + off);
    if (length == 0)
      break; // the terminator
    if (length == ~u32(0))
      fail(s, off, "records with 64-bit lengths are not supported");
    if (length < 4 || length > b.size() - off - 4)
      fail(s, off, "a record reaches beyond the end of the section");
    u32 size = length + 4, here = static_cast<u32>(off);
    u32 id = load<u32>(b.data() + off + 4);
    while (r < relocs.size() && relocs[r].r_offset < off)
      ++r;
    u32 begin = r;
    while (r < relocs.size() && relocs[r].r_offset < off + size)
      ++r;
    off += size;
    if (id == 0) {
      Cie &c = o.cies.emplace_back();
      c.offset = here;
      c.size = size;
      c.rel_begin = begin;
      c.rel_count = r - begin;
      c.section = which;
      continue;
    }
    if (begin == r)
      continue; // describes no function of this link
    if (size < 16)
      fail(s, here, "an FDE is too short");
    if (relocs[begin].r_offset != u64(here) + 8)
      fail(s, here, "an FDE's first relocation is not that of its function");
    u32 target = function_section(o, s, here, relocs[begin].r_sym);
    if (!target)
      continue;
    u64 want = u64(here) + 4 - id; // wraps for nonsense, and is found nowhere then
    auto cie = o.cies.end();
    if (o.cies.size() > first_cie && o.cies.back().offset == want)
      cie = o.cies.end() - 1;
    else
      cie = std::lower_bound(o.cies.begin() + static_cast<std::ptrdiff_t>(first_cie), o.cies.end(), want,
                             [](const Cie &c, u64 v) { return c.offset < v; });
    if (cie == o.cies.end() || cie->offset != want)
      fail(s, here, "an FDE refers to no CIE");
    Found &f = found.emplace_back();
    f.target = target;
    f.fde.offset = here;
    f.fde.size = size;
    f.fde.cie = static_cast<u32>(cie - o.cies.begin());
    f.fde.rel_begin = begin;
    f.fde.rel_count = r - begin;
    f.fde.section = which;
  }
}

} // namespace

void split_eh_frames(ElfObject &o) {
  if (o.eh_frames.empty())
    return;
  static thread_local std::vector<Found> found;
  found.clear();
  for (u32 i = 0; i < o.eh_frames.size(); ++i)
    split(o, i, found);
  auto less = [](const Found &a, const Found &b) {
    if (a.target != b.target)
      return a.target < b.target;
    return a.fde.section != b.fde.section ? a.fde.section < b.fde.section : a.fde.offset < b.fde.offset;
  };
  if (!std::is_sorted(found.begin(), found.end(), less))
    std::sort(found.begin(), found.end(), less);
  o.fdes.reserve(found.size());
  for (auto &f : found) {
    Section &t = *o.sections[f.target];
    if (t.assoc_count++ == 0)
      t.assoc_begin = static_cast<u32>(o.fdes.size());
    o.fdes.push_back(f.fde);
  }
}

} // namespace gold::elf
