// .eh_frame and .eh_frame_hdr: how to unwind each function (Linux Standard Base, "Exception Frames").
//
// .eh_frame is a list of records: a CIE says what many functions share, an FDE describes one function
// and points back at its CIE. Only FDEs of live functions are kept, and of equal CIEs (there is one
// in nearly every object) the first. The reader has cut the input sections into records; here each
// file gets a part of the output, which is written side by side with the others', records moved
// together and relocated at their new places.
//
// .eh_frame_hdr is a sorted table of (function, FDE) for binary search, relative to its own start.
#include "support/arena.h"
#include "writers/elf/target.h"

#include <unordered_map>

namespace gold::elf {

namespace {

constexpr u8 DW_EH_PE_udata4 = 0x03, DW_EH_PE_pcrel_sdata4 = 0x1b, DW_EH_PE_datarel_sdata4 = 0x3b;
constexpr u64 kHdrSize = 12;
constexpr u64 kTerminator = 4;

std::span<const Rela> relocs_of(const ElfObject &o, u32 section, u32 begin, u32 count) {
  return o.relocs(*o.eh_frames[section]).subspan(begin, count);
}

Symbol *symbol_of(const ElfObject &o, const Rela &r) {
  return r.r_sym < o.symbols.size() ? o.symbols[r.r_sym] : nullptr;
}

u64 hash_cie(const ElfObject &o, const Cie &c) {
  u64 h = hash_bytes(o.eh_frames[c.section]->data + c.offset, c.size);
  for (const Rela &r : relocs_of(o, c.section, c.rel_begin, c.rel_count)) {
    Symbol *s = symbol_of(o, r); // only used to tell CIEs apart within this link, so any address does
    h = hash_combine(h,
                     hash_combine(r.r_offset - c.offset, hash_combine(u64(r.r_type), u64(i64(r.r_addend)))));
    h = hash_combine(h, s && !s->is_local() ? hash_string(s->name()) : reinterpret_cast<u64>(s));
  }
  return h;
}

bool equal_cies(const ElfObject &a, const Cie &x, const ElfObject &b, const Cie &y) {
  if (x.size != y.size || x.rel_count != y.rel_count ||
      std::memcmp(a.eh_frames[x.section]->data + x.offset, b.eh_frames[y.section]->data + y.offset, x.size))
    return false;
  auto p = relocs_of(a, x.section, x.rel_begin, x.rel_count),
       q = relocs_of(b, y.section, y.rel_begin, y.rel_count);
  for (std::size_t i = 0; i < p.size(); ++i)
    if (symbol_of(a, p[i]) != symbol_of(b, q[i]) || u32(p[i].r_type) != q[i].r_type ||
        i64(p[i].r_addend) != q[i].r_addend || p[i].r_offset - x.offset != q[i].r_offset - y.offset)
      return false;
  return true;
}

} // namespace

EhFrameSection::EhFrameSection(ElfTarget &t) : ElfSynthetic(t, ".eh_frame", SHT_PROGBITS, SHF_ALLOC, 8) {}

// Decides which records are written, and where.
void EhFrameSection::plan(Link &link) {
  std::vector<ElfObject *> all;
  for (InputFile *f : link.objects)
    if (f->kind == FileKind::Object)
      if (auto *o = static_cast<ElfObject *>(f); !o->eh_frames.empty())
        all.push_back(o);
  struct Counts {
    u64 fdes = 0, fde_bytes = 0;
    std::vector<u64> cie_hashes;
  };
  std::vector<Counts> counts(all.size());
  constexpr u32 kLive = 0; // output_offset of a record that will be placed
  parallel_for(all.size(), 16, [&](std::size_t i) {
    ElfObject &o = *all[i];
    for (Section *s : o.sections) {
      if (!s || !s->assoc_count || !s->is_live() || s->leader)
        continue;
      for (Fde &f : std::span(o.fdes).subspan(s->assoc_begin, s->assoc_count)) {
        f.output_offset = kLive;
        o.cies[f.cie].used = true;
        ++counts[i].fdes;
        counts[i].fde_bytes += f.size;
      }
    }
    for (const Cie &c : o.cies)
      counts[i].cie_hashes.push_back(c.used ? hash_cie(o, c) : 0);
  });
  struct Leader {
    u32 file, cie;
  };
  std::unordered_multimap<u64, Leader> leaders;
  u64 at = 0, entries = 0;
  for (u32 i = 0; i < all.size(); ++i) {
    ElfObject &o = *all[i];
    u64 begin = at;
    for (u32 k = 0; k < o.cies.size(); ++k) {
      Cie &c = o.cies[k];
      if (!c.used)
        continue;
      auto [b, e] = leaders.equal_range(counts[i].cie_hashes[k]);
      auto same = std::find_if(b, e, [&](auto &l) {
        return equal_cies(o, c, *all[l.second.file], all[l.second.file]->cies[l.second.cie]);
      });
      if (same != e) {
        Cie &leader = all[same->second.file]->cies[same->second.cie];
        c.leader_file = all[same->second.file]->priority;
        c.leader_cie = same->second.cie;
        c.output_offset = leader.output_offset;
        continue;
      }
      leaders.emplace(counts[i].cie_hashes[k], Leader{i, k});
      c.output_offset = u32(at);
      at += c.size;
    }
    if (at == begin && !counts[i].fdes)
      continue;
    files.push_back(&o);
    offsets.push_back(begin);
    first_fde.push_back(entries);
    entries += counts[i].fdes;
    at += counts[i].fde_bytes;
  }
  offsets.push_back(at); // of the terminator
  section.size = at + kTerminator;
  if (section.size > ~u32(0) >> 1)
    link.diag.error(".eh_frame is larger than 2 GiB");
  table = {static_cast<Entry *>(zeroed_pages(std::max<u64>(entries, 1) * sizeof(Entry))), entries};
  parallel_for(files.size(), 16, [&](std::size_t i) {
    ElfObject &o = *files[i];
    u64 off = offsets[i];
    for (const Cie &c : o.cies)
      if (c.used && c.leader_cie == ~0u)
        off += c.size;
    for (Fde &f : o.fdes)
      if (f.output_offset != ~0u) {
        f.output_offset = u32(off);
        off += f.size;
      }
  });
}

void EhFrameSection::write(Link &link, u8 *buf) {
  for (u32 i = 0; i < parts(); ++i)
    write_part(link, i, buf + part_offset(i));
}

void EhFrameSection::write_part(Link &link, u32 i, u8 *buf) {
  if (i == files.size()) {
    std::memset(buf, 0, kTerminator);
    return;
  }
  ElfObject &o = *files[i];
  u64 start = section.address();
  auto copy = [&](auto &r) {
    u8 *p = buf + (r.output_offset - offsets[i]);
    const Section &s = *o.eh_frames[r.section];
    std::memcpy(p, s.data + r.offset, r.size);
    target_.elf_arch.relocate_record(link, target_.layout, o, s,
                                     relocs_of(o, r.section, r.rel_begin, r.rel_count), r.offset, p,
                                     start + r.output_offset);
    return p;
  };
  for (const Cie &c : o.cies)
    if (c.used && c.leader_cie == ~0u)
      copy(c);
  Entry *entry = table.data() + first_fde[i];
  for (const Fde &f : o.fdes) {
    if (f.output_offset == ~0u)
      continue;
    u8 *p = copy(f);
    store<u32>(p + 4, f.output_offset + 4 - o.cies[f.cie].output_offset);
    if (f.rel_count) {
      const Rela &r = relocs_of(o, f.section, f.rel_begin, 1)[0];
      const Symbol *s = symbol_of(o, r);
      *entry++ = {(s ? s->value : 0) + u64(i64(r.r_addend)), start + f.output_offset};
    } else {
      *entry++ = {~u64(0), start + f.output_offset};
    }
  }
}

EhFrameHdrSection::EhFrameHdrSection(ElfTarget &t)
    : ElfSynthetic(t, ".eh_frame_hdr", SHT_PROGBITS, SHF_ALLOC, 4) {
  late = true;
  section.size = kHdrSize + t.eh_frame->table.size() * 8;
}

void EhFrameHdrSection::write(Link &link, u8 *buf) {
  auto table = target_.eh_frame->table;
  using Entry = EhFrameSection::Entry;
  parallel_sort(table.begin(), table.end(),
                [](const Entry &a, const Entry &b) { return a.pc != b.pc ? a.pc < b.pc : a.fde < b.fde; });
  while (!table.empty() && table.back().pc == ~u64(0))
    table = table.first(table.size() - 1);
  u64 here = section.address();
  buf[0] = 1;
  buf[1] = DW_EH_PE_pcrel_sdata4;
  buf[2] = DW_EH_PE_udata4;
  buf[3] = DW_EH_PE_datarel_sdata4;
  store<u32>(buf + 4, u32(target_.eh_frame->section.address() - here - 4));
  store<u32>(buf + 8, u32(table.size()));
  std::atomic<bool> far{false};
  parallel_for(table.size(), 4096, [&](std::size_t i) {
    i64 pc = i64(table[i].pc - here);
    if (pc != i32(pc))
      far = true;
    store<u32>(buf + kHdrSize + i * 8, u32(pc));
    store<u32>(buf + kHdrSize + i * 8 + 4, u32(table[i].fde - here));
  });
  if (far) {
    link.diag.warn("functions are too far from .eh_frame_hdr for its table; unwinding will be slow");
    buf[2] = buf[3] = 0xff; // DW_EH_PE_omit: no table
  }
}

} // namespace gold::elf
