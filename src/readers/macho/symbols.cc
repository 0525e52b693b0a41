// Symbols of an object (<mach-o/nlist.h>): claims while reading, binding afterwards.
//
// A definition is strong, weak (N_WEAK_DEF) or tentative; "private extern" ones are global within the image
// only. Of weak definitions the first on the command line wins, and it is visible outside if any of them
// is. References that all say N_WEAK_REF make an import that may be missing at run time; they pull archive
// members like others do.
#include "readers/macho/object_parts.h"

#include <algorithm>

namespace gold::macho {
namespace {

SymClass classify(const MachObject &o, u32 i) {
  const Nlist &n = o.nlists[i];
  switch (n.type()) {
  case N_UNDF:
    return n.n_value ? SymClass::Tentative : SymClass::Undef;
  case N_ABS:
    return n.n_desc & N_WEAK_DEF ? SymClass::Weak : SymClass::Strong;
  case N_SECT:
    if (n.n_sect == 0 || n.n_sect >= o.native.size())
      throw InputError("symbol " + std::to_string(i) + " is in section " + std::to_string(n.n_sect) +
                       ", which is not there");
    return n.n_desc & N_WEAK_DEF ? SymClass::Weak : SymClass::Strong;
  default:
    throw InputError("symbol " + std::to_string(i) + " has the unsupported type " + std::to_string(n.n_type));
  }
}

// A definition that other images never see: private extern, or one that the compiler says nobody can tell
// from a private one (weak_def_can_be_hidden).
bool is_hidden(const Nlist &n) {
  constexpr u16 can_be_hidden = N_WEAK_DEF | N_WEAK_REF;
  return n.is_private_external() || (n.n_desc & can_be_hidden) == can_be_hidden;
}

u16 marks_of(const MachObject &o, const Nlist &n, SymClass c) {
  if (c == SymClass::Undef)
    return static_cast<u16>(kMarkRefObject | kMarkStrongRef | (n.n_desc & N_WEAK_REF ? 0 : kMarkNonWeakRef));
  return static_cast<u16>(kMarkRefObject | (is_hidden(n) || o.hidden ? 0 : kMarkVisible));
}

constexpr u16 kBoundFlags =
    kSymFunction | kSymTls | kSymIfunc | kSymAbsolute | kSymShared | kSymUnique | kSymCommon;

void intern_globals(Link &link, MachObject &o) {
  u32 n = static_cast<u32>(o.nlists.size());
  o.symbols = Arena::array<Symbol *>(n);
  auto batch = intern_batch<u32>(link.symbols, [&](Symbol &s, u32 i) {
    SymClass c = classify(o, i);
    o.symbols[i] = &s;
    s.mark(marks_of(o, o.nlists[i], c));
    s.offer(make_claim(c, o.priority, i));
  });
  auto add = [&](std::string_view name, const Nlist &e, u32 i) {
    if (e.type() == N_UNDF && is_selector_stub(name))
      o.sends_by_stubs = true;
    batch.add(name, i);
  };
  for (u32 i = o.first_global; i < n; ++i) {
    const Nlist &e = o.nlists[i];
    if (!e.is_stab() && e.is_external())
      add(symbol_name(o.strtab, e), e, i);
    else if (o.first_global)
      throw InputError("symbol " + std::to_string(i) + " among the global ones is local");
  }
  batch.flush();
}

} // namespace

const Reader &object_reader() {
  static const ObjectReader reader;
  return reader;
}

InputFile *make_object() {
  auto *o = new MachObject;
  o->reader = &object_reader();
  return o;
}

u64 ObjectReader::count_symbols(const InputFile &f) const {
  return read_symbol_table(f.bytes).globals;
}

void ObjectReader::parse_symbols(Link &link, InputFile &f) const {
  auto &o = static_cast<MachObject &>(f);
  Arch arch = arch_of(o.bytes);
  Arch wanted = link.target ? link.target->arch() : link.opt.arch;
  if (wanted != Arch::Unknown && arch != wanted)
    throw InputError(std::string("the object is not for ") + (wanted == Arch::X86_64 ? "x86_64" : "arm64"));
  read_headers(o);
  o.hidden = o.arg && o.arg->hidden;
  SymbolTable t = read_symbol_table(o.bytes);
  o.nlists = t.nlists;
  o.strtab = t.strtab;
  o.first_global = t.first_global;
  intern_globals(link, o);
}

void ObjectReader::parse_sections(Link &link, InputFile &f) const {
  auto &o = static_cast<MachObject &>(f);
  cut_sections(link, o);
  read_unwind(o);
  if (link.opt.strip == StripMode::None)
    read_source_names(o);
}

void ObjectReader::bind_symbols(Link &, InputFile &f) const {
  auto &o = static_cast<MachObject &>(f);
  u32 n = static_cast<u32>(o.nlists.size());
  for (u32 i = o.first_global; i < n; ++i) {
    Symbol *s = o.symbols[i];
    const Nlist &e = o.nlists[i];
    if (!s || !e.is_external())
      continue;
    u64 c = s->claim.load(std::memory_order_relaxed);
    if (claim_index(c) != i || claim_priority(c) != o.priority)
      continue;
    u16 flags = 0;
    Section *section = nullptr;
    u64 value = 0;
    switch (claim_class(c)) {
    case SymClass::Undef:
    case SymClass::UndefWeak:
      break;
    case SymClass::Tentative:
      flags = kSymCommon;
      value = u64(1) << (e.n_desc >> 8 & 0xf); // the alignment, until the symbol is allocated
      break;
    default:
      if (e.type() == N_ABS) {
        flags = kSymAbsolute;
        value = e.n_value;
        break;
      }
      const NativeSection &home = o.native[e.n_sect];
      if (!home.num_subs)
        break;
      u32 sub = o.find_sub(e.n_sect, e.n_value);
      section = &o.subs[sub];
      value = e.n_value - o.sub_address(sub);
      if (home.type() == S_THREAD_LOCAL_VARIABLES)
        flags = kSymTls;
    }
    if (claim_class(c) < SymClass::Lazy) {
      // Of weak definitions one that is visible makes all visible.
      bool hidden = is_hidden(e) || o.hidden;
      if (hidden && claim_class(c) == SymClass::Weak && s->marked(kMarkVisible))
        hidden = false;
      if (hidden)
        s->merge_visibility(Visibility::Hidden);
    }
    s->file = &o;
    s->native = i;
    s->section = section;
    s->value = value;
    s->flags = static_cast<u16>((s->flags & ~kBoundFlags) | flags);
    s->type = e.n_type;
    s->binding = 0;
  }
}

void ObjectReader::reclaim_symbols(Link &, InputFile &f) const {
  auto &o = static_cast<MachObject &>(f);
  for (u32 i = o.first_global; i < o.nlists.size(); ++i)
    if (Symbol *s = o.symbols[i]; s && o.nlists[i].is_external() && s->marked(kMarkReclaim))
      s->offer(make_claim(classify(o, i), o.priority, i));
}

void ObjectReader::report_duplicates(Link &link, InputFile &f) const {
  auto &o = static_cast<MachObject &>(f);
  for (u32 i = o.first_global; i < o.symbols.size(); ++i) {
    Symbol *s = o.symbols[i];
    const Nlist &e = o.nlists[i];
    if (!s || e.is_stab() || !e.is_external() || e.type() == N_UNDF || e.n_desc & N_WEAK_DEF)
      continue;
    u64 c = s->claim.load(std::memory_order_relaxed);
    if ((claim_index(c) == i && claim_priority(c) == o.priority) || claim_class(c) != SymClass::Strong)
      continue;
    link.duplicate(*s, o, i);
  }
}

} // namespace gold::macho
