// .rela.dyn, .rela.plt and .relr.dyn (gABI 4.3, "Relocation", "Relative Relocation Table").
//
// Records of .rela.dyn are collected in one array while sections are relocated: the scan counted
// what each section will need, so each has its own slice and no thread waits for another. Then the
// array is ordered: RELATIVE records first, by address (the loader handles DT_RELACOUNT of them in a
// tight loop), then the others by symbol, so that the loader's one-entry lookup cache hits, then
// IRELATIVE ones, whose resolvers may use what the others fill in.
#include "support/arena.h"
#include "writers/elf/target.h"

#include <numeric>

namespace gold::elf {

RelaDynSection::RelaDynSection(ElfTarget &t)
    : ElfSynthetic(t, ".rela.dyn", SHT_RELA, SHF_ALLOC, 8, sizeof(Rela)) {
  late = true;
}

void RelaDynSection::place_slices(Link &link) {
  u64 at = target_.got ? 0 : fixed;
  for (OutputSection *o : link.outputs)
    if (o->flags & kSecWrite || (o->flags & kSecAlloc && !link.opt.z_text))
      for (Section *s : o->members) {
        if (target_.got && s == &target_.got->section) {
          fixed_index = at;
          at += fixed;
        }
        s->dyn_index = at;
        at += s->dyn_relocs;
      }
}

void RelaDynSection::finish(Link &link) {
  std::call_once(once_, [&] {
    const ArchInfo &info = target_.elf_arch.info;
    target_.add_copy_relocs(link, records + fixed_index + fixed - target_.copy_count());
    auto rank = [&](const Rela &r) {
      u32 t = r.r_type;
      return t == info.r_relative ? 0 : t == info.r_irelative ? 2 : t == info.r_none ? 3 : 1;
    };
    // Most records are RELATIVE, and those of the sections come in the order of the image already.
    std::vector<Rela> others;
    Rela *end = records;
    for (const Rela *r = records; r != records + count; ++r)
      if (rank(*r) == 0)
        *end++ = *r;
      else
        others.push_back(*r);
    relative = u64(end - records);
    auto by_place = [](const Rela &a, const Rela &b) {
      if (u64(a.r_offset) != b.r_offset)
        return u64(a.r_offset) < b.r_offset;
      return i64(a.r_addend) < b.r_addend;
    };
    if (!std::is_sorted(records, end, by_place))
      parallel_sort(records, end, by_place);
    parallel_sort(others.begin(), others.end(), [&](const Rela &a, const Rela &b) {
      int ra = rank(a), rb = rank(b);
      if (ra != rb)
        return ra < rb;
      if (ra == 1 && u32(a.r_sym) != b.r_sym)
        return u32(a.r_sym) < b.r_sym;
      if (u64(a.r_offset) != b.r_offset)
        return u64(a.r_offset) < b.r_offset;
      if (u32(a.r_type) != b.r_type)
        return u32(a.r_type) < b.r_type;
      return i64(a.r_addend) < b.r_addend;
    });
    std::copy(others.begin(), others.end(), end);
  });
}

void RelaDynSection::write(Link &link, u8 *buf) {
  finish(link);
  std::memcpy(buf, records, count * sizeof(Rela));
}

void RelaDynSection::write_part(Link &link, u32 i, u8 *buf) {
  finish(link);
  u64 first = part_offset(i) / sizeof(Rela), last = part_offset(i + 1) / sizeof(Rela);
  std::memcpy(buf, records + first, (last - first) * sizeof(Rela));
}

bool ElfTarget::has_relr(const Link &link) const {
  if (!link.opt.relr || !link.is_dynamic)
    return false;
  return !layout.relr.empty() || (got && std::any_of(got->entries.begin(), got->entries.end(), [&](auto &e) {
                                    return e.kind == GotEntry::Address && got->is_relative(link, *e.symbol);
                                  }));
}

// How many records there will be.
void ElfTarget::make_relocation_tables(Link &link) {
  u32 got_relocs = got ? got->dynamic_relocs(link) : 0;
  std::vector<u64> counts(link.objects.size());
  parallel_for(link.objects.size(), 16, [&](std::size_t i) {
    for (Section *s : link.objects[i]->sections)
      if (s && s->dyn_relocs && s->is_live() && !s->leader)
        counts[i] += s->dyn_relocs;
  });
  u64 fixed = got_relocs + copy_count(), total = std::accumulate(counts.begin(), counts.end(), fixed);
  if (link.is_dynamic && total) {
    rela_dyn = link.synthesize<RelaDynSection>(*this);
    rela_dyn->fixed = fixed;
    rela_dyn->count = total;
    rela_dyn->records = static_cast<Rela *>(zeroed_pages(total * sizeof(Rela)));
    rela_dyn->section.size = total * sizeof(Rela);
  } else if (total > fixed) {
    link.diag.error("internal error: dynamic relocations in an image without a dynamic section");
  } else {
    static_irelative.resize(got_relocs);
  }
  u64 plt_relocs = (plt ? plt->size() : 0) + static_irelative.size();
  if (plt_relocs) {
    rela_plt = link.synthesize<RelaPltSection>(*this);
    // By this name scripts put __rela_iplt_start and __rela_iplt_end around what start code applies.
    if (link.plan.scripted && !link.is_dynamic) {
      static constexpr std::string_view name = ".rela.iplt";
      rela_plt->section.name_data = name.data();
      rela_plt->section.name_size = u32(name.size());
    }
    rela_plt->section.size = plt_relocs * sizeof(Rela);
  }
  if (has_relr(link))
    relr_dyn = link.synthesize<RelrSection>(*this);
  if (relr_dyn && link.opt.android_relr_tags)
    relr_dyn->section.native_type = SHT_ANDROID_RELR;
}

// -- .rela.plt. In an image without a dynamic section the start code of the C library applies it,
// between __rela_iplt_start and __rela_iplt_end.

RelaPltSection::RelaPltSection(ElfTarget &t)
    : ElfSynthetic(t, ".rela.plt", SHT_RELA, SHF_ALLOC | SHF_INFO_LINK, 8, sizeof(Rela)) {
  late = true;
}

void RelaPltSection::write(Link &link, u8 *buf) {
  const ArchInfo &info = target_.elf_arch.info;
  Rela *out = reinterpret_cast<Rela *>(buf);
  if (PltSection *plt = target_.plt)
    for (u32 i = 0; i < plt->size(); ++i) {
      Symbol *s = plt->at(i);
      u64 slot = target_.layout.got_plt_slot(i + 1);
      if (i < plt->lazy.size())
        *out++ = Rela{slot, info.r_jump_slot, link.aux[s->aux].dynsym, i64(0)};
      else
        *out++ = Rela{slot, info.r_irelative, u32(0), i64(s->value)};
    }
  for (const Rela &r : target_.static_irelative)
    *out++ = r;
}

// -- .relr.dyn: an even word is an address, the odd ones after it are bitmaps of the 63 words that
// follow.

RelrSection::RelrSection(ElfTarget &t) : ElfSynthetic(t, ".relr.dyn", SHT_RELR, SHF_ALLOC, 8, 8) {
  keep_empty = true;
}

bool RelrSection::update(Link &link) {
  if (!section.output)
    return false;
  std::vector<u64> places;
  for (const RelrPlaces &r : target_.layout.relr)
    if (r.section->output)
      for (u32 o : r.offsets)
        places.push_back(r.section->address() + (runs_backwards(*r.section) ? r.section->size - 8 - o : o));
  if (GotSection *got = target_.got)
    for (const GotEntry &e : got->entries)
      if (e.kind == GotEntry::Address && got->is_relative(link, *e.symbol))
        places.push_back(got->section.address() + u64(e.slot) * 8);
  parallel_sort(places.begin(), places.end(), std::less<u64>());
  if (std::any_of(places.begin(), places.end(), [](u64 p) { return p % 2; })) {
    link.diag.error(
        "-z pack-relative-relocs: the linker script (SUBALIGN) puts words at odd addresses, which "
        "DT_RELR can't name; use -z nopack-relative-relocs");
    return false;
  }
  std::size_t before = words.size();
  words.clear();
  for (std::size_t i = 0; i < places.size();) {
    words.push_back(places[i]);
    u64 base = places[i++] + 8;
    for (;;) {
      u64 bits = 0;
      for (; i < places.size() && places[i] - base < 63 * 8 && (places[i] - base) % 8 == 0; ++i)
        bits |= u64(1) << (places[i] - base) / 8;
      if (!bits)
        break;
      words.push_back(bits << 1 | 1);
      base += 63 * 8;
    }
  }
  while (words.size() < before)
    words.push_back(1); // an empty bitmap: the table never shrinks
  section.size = words.size() * 8;
  return words.size() != before;
}

void RelrSection::write(Link &, u8 *buf) {
  std::memcpy(buf, words.data(), words.size() * 8);
}

} // namespace gold::elf
