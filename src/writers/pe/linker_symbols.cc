// Symbols that GNU ld's script for PE defines and MinGW's start code rests on.
//
// Most of them beat even a definition in an archive (libgcc has a common __CTOR_LIST__ for linkers
// that don't know it), so they claim their names before resolution begins.
#include "writers/pe/target.h"

#include <algorithm>

namespace gold::coff {

namespace {

enum class Meaning : u8 {
  ImageBase,
  SectionStart,
  SectionEnd, // `section`
  GroupStart,
  GroupEnd, // members of `section` whose name begins with `prefix`
  Ctors,
  Dtors,
  PseudoStart,
  PseudoEnd,
  PseudoSize,
  ImageEnd,
  Number, // of the options
};

struct Row {
  const char *name;
  Meaning meaning;
  const char *section = "", *prefix = "";
  u64 (*number)(const Link &) = nullptr;
  bool provide = false; // only where nobody defines it
};

constexpr Row rows[] = {
    {"__ImageBase", Meaning::ImageBase},
    {"__image_base__", Meaning::ImageBase},
    {"___ImageBase", Meaning::ImageBase},
    {"__data_start__", Meaning::SectionStart, ".data"},
    {"__data_end__", Meaning::SectionEnd, ".data"},
    {"__bss_start__", Meaning::SectionStart, ".bss"},
    {"__bss_end__", Meaning::SectionEnd, ".bss"},
    {"__CTOR_LIST__", Meaning::Ctors},
    {"___CTOR_LIST__", Meaning::Ctors},
    {"__DTOR_LIST__", Meaning::Dtors},
    {"___DTOR_LIST__", Meaning::Dtors},
    {"__RUNTIME_PSEUDO_RELOC_LIST__", Meaning::PseudoStart},
    {"___RUNTIME_PSEUDO_RELOC_LIST__", Meaning::PseudoStart},
    {"__RUNTIME_PSEUDO_RELOC_LIST_END__", Meaning::PseudoEnd},
    {"___RUNTIME_PSEUDO_RELOC_LIST_END__", Meaning::PseudoEnd},
    {"__rt_psrelocs_start", Meaning::PseudoStart},
    {"__rt_psrelocs_end", Meaning::PseudoEnd},
    {"__rt_psrelocs_size", Meaning::PseudoSize},
    {"___crt_xc_start__", Meaning::GroupStart, ".CRT", ".CRT$XC"},
    {"___crt_xc_end__", Meaning::GroupEnd, ".CRT", ".CRT$XC"},
    {"___crt_xi_start__", Meaning::GroupStart, ".CRT", ".CRT$XI"},
    {"___crt_xi_end__", Meaning::GroupEnd, ".CRT", ".CRT$XI"},
    {"___crt_xl_start__", Meaning::GroupStart, ".CRT", ".CRT$XL"},
    {"___crt_xp_start__", Meaning::GroupStart, ".CRT", ".CRT$XP"},
    {"___crt_xp_end__", Meaning::GroupEnd, ".CRT", ".CRT$XP"},
    {"___crt_xt_start__", Meaning::GroupStart, ".CRT", ".CRT$XT"},
    {"___crt_xt_end__", Meaning::GroupEnd, ".CRT", ".CRT$XT"},
    {"___tls_start__", Meaning::SectionStart, ".tls"},
    {"___tls_end__", Meaning::SectionEnd, ".tls"},
    {"__IAT_start__", Meaning::GroupStart, ".idata", ".idata$5"},
    {"__IAT_end__", Meaning::GroupEnd, ".idata", ".idata$5"},
    {"__end__", Meaning::ImageEnd},
    {"end", Meaning::ImageEnd, "", "", nullptr, true},
    {"_end", Meaning::ImageEnd, "", "", nullptr, true},
    {"etext", Meaning::SectionEnd, ".text", "", nullptr, true},
    {"__section_alignment__", Meaning::Number, "", "",
     [](const Link &l) { return l.opt.pe_section_alignment; }},
    {"__file_alignment__", Meaning::Number, "", "", [](const Link &l) { return l.opt.pe_file_alignment; }},
    {"__major_os_version__", Meaning::Number, "", "", [](const Link &l) { return u64(l.opt.pe_major_os); }},
    {"__minor_os_version__", Meaning::Number, "", "", [](const Link &l) { return u64(l.opt.pe_minor_os); }},
    {"__major_image_version__", Meaning::Number, "", "",
     [](const Link &l) { return u64(l.opt.pe_major_image); }},
    {"__minor_image_version__", Meaning::Number, "", "",
     [](const Link &l) { return u64(l.opt.pe_minor_image); }},
    {"__major_subsystem_version__", Meaning::Number, "", "",
     [](const Link &l) { return u64(l.opt.pe_major_subsystem); }},
    {"__minor_subsystem_version__", Meaning::Number, "", "",
     [](const Link &l) { return u64(l.opt.pe_minor_subsystem); }},
    {"__subsystem__", Meaning::Number, "", "", [](const Link &l) { return u64(subsystem(l.opt)); }},
    {"__size_of_stack_reserve__", Meaning::Number, "", "",
     [](const Link &l) { return l.opt.pe_stack_reserve; }},
    {"__size_of_stack_commit__", Meaning::Number, "", "",
     [](const Link &l) { return l.opt.pe_stack_commit; }},
    {"__size_of_heap_reserve__", Meaning::Number, "", "",
     [](const Link &l) { return l.opt.pe_heap_reserve; }},
    {"__size_of_heap_commit__", Meaning::Number, "", "", [](const Link &l) { return l.opt.pe_heap_commit; }},
    {"__loader_flags__", Meaning::Number, "", "", [](const Link &) { return u64(0); }},
    {"__dll__", Meaning::Number, "", "", [](const Link &l) { return u64(l.is_shared()); }},
    {"__dll_characteristics__", Meaning::Number, "", "",
     [](const Link &l) { return u64(dll_characteristics(l.opt)); }},
};

// Addresses of the first and past the last member of an output section whose name begins so; where
// the group is empty both are those of the place where it would stand.
std::pair<u64, u64> group_bounds(const OutputSection &o, std::string_view prefix) {
  u64 begin = 0, end = 0;
  bool any = false;
  for (const Section *s : o.members) {
    if (s->name().starts_with(prefix)) {
      if (!any)
        begin = s->address();
      end = s->address() + s->size;
      any = true;
    } else if (!any && s->name() < prefix) {
      begin = end = s->address() + s->size;
    }
  }
  if (!any && begin == 0)
    begin = end = o.addr;
  return {begin, end};
}

} // namespace

const OutputSection *find_output(const Link &link, std::string_view name) {
  for (const OutputSection *o : link.outputs)
    if (o->name == name)
      return o;
  return nullptr;
}

void PeTarget::claim_linker_symbols(Link &link) {
  link.symbols.reserve(std::size(rows) * 2);
  for (u32 i = 0; i < std::size(rows); ++i) {
    if (rows[i].provide)
      continue;
    Symbol *s = link.symbols.intern(rows[i].name);
    s->offer(make_claim(SymClass::Strong, link.internal->priority, i));
    s->file = link.internal;
    s->flags =
        kSymLinkerDefined |
        (rows[i].meaning == Meaning::Number || rows[i].meaning == Meaning::PseudoSize ? kSymAbsolute : 0);
    linker_symbols_.push_back({s, i});
  }
}

void PeTarget::add_linker_symbols(Link &link) {
  if (link.is_relocatable())
    return;
  for (u32 i = 0; i < std::size(rows); ++i)
    if (rows[i].provide)
      if (Symbol *s = define_linker_symbol(link, rows[i].name, nullptr, 0, Visibility::Default))
        linker_symbols_.push_back({s, i});
}

void PeTarget::set_linker_symbols(Link &link) {
  auto end_of = [](const Synthetic &s) { return s.section.address() + s.section.size; };
  const OutputSection *rdata = find_output(link, ".rdata");
  u64 image_end = image_base;
  for (const OutputSection *o : link.outputs)
    if (!(o->flags & kSecDebug) && o->name != ".reloc")
      image_end = std::max(image_end, o->end());
  for (const LinkerSymbol &l : linker_symbols_) {
    const Row &row = rows[l.meaning];
    Symbol &s = *l.symbol;
    if (s.flags & kSymScriptDefined)
      continue;
    const OutputSection *o = *row.section ? find_output(link, row.section) : nullptr;
    switch (row.meaning) {
    case Meaning::ImageBase:
      s.value = image_base;
      break;
    case Meaning::SectionStart:
      s.value = o ? o->addr : image_base;
      break;
    case Meaning::SectionEnd:
      s.value = o ? o->end() : image_base;
      break;
    case Meaning::GroupStart:
    case Meaning::GroupEnd: {
      auto [begin, end] = o ? group_bounds(*o, row.prefix) : std::pair(image_base, image_base);
      s.value = row.meaning == Meaning::GroupStart ? begin : end;
      break;
    }
    case Meaning::Ctors:
      s.value = ctors ? ctors->section.address() : image_base;
      break;
    case Meaning::Dtors:
      s.value = dtors ? dtors->section.address() : image_base;
      break;
    case Meaning::PseudoStart:
      s.value = pseudo_relocs ? pseudo_relocs->section.address() : rdata ? rdata->end() : image_base;
      break;
    case Meaning::PseudoEnd:
      s.value = pseudo_relocs ? end_of(*pseudo_relocs) : rdata ? rdata->end() : image_base;
      break;
    case Meaning::PseudoSize:
      s.value = pseudo_relocs ? pseudo_relocs->section.size : 0;
      break;
    case Meaning::ImageEnd:
      s.value = image_end;
      break;
    case Meaning::Number:
      s.value = row.number(link);
      break;
    }
  }
}

// What scripts ask for before addresses exist.
u64 PeTarget::linker_symbol_address(Link &link, const Symbol &s) {
  for (const LinkerSymbol &l : linker_symbols_)
    if (l.symbol == &s) {
      const Row &row = rows[l.meaning];
      return row.number ? row.number(link) : row.meaning == Meaning::ImageBase ? link.image_base : s.value;
    }
  return s.value;
}

} // namespace gold::coff
