// Copy relocations: data of shared objects that a non-PIC executable addresses as if it were its own.
//
// The executable gets room for the object, the loader copies the initial contents there, and the
// shared object itself then finds the copy by its GOT. All names that the shared object has for the
// same address must move together, or two copies of one object would exist (stdin and _IO_stdin,
// environ and __environ), so every alias is exported, too. What the shared object keeps read-only
// (or makes so after relocation) goes to .bss.rel.ro.
#include "writers/elf/target.h"

#include <algorithm>

namespace gold::elf {

CopySection::CopySection(ElfTarget &t, bool relro)
    : ElfSynthetic(t, relro ? ".bss.rel.ro" : ".bss", SHT_NOBITS, SHF_ALLOC | SHF_WRITE, 1) {}

namespace {

// The alignment that an object of a shared object may rely on: that of its section, as far as its
// address has it.
u64 alignment_of(const ElfShared &so, const Sym &sym) {
  u64 value = sym.st_value;
  u64 align = value ? value & ~(value - 1) : 64;
  u64 most = 64;
  if (so.bytes.contains(0, sizeof(Ehdr))) {
    auto &eh = so.bytes.at<Ehdr>(0);
    u64 at = eh.e_shoff + u64(sym.st_shndx) * sizeof(Shdr);
    if (eh.e_shoff && sym.st_shndx < eh.e_shnum && so.bytes.contains(at, sizeof(Shdr)))
      if (u64 a = so.bytes.at<Shdr>(at).sh_addralign; std::has_single_bit(a) && a <= 1 << 16)
        most = a;
  }
  return std::min(align, most);
}

} // namespace

void ElfTarget::make_copies(Link &link, std::vector<Symbol *> &wanted) {
  // For each shared object involved: its symbols by address.
  struct Names {
    ElfShared *so;
    std::vector<std::pair<u64, Symbol *>> by_value;
  };
  std::vector<Names> all;
  for (Symbol *s : wanted) {
    if (s->flags & kSymCopied || !as_shared(s->file))
      continue;
    auto *so = static_cast<ElfShared *>(s->file);
    if (s->native >= so->esyms.size())
      continue;
    const Sym &sym = so->esyms[s->native];
    if (sym.visibility() == STV_PROTECTED) {
      link.diag.error("cannot copy protected symbol '" + std::string(s->name()) + "' of " +
                      so->display_name() + " into the executable; recompile with -fPIC");
      continue;
    }
    auto names = std::find_if(all.begin(), all.end(), [&](auto &n) { return n.so == so; });
    if (names == all.end()) {
      names = all.insert(all.end(), {so, {}});
      for (Symbol *a : so->symbols)
        if (a && a->file == so && a->is_shared() && a->native < so->esyms.size() &&
            so->esyms[a->native].st_shndx != SHN_UNDEF && so->esyms[a->native].type() != STT_TLS)
          names->by_value.emplace_back(so->esyms[a->native].st_value, a);
      std::sort(names->by_value.begin(), names->by_value.end(), [](auto &a, auto &b) {
        return a.first != b.first ? a.first < b.first : a.second->native < b.second->native;
      });
    }
    u64 value = sym.st_value, size = sym.st_size;
    auto from = std::lower_bound(names->by_value.begin(), names->by_value.end(), value,
                                 [](auto &e, u64 v) { return e.first < v; });
    for (auto a = from; a != names->by_value.end() && a->first == value; ++a)
      size = std::max<u64>(size, so->esyms[a->second->native].st_size);
    bool relro = link.opt.z_relro && so->is_readonly(value);
    CopySection *&to = relro ? relro_copies : copies;
    if (!to)
      to = link.synthesize<CopySection>(*this, relro);
    u64 align = alignment_of(*so, sym);
    u64 offset = align_up(to->section.size, align);
    to->section.size = offset + std::max<u64>(size, 1);
    to->section.p2align = std::max<u8>(to->section.p2align, u8(std::countr_zero(align)));
    to->symbols.push_back(s);
    auto move = [&](Symbol &x) {
      x.flags |= kSymCopied | kSymExported;
      x.section = &to->section;
      link.aux_of(x).copy_offset = offset;
      add_dynsym(link, x);
    };
    move(*s);
    for (auto a = from; a != names->by_value.end() && a->first == value; ++a)
      if (!(a->second->flags & kSymCopied))
        move(*a->second);
  }
}

u64 ElfTarget::copy_count() const {
  return (copies ? copies->symbols.size() : 0) + (relro_copies ? relro_copies->symbols.size() : 0);
}

void ElfTarget::add_copy_relocs(Link &link, Rela *out) {
  for (CopySection *c : {copies, relro_copies})
    if (c)
      for (Symbol *s : c->symbols)
        *out++ = Rela{s->value, elf_arch.info.r_copy, link.aux[s->aux].dynsym, i64(0)};
}

} // namespace gold::elf
