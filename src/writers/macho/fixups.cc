// Chained fixups (<mach-o/fixup-chains.h>): the places that dyld changes form a chain in each page.
//
// A place holds what dyld needs to know of it and the distance to the next one, so the chain is written
// with the data. What the writer of one section can't know is where the next section's first place is:
// one walk over the sections, backwards, leaves that in Section::dyn_index.
#include "writers/macho/reloc.h"

#include <algorithm>
#include <atomic>

namespace gold::macho {

namespace {

constexpr u64 kTargetBits = 36;
constexpr u32 kStride = 4; // of DYLD_CHAINED_PTR_64

struct Import {
  Symbol *symbol;
  i64 addend;
};

} // namespace

u32 MachTarget::import_index(Link &link, const Symbol &s, i64 addend) const {
  if (addend >= 0 && addend <= 255)
    return link.aux[s.aux].dynsym - 1;
  for (std::size_t i = 0; i < outline_imports.size(); ++i)
    if (outline_imports[i].symbol == &s && outline_imports[i].addend == addend)
      return static_cast<u32>(imports.size() + i);
  return 0;
}

void MachTarget::write_pointer(Link &link, u8 *p, u64 address, const Ref &ref, i64 addend, u64 next) {
  bool bound = ref.symbol && binds(*ref.symbol);
  if (!chained) {
    store<u64>(p, bound && !ref.symbol->section ? static_cast<u64>(addend)
                                                : address_of(ref) + static_cast<u64>(addend));
    return;
  }
  u64 page = page_size(link);
  // Segments begin on pages, so that pages of the image are pages of the segment.
  u64 distance = next && next / page == address / page ? (next - address) / kStride : 0;
  if (bound) {
    u32 index = import_index(link, *ref.symbol, addend);
    u64 inline_addend = addend >= 0 && addend <= 255 ? static_cast<u64>(addend) : 0;
    store<u64>(p, u64(1) << 63 | distance << 51 | inline_addend << 24 | index);
    return;
  }
  u64 target = address_of(ref) + static_cast<u64>(addend), high = target >> 56;
  u64 low = target & ((u64(1) << 56) - 1);
  if (low >> kTargetBits)
    link.diag.error(
        gold::format("address 0x%llx does not fit into a chained fixup (36 bits); use -no_fixup_chains",
                     static_cast<unsigned long long>(target)));
  store<u64>(p, distance << 51 | high << kTargetBits | (low & ((u64(1) << kTargetBits) - 1)));
}

void MachTarget::chain_fixups(Link &link) {
  u64 page = page_size(link);
  for (std::size_t i = 0; i < link.segments.size(); ++i) {
    PageStarts &starts = page_starts[i];
    if (!starts.any)
      continue;
    const Segment &seg = link.segments[i];
    starts.address = seg.addr;
    starts.start.assign((seg.file_size + page - 1) / page, DYLD_CHAINED_PTR_START_NONE);
  }
  std::vector<Section *> all; // with fixups, by address
  for (OutputSection *o : link.outputs)
    for (Section *s : o->members)
      if (s->dyn_relocs)
        all.push_back(s);
  parallel_for_each(
      all,
      [&](Section *s) {
        PageStarts &starts = page_starts[static_cast<std::size_t>(segment_index(link, *s->output))];
        u64 first = ~u64(0), last = ~u64(0);
        auto add = [&](u64 address) {
          if (address % kStride || address == last) {
            link.diag.error(s->file->display_name() + ":(" + std::string(s->name()) + "): " +
                                (address == last ? "two pointers at one place"
                                                 : "pointer at an address that is not a multiple of 4, which "
                                                   "chained fixups can't express"),
                            s->file->priority, s->index);
            return;
          }
          last = address;
          first = std::min(first, address);
          u64 at = address - starts.address;
          if (at / page >= starts.start.size())
            return;
          std::atomic_ref<u16> start(starts.start[at / page]);
          u16 offset = static_cast<u16>(at % page), old = start.load(std::memory_order_relaxed);
          while (offset < old && !start.compare_exchange_weak(old, offset, std::memory_order_relaxed)) {
          }
        };
        u64 address = s->address();
        if (s->kind == SectionKind::Synthetic) {
          auto *p = static_cast<PointerSection *>(s->synth);
          for (std::size_t i = p->slots.size(); i-- > 0;)
            if (binds(*p->slots[i]) || !p->slots[i]->is_absolute())
              add(address + i * 8);
        } else {
          auto &o = static_cast<MachObject &>(*s->file);
          for_each_reloc(o, *s, mach_arch.info, [&](const RelocationInfo &r, const RelocationInfo *sub, i64) {
            if (r.type() == 0 && !sub && pointer_kind(*this, ref_of(o, *s, r), *s) != PointerKind::Value)
              add(address + place_in(o, *s, r));
          });
        }
        s->dyn_index = first;
      },
      64);
  u64 next = 0;
  for (std::size_t i = all.size(); i-- > 0;) {
    u64 own = all[i]->dyn_index;
    all[i]->dyn_index = next;
    if (own != ~u64(0))
      next = own;
  }
}

namespace {

u32 import_format(const MachTarget &t, u64 strings) {
  for (const auto &i : t.outline_imports)
    if (i.addend != static_cast<i32>(i.addend))
      return DYLD_CHAINED_IMPORT_ADDEND64;
  if (strings >= (1u << 23))
    return DYLD_CHAINED_IMPORT_ADDEND64;
  return t.outline_imports.empty() ? DYLD_CHAINED_IMPORT : DYLD_CHAINED_IMPORT_ADDEND;
}
constexpr u64 import_size(u32 format) {
  return format == DYLD_CHAINED_IMPORT ? 4 : format == DYLD_CHAINED_IMPORT_ADDEND ? 8 : 16;
}

u64 strings_size(const MachTarget &t) {
  u64 n = 1;
  for (const Symbol *s : t.imports)
    n += s->name_size + 1;
  return n;
}

u64 pages_of(const Link &link, const Segment &seg, u64 page) {
  u64 end = 0;
  for (const OutputSection *o : link.outputs)
    if (o->name.substr(0, o->name.find(',')) == seg.name && !(o->flags & kSecZeroFill))
      end = std::max(end, o->end());
  return seg.first && end > seg.first->addr ? (end - seg.first->addr + page - 1) / page : 0;
}

} // namespace

// Number of segments, offsets of their starts, and the starts themselves.
u64 ChainedFixupsSection::starts_size(const Link &link) const {
  u64 n = align_up(4 + 4 * link.segments.size(), 8);
  for (std::size_t i = 0; i < link.segments.size(); ++i)
    if (i < target_.page_starts.size() && target_.page_starts[i].any)
      n += align_up(
          sizeof(ChainedStartsInSegment) + 2 * pages_of(link, link.segments[i], target_.page_size(link)), 8);
  return n;
}

bool ChainedFixupsSection::update(Link &link) {
  u64 strings = strings_size(target_);
  u64 count = target_.imports.size() + target_.outline_imports.size();
  u64 size = align_up(sizeof(ChainedFixupsHeader), 8) + starts_size(link) +
             count * import_size(import_format(target_, strings));
  size = align_up(size + strings, 8);
  bool moved = size != section.size;
  section.size = size;
  return moved;
}

void ChainedFixupsSection::write(Link &link, u8 *buf) {
  u64 strings = strings_size(target_);
  u32 format = import_format(target_, strings);
  u64 page = target_.page_size(link);
  auto &h = *reinterpret_cast<ChainedFixupsHeader *>(buf);
  u64 starts = align_up(sizeof(ChainedFixupsHeader), 8), imports = starts + starts_size(link);
  u64 count = target_.imports.size() + target_.outline_imports.size();
  h.starts_offset = static_cast<u32>(starts);
  h.imports_offset = static_cast<u32>(imports);
  h.symbols_offset = static_cast<u32>(imports + count * import_size(format));
  h.imports_count = static_cast<u32>(count);
  h.imports_format = format;
  store<u32>(buf + starts, static_cast<u32>(link.segments.size()));
  u64 at = starts + align_up(4 + 4 * link.segments.size(), 8);
  for (std::size_t i = 0; i < link.segments.size(); ++i) {
    const auto &ps = target_.page_starts[i];
    if (!ps.any)
      continue;
    store<u32>(buf + starts + 4 + 4 * i, static_cast<u32>(at - starts));
    auto &s = *reinterpret_cast<ChainedStartsInSegment *>(buf + at);
    u64 pages = std::min<u64>(pages_of(link, link.segments[i], page), ps.start.size());
    u64 size = sizeof(ChainedStartsInSegment) + 2 * pages;
    s.size = static_cast<u32>(size);
    s.page_size = static_cast<u16>(page);
    s.pointer_format = DYLD_CHAINED_PTR_64;
    s.segment_offset = link.segments[i].addr - link.image_base;
    s.page_count = static_cast<u16>(pages);
    std::memcpy(buf + at + sizeof(ChainedStartsInSegment), ps.start.data(), 2 * pages);
    at += align_up(size, 8);
  }
  u8 *p = buf + imports, *names = buf + h.symbols_offset;
  u64 name = 1;
  std::vector<u64> name_of(target_.imports.size());
  for (std::size_t i = 0; i < target_.imports.size(); ++i) {
    const Symbol &s = *target_.imports[i];
    name_of[i] = name;
    std::memcpy(names + name, s.name_data, s.name_size);
    name += s.name_size + 1;
  }
  auto write_import = [&](const Symbol &s, i64 addend) {
    i64 ordinal = target_.ordinal_of(s);
    u64 weak = target_.is_weak_import(s), at_name = name_of[link.aux[s.aux].dynsym - 1];
    if (format == DYLD_CHAINED_IMPORT_ADDEND64) {
      store<u64>(p, u16(ordinal) | weak << 16 | at_name << 32);
      store<u64>(p + 8, static_cast<u64>(addend));
      p += 16;
      return;
    }
    store<u32>(p, static_cast<u32>(u8(ordinal) | weak << 8 | at_name << 9));
    p += 4;
    if (format == DYLD_CHAINED_IMPORT_ADDEND) {
      store<u32>(p, static_cast<u32>(addend));
      p += 4;
    }
  };
  for (const Symbol *s : target_.imports)
    write_import(*s, 0);
  for (const auto &o : target_.outline_imports)
    write_import(*o.symbol, o.addend);
}

} // namespace gold::macho
