// .dynamic and .interp (gABI 4.3, "Dynamic Linking"), and which symbols and tables a dynamic image has.
#include "writers/elf/target.h"

namespace gold::elf {

DynamicSection::DynamicSection(ElfTarget &t)
    : ElfSynthetic(t, ".dynamic", SHT_DYNAMIC, SHF_ALLOC | SHF_WRITE, 8, sizeof(Dyn)) {
  late = true; // the number of RELATIVE records is known last
  keep_empty = true;
}

// True when a dynamic linker loads other images and looks symbols up.
bool ElfTarget::has_loader(const Link &link) const {
  return link.is_dynamic && (link.is_shared() || !(link.opt.is_static || link.opt.no_dynamic_linker));
}

void ElfTarget::add_dynsym(Link &link, Symbol &s) {
  SymbolAux &aux = link.aux_of(s);
  if (aux.dynsym)
    return;
  aux.dynsym = ~u32(0); // numbered when all are known
  dynamic_symbols_.push_back(&s);
  if (s.is_shared())
    s.file->needed.store(true, std::memory_order_relaxed);
}

void ElfTarget::make_dynamic(Link &link) {
  if (!link.is_dynamic)
    return;
  const Options &opt = link.opt;
  dynstr = link.synthesize<DynstrSection>(*this);
  dynsym = link.synthesize<DynsymSection>(*this);
  dynsym->symbols.insert(dynsym->symbols.end(), dynamic_symbols_.begin(), dynamic_symbols_.end());
  dynsym->sort(link);

  for (InputFile *f : link.shareds) {
    auto *so = static_cast<ElfShared *>(f);
    if (so->as_needed && !f->needed.load())
      continue;
    if (std::none_of(needed_.begin(), needed_.end(), [&](ElfShared *o) { return o->soname == so->soname; })) {
      so->needed_in_output = true;
      needed_.push_back(so);
      dynstr->add(so->soname);
    }
  }
  if (link.is_shared())
    dynstr->add(opt.soname);
  for (auto *list : {&opt.auxiliary, &opt.filter})
    for (auto &s : *list)
      dynstr->add(s);
  for (auto *s : {&opt.audit, &opt.depaudit})
    dynstr->add(*s);
  for (auto &s : opt.rpaths)
    runpath_ += (runpath_.empty() ? "" : ":") + s;
  dynstr->add(runpath_);
  make_versions(link);
  dynsym->place_names(link);

  bool loader = has_loader(link);
  if (loader && !link.is_shared()) {
    interp = link.synthesize<BytesSection>(*this, ".interp", SHT_PROGBITS, SHF_ALLOC, 1);
    std::string path = opt.dynamic_linker.empty() ? elf_arch.info.dynamic_linker : opt.dynamic_linker;
    interp->set(path + '\0');
  }
  if (opt.hash_sysv || !opt.hash_gnu)
    hash = link.synthesize<HashSection>(*this);
  if (opt.hash_gnu)
    gnu_hash = link.synthesize<GnuHashSection>(*this);
  dynamic = link.synthesize<DynamicSection>(*this);
}

// The number of entries must not depend on addresses.
std::vector<Dyn> DynamicSection::entries(Link &link) const {
  const ElfTarget &t = target_;
  const Options &opt = link.opt;
  std::vector<Dyn> out;
  auto add = [&](u64 tag, u64 value) { out.push_back({tag, value}); };
  auto table = [&](u64 tag, const ElfSynthetic *s) {
    if (s && s->section.output)
      add(tag, s->section.address());
  };

  for (const ElfShared *so : t.needed_)
    add(DT_NEEDED, t.dynstr->find(so->soname));
  if (link.is_shared() && !opt.soname.empty())
    add(DT_SONAME, t.dynstr->find(opt.soname));
  for (auto &s : opt.auxiliary)
    add(DT_AUXILIARY, t.dynstr->find(s));
  for (auto &s : opt.filter)
    add(DT_FILTER, t.dynstr->find(s));
  if (!opt.audit.empty())
    add(DT_AUDIT, t.dynstr->find(opt.audit));
  if (!opt.depaudit.empty())
    add(DT_DEPAUDIT, t.dynstr->find(opt.depaudit));
  if (!t.runpath_.empty())
    add(opt.new_dtags ? DT_RUNPATH : DT_RPATH, t.dynstr->find(t.runpath_));

  auto function = [&](u64 tag, const std::string &name) {
    if (const Symbol *s = link.symbols.find(name); s && s->is_defined() && !s->is_shared() && s->section)
      add(tag, s->value);
  };
  function(DT_INIT, opt.init);
  function(DT_FINI, opt.fini);
  auto array = [&](const char *name, u64 tag, u64 size_tag) {
    if (const OutputSection *o = find_output(link, name)) {
      add(tag, o->addr);
      add(size_tag, o->size);
    }
  };
  if (!link.is_shared())
    array(".preinit_array", DT_PREINIT_ARRAY, DT_PREINIT_ARRAYSZ);
  array(".init_array", DT_INIT_ARRAY, DT_INIT_ARRAYSZ);
  array(".fini_array", DT_FINI_ARRAY, DT_FINI_ARRAYSZ);

  table(DT_HASH, t.hash);
  table(DT_GNU_HASH, t.gnu_hash);
  table(DT_STRTAB, t.dynstr);
  table(DT_SYMTAB, t.dynsym);
  add(DT_STRSZ, t.dynstr->section.size);
  add(DT_SYMENT, sizeof(Sym));
  if (!link.is_shared())
    add(DT_DEBUG, 0);
  table(DT_PLTGOT, t.got_plt);
  if (t.rela_plt) {
    add(DT_PLTRELSZ, t.rela_plt->section.size);
    add(DT_PLTREL, DT_RELA);
    table(DT_JMPREL, t.rela_plt);
  }
  if (t.rela_dyn) {
    table(DT_RELA, t.rela_dyn);
    add(DT_RELASZ, t.rela_dyn->section.size);
    add(DT_RELAENT, sizeof(Rela));
    add(DT_RELACOUNT, t.rela_dyn->relative);
  }
  if (t.relr_dyn) {
    bool android = opt.android_relr_tags;
    table(android ? DT_ANDROID_RELR : DT_RELR, t.relr_dyn);
    add(android ? DT_ANDROID_RELRSZ : DT_RELRSZ, t.relr_dyn->section.size);
    add(android ? DT_ANDROID_RELRENT : DT_RELRENT, 8);
  }
  if (t.elf_arch.info.machine == EM_AARCH64 && t.plt) {
    if (t.features & GNU_PROPERTY_AARCH64_FEATURE_1_BTI)
      add(DT_AARCH64_BTI_PLT, 0);
    if (opt.z_pac_plt)
      add(DT_AARCH64_PAC_PLT, 0);
    if (t.has_variant_pcs_)
      add(DT_AARCH64_VARIANT_PCS, 0);
  }

  u64 flags = 0, flags1 = 0;
  if (opt.z_now) {
    flags |= DF_BIND_NOW;
    flags1 |= DF_1_NOW;
  }
  if (opt.z_origin) {
    flags |= DF_ORIGIN;
    flags1 |= DF_1_ORIGIN;
  }
  if (link.is_shared() && opt.bsymbolic && link.dynamic_list.empty()) {
    flags |= DF_SYMBOLIC;
    add(DT_SYMBOLIC, 0);
  }
  if (t.layout.textrel) {
    flags |= DF_TEXTREL;
    add(DT_TEXTREL, 0);
  }
  if (link.is_shared() && t.layout.static_tls)
    flags |= DF_STATIC_TLS;
  flags1 |= (opt.z_nodelete ? u64(DF_1_NODELETE) : 0) | (opt.z_nodlopen ? u64(DF_1_NOOPEN) : 0) |
            (opt.z_nodump ? u64(DF_1_NODUMP) : 0) | (opt.z_initfirst ? u64(DF_1_INITFIRST) : 0) |
            (opt.z_interpose ? u64(DF_1_INTERPOSE) : 0) | (opt.z_nodefaultlib ? u64(DF_1_NODEFLIB) : 0) |
            (opt.z_global ? u64(DF_1_GLOBAL) : 0) | (opt.kind == OutputKind::Pie ? u64(DF_1_PIE) : 0);
  if (flags)
    add(DT_FLAGS, flags);
  if (flags1)
    add(DT_FLAGS_1, flags1);
  table(DT_VERSYM, t.versym);
  if (t.verdef) {
    table(DT_VERDEF, t.verdef);
    add(DT_VERDEFNUM, t.verdef_count);
  }
  if (t.verneed) {
    table(DT_VERNEED, t.verneed);
    add(DT_VERNEEDNUM, t.verneed_count);
  }
  out.resize(out.size() + 1 + opt.spare_dynamic_tags, Dyn{DT_NULL, 0});
  return out;
}

bool DynamicSection::update(Link &link) {
  u64 size = entries(link).size() * sizeof(Dyn);
  if (size <= section.size)
    return false;
  section.size = size;
  return true;
}

void DynamicSection::write(Link &link, u8 *buf) {
  if (target_.rela_dyn)
    target_.rela_dyn->finish(link);
  auto e = entries(link);
  std::memcpy(buf, e.data(), std::min<u64>(section.size, e.size() * sizeof(Dyn)));
}

} // namespace gold::elf
