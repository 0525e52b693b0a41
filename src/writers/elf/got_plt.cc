// .got, .got.plt, .plt and .plt.got: how an image reaches what is not at a fixed distance from it
// (psABI supplements, "Global Offset Table", "Procedure Linkage Table").
//
// A slot of .got holds an address (or a TLS offset) that is known at link time, or that one dynamic
// relocation fills. A .plt entry jumps by a slot of .got.plt, which may be bound lazily; a symbol
// whose address is also in .got needs no second slot: its entry is in .plt.got and jumps by that.
#include "writers/elf/target.h"

namespace gold::elf {

namespace {

// What a slot pair or slot needs from the dynamic linker.
bool has_address(const Symbol &s) {
  return !s.is_imported() && !s.is_absolute() && !s.is_undefined();
}

Rela make_rela(u64 offset, u32 type, u32 sym, u64 addend) {
  return Rela{offset, type, sym, static_cast<i64>(addend)};
}

// st_other of the definition, or of the reference where there is none.
u8 native_other(const Symbol &s) {
  if (!s.file || s.file->kind == FileKind::Internal)
    return 0;
  auto esyms = s.file->kind == FileKind::Shared ? static_cast<const ElfShared *>(s.file)->esyms
                                                : static_cast<const ElfObject *>(s.file)->esyms;
  return s.native < esyms.size() ? esyms[s.native].st_other : u8(0);
}

// True when the slot gets an IRELATIVE relocation rather than the address of a PLT entry.
bool by_irelative(const ElfTarget &t, const Symbol &s) {
  return s.is_ifunc() && !s.is_imported() && !t.canonical_plt(s);
}

} // namespace

GotSection::GotSection(ElfTarget &t) : ElfSynthetic(t, ".got", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, 8, 8) {}

u32 GotSection::add(GotEntry::Kind kind, Symbol *s) {
  u32 slot = slots;
  slots += kind == GotEntry::TlsGd || kind == GotEntry::TlsDesc || kind == GotEntry::TlsLd ? 2 : 1;
  entries.push_back({kind, slot, s});
  section.size = u64(slots) * 8;
  return slot;
}

// How many records `emit` will write. With RELR, plain relative slots need none.
u32 GotSection::dynamic_relocs(const Link &link) const {
  u32 n = 0;
  for (const GotEntry &e : entries) {
    bool imported = e.symbol && e.symbol->is_imported();
    switch (e.kind) {
    case GotEntry::Reserved:
      break;
    case GotEntry::Address:
      if (imported || by_irelative(target_, *e.symbol))
        ++n;
      else if (is_relative(link, *e.symbol))
        n += !link.opt.relr;
      break;
    case GotEntry::TlsGd:
      n += imported ? 2 : link.is_shared();
      break;
    case GotEntry::TlsIe:
      n += imported || link.is_shared();
      break;
    case GotEntry::TlsDesc:
      ++n;
      break;
    case GotEntry::TlsLd:
      n += link.is_shared();
      break;
    }
  }
  return n;
}

bool GotSection::is_relative(const Link &link, const Symbol &s) const {
  return link.is_pic() && has_address(s) && !by_irelative(target_, s);
}

Rela *GotSection::emit(Link &link, u8 *buf, Rela *rel) {
  const ArchInfo &info = target_.elf_arch.info;
  const ElfLayout &layout = target_.layout;
  auto add = [&](u32 slot, u32 type, u32 sym, u64 addend) {
    if (rel)
      *rel++ = make_rela(section.address() + u64(slot) * 8, type, sym, addend);
  };
  for (const GotEntry &e : entries) {
    u8 *p = buf + u64(e.slot) * 8;
    Symbol *s = e.symbol;
    bool imported = s && s->is_imported();
    u32 index = imported && s->aux ? link.aux[s->aux].dynsym : 0;
    u64 tls = s && !s->is_undefined() ? s->value - layout.tls_start : 0;
    switch (e.kind) {
    case GotEntry::Reserved:
      break;
    case GotEntry::Address: {
      u64 value = target_.canonical_plt(*s) && !imported ? layout.plt_of(link.aux[s->aux]) : s->value;
      if (imported) {
        add(e.slot, info.r_glob_dat, index, 0);
      } else if (by_irelative(target_, *s)) {
        // In an image without a dynamic section the record stands in .rela.plt.
        add(e.slot, info.r_irelative, 0, value);
      } else if (is_relative(link, *s)) {
        if (!link.opt.relr)
          add(e.slot, info.r_relative, 0, value);
        if (link.opt.relr || link.opt.apply_dynamic_relocs)
          store<u64>(p, value);
      } else {
        store<u64>(p, value);
      }
      break;
    }
    case GotEntry::TlsGd:
      if (imported) {
        add(e.slot, info.r_dtpmod, index, 0);
        add(e.slot + 1, info.r_dtpoff, index, 0);
        break;
      }
      if (link.is_shared())
        add(e.slot, info.r_dtpmod, 0, 0);
      else
        store<u64>(p, 1); // the executable is module 1
      store<u64>(p + 8, tls - target_.elf_arch.dtp_bias());
      break;
    case GotEntry::TlsIe:
      if (imported)
        add(e.slot, info.r_tpoff, index, 0);
      else if (link.is_shared())
        add(e.slot, info.r_tpoff, 0, tls);
      else
        store<u64>(p, s->is_undefined() ? 0 : s->value - layout.tp);
      break;
    case GotEntry::TlsDesc:
      add(e.slot, info.r_tlsdesc, index, imported ? 0 : tls);
      break;
    case GotEntry::TlsLd:
      if (link.is_shared())
        add(e.slot, info.r_dtpmod, 0, 0);
      else
        store<u64>(p, 1);
      break;
    }
  }
  return rel;
}

void GotSection::write(Link &link, u8 *buf) {
  Rela *first = target_.rela_dyn ? target_.rela_dyn->records + target_.rela_dyn->fixed_index
                                 : target_.static_irelative.data();
  emit(link, buf, first);
}

// -- .got.plt

GotPltSection::GotPltSection(ElfTarget &t)
    : ElfSynthetic(t, ".got.plt", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, 8, 8) {
  section.size = u64(t.elf_arch.info.got_plt_reserved) * 8;
}

void GotPltSection::write(Link &link, u8 *buf) {
  // The first slot holds the address of .dynamic, as the psABI wants; the dynamic linker fills the
  // other reserved ones.
  store<u64>(buf, target_.layout.dynamic);
  if (!target_.plt)
    return;
  for (u32 i = 0; i < target_.plt->size(); ++i) {
    u32 slot = target_.elf_arch.info.got_plt_reserved + i;
    Symbol *s = target_.plt->at(i);
    u64 value = i < target_.plt->lazy.size()
                    ? target_.elf_arch.lazy_slot(link, target_.plt_entry(link, i), target_.features)
                    : s->value; // IRELATIVE: the resolver
    store<u64>(buf + u64(slot) * 8, value);
  }
}

// -- .plt and .plt.got

PltSection::PltSection(ElfTarget &t)
    : ElfSynthetic(t, ".plt", SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, t.elf_arch.info.plt_align) {}

PltEntry ElfTarget::plt_entry(const Link &, u32 i) const {
  return {layout.plt_at(i + 1), layout.got_plt_slot(i + 1), layout.plt, i};
}

void PltSection::write(Link &link, u8 *buf) {
  const ElfLayout &l = target_.layout;
  if (l.plt_header)
    target_.elf_arch.write_plt_header(link, l, target_.features, buf);
  for (u32 i = 0; i < size(); ++i)
    target_.elf_arch.write_plt_entry(link, target_.plt_entry(link, i), target_.features,
                                     buf + l.plt_header + u64(i) * l.plt_entry);
}

PltGotSection::PltGotSection(ElfTarget &t)
    : ElfSynthetic(t, ".plt.got", SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, t.elf_arch.info.plt_align) {}

void PltGotSection::write(Link &link, u8 *buf) {
  const ElfLayout &l = target_.layout;
  for (u32 i = 0; i < symbols.size(); ++i) {
    PltEntry e{l.plt_got_at(i + 1), l.got_slot(link.aux[symbols[i]->aux].got), l.plt, 0};
    target_.elf_arch.write_plt_got_entry(link, e, target_.features, buf + u64(i) * l.plt_got_entry);
  }
}

// -- who gets what

// Gives every symbol that the scan marked its slots. Symbols are visited in order of files and
// indices, so that slots never depend on threads.
void ElfTarget::collect_needs(Link &link) {
  std::vector<InputFile *> files = link.objects;
  files.insert(files.end(), link.shareds.begin(), link.shareds.end());
  struct Found {
    std::vector<Symbol *> needy, exported;
  };
  std::vector<Found> found(files.size() + 1);
  auto look = [&](Found &out, Symbol *s) {
    if (s->needs.load(std::memory_order_relaxed))
      out.needy.push_back(s);
    if (s->is_exported() && !s->is_shared())
      out.exported.push_back(s);
  };
  parallel_for(files.size(), 16, [&](std::size_t i) {
    InputFile *f = files[i];
    if (f == link.internal)
      return;
    if (f->kind == FileKind::Object)
      for (u32 k = 1; k < f->first_global && k < f->symbols.size(); ++k)
        if (Symbol *s = f->symbols[k]; s && s->needs.load(std::memory_order_relaxed))
          found[i].needy.push_back(s);
    for (u32 k = f->first_global; k < f->symbols.size(); ++k)
      if (Symbol *s = f->symbols[k]; s && s->file == f && s->native == k)
        look(found[i], s);
    if (auto *so = as_shared(f))
      for (auto &[k, s] : so->aliases)
        if (s->file == f && s->native == k && so->symbols[k] != s)
          look(found[i], s);
  });
  for (Symbol *s : linker_made(link))
    look(found.back(), s);

  std::vector<Symbol *> copied;
  for (Found &list : found)
    for (Symbol *s : list.needy) {
      u16 needs = s->needs.load(std::memory_order_relaxed);
      bool imported = s->is_imported();
      if (needs & kNeedsGot)
        link.aux_of(*s).got = make_got(link).add(GotEntry::Address, s) + 1;
      if (needs & kNeedsTlsGd)
        link.aux_of(*s).tls_gd = make_got(link).add(GotEntry::TlsGd, s) + 1;
      if (needs & kNeedsTlsIe)
        link.aux_of(*s).tls_ie = make_got(link).add(GotEntry::TlsIe, s) + 1;
      if (needs & kNeedsTlsDesc)
        link.aux_of(*s).tls_desc = make_got(link).add(GotEntry::TlsDesc, s) + 1;
      if (needs & (kNeedsPlt | kNeedsCanonicalPlt) && (imported || s->is_ifunc())) {
        bool address_in_got = needs & kNeedsGot && !(needs & kNeedsCanonicalPlt);
        if (address_in_got) {
          if (!plt_got)
            plt_got = link.synthesize<PltGotSection>(*this);
          plt_got->symbols.push_back(s);
          link.aux_of(*s).pltgot = u32(plt_got->symbols.size());
        } else {
          if (!plt)
            plt = link.synthesize<PltSection>(*this);
          (s->is_ifunc() && !imported ? plt->irelative : plt->lazy).push_back(s);
        }
      }
      if (needs & kNeedsCopy)
        copied.push_back(s);
      if (imported && link.is_dynamic)
        add_dynsym(link, *s);
    }
  if (layout.needs_tlsld)
    tlsld_slot_ = make_got(link).add(GotEntry::TlsLd, nullptr) + 1;
  if (layout.needs_got)
    make_got(link);
  if (plt)
    for (u32 i = 0; i < plt->size(); ++i)
      link.aux_of(*plt->at(i)).plt = i + 1;
  // The loader must not bind such functions lazily: its resolver saves fewer registers than they use.
  if (plt && elf_arch.info.machine == EM_AARCH64)
    has_variant_pcs_ = std::any_of(plt->lazy.begin(), plt->lazy.end(), [](const Symbol *s) {
      return native_other(*s) & STO_AARCH64_VARIANT_PCS;
    });
  make_copies(link, copied);
  if (link.is_dynamic)
    for (Found &list : found)
      for (Symbol *s : list.exported)
        add_dynsym(link, *s);

  layout.plt_entry = elf_arch.plt_entry_size(link, features);
  layout.plt_got_entry = elf_arch.plt_got_entry_size(link, features);
  if (plt) {
    // Without lazy entries nothing uses the header.
    layout.plt_header = plt->lazy.empty() ? 0 : elf_arch.plt_header_size(link, features);
    plt->section.size = layout.plt_header + u64(plt->size()) * layout.plt_entry;
  }
  if (plt_got)
    plt_got->section.size = plt_got->symbols.size() * layout.plt_got_entry;
  bool got_at_plt = elf_arch.info.arch == Arch::X86_64; // where _GLOBAL_OFFSET_TABLE_ points at
  if (plt || (layout.needs_got && got_at_plt)) {
    got_plt = link.synthesize<GotPltSection>(*this);
    got_plt->section.size += plt ? u64(plt->size()) * 8 : 0;
  }
  if (got && !got->section.size)
    got->keep_empty = true;
}

GotSection &ElfTarget::make_got(Link &link) {
  if (!got)
    got = link.synthesize<GotSection>(*this);
  return *got;
}

} // namespace gold::elf
