// Lists that MinGW's start code walks: constructors, destructors, pseudo relocations.
#include "writers/pe/target.h"

#include <algorithm>

namespace gold::coff {

namespace {
constexpr u32 kRead = IMAGE_SCN_CNT_INITIALIZED_DATA | IMAGE_SCN_MEM_READ;
}

ListSection::ListSection(PeTarget &t, std::string_view name, u64 word)
    : PeSynthetic(t, name, kRead, 8), word_(word) {
  section.size = 8;
}

PseudoRelocSection::PseudoRelocSection(PeTarget &t, std::string_view name) : PeSynthetic(t, name, kRead, 4) {}

void PeTarget::make_lists(Link &link) {
  auto referenced = [&](std::initializer_list<const char *> names) {
    return std::any_of(names.begin(), names.end(), [&](const char *n) {
      Symbol *s = link.symbols.find(n);
      return s && s->marked(kMarkRefObject) && !(s->flags & kSymScriptDefined);
    });
  };
  if (referenced({"__CTOR_LIST__", "___CTOR_LIST__"})) {
    ctors = link.synthesize<ListSection>(*this, ".ctors$", ~u64(0));
    ctors_end = link.synthesize<ListSection>(*this, ".ctors~", 0);
  }
  if (referenced({"__DTOR_LIST__", "___DTOR_LIST__"})) {
    dtors = link.synthesize<ListSection>(*this, ".dtors$", ~u64(0));
    dtors_end = link.synthesize<ListSection>(*this, ".dtors~", 0);
  }
  // A gap between the words of a list would be called, so its pieces are packed.
  u64 pseudo = 0;
  const PseudoPlace *first = nullptr;
  for (InputFile *f : link.objects) {
    if (!is_object(*f))
      continue;
    for (Section *s : f->sections)
      if (s && (s->name().starts_with(".ctors") || s->name().starts_with(".dtors")))
        s->p2align = 3;
    auto &places = object_of(*f).pseudo_places;
    if (!places.empty() && !first)
      first = &places[0];
    pseudo += places.size();
  }
  if (!pseudo)
    return;
  Symbol *relocator = link.symbols.find("_pei386_runtime_relocator");
  bool runs = relocator && relocator->is_defined();
  if (!link.opt.runtime_pseudo_reloc || !runs) {
    InputFile &f = *first->section->file;
    link.diag.error(Link::place_text(f, *first->section, first->offset) + ": refers to data of a DLL, `" +
                        std::string(first->symbol->name()) + "', without dllimport, which " +
                        (runs ? "--disable-runtime-pseudo-reloc forbids"
                              : "needs MinGW's start code (_pei386_runtime_relocator)"),
                    f.priority, first->offset, link.referenced_at(f, *first->section, first->offset));
    return;
  }
  // Scripts know the list by this name.
  pseudo_relocs = link.synthesize<PseudoRelocSection>(
      *this, link.plan.scripted ? ".rdata_runtime_pseudo_reloc" : ".rdata");
  pseudo_relocs->section.size = 12 + pseudo * sizeof(PseudoRelocation);
}

void PseudoRelocSection::write(Link &link, u8 *buf) {
  store<u32>(buf + 8, 1); // version 2, behind two zero words
  auto *out = reinterpret_cast<PseudoRelocation *>(buf + 12);
  for (InputFile *f : link.objects)
    if (PeTarget::is_object(*f))
      for (const PseudoPlace &p : PeTarget::object_of(*f).pseudo_places)
        *out++ = {target_.rva(p.symbol->value), target_.rva(p.section->address() + p.offset), p.bits};
}

} // namespace gold::coff
