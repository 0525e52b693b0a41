// Symbols of a COFF object ("COFF Symbol Table"): claims while reading, binding afterwards.
//
// Local and global symbols are mixed, so all of a file's symbols count as global for the passes
// (first_global is 0), and a local one shows by its flag. Names are interned in batches, as the ELF
// reader explains.
#include "readers/coff/parts.h"
#include "readers/wrap.h"

#include <algorithm>
#include <bit>

namespace gold::coff {

namespace {

// Class of a global symbol's claim; None for what is no definition and no reference. Checks its
// section number.
SymClass classify(const CoffObject &o, const Sym &s, u32 i) {
  if (s.section > 0) {
    if (static_cast<u32>(s.section) > o.shdrs.size())
      throw InputError("symbol " + std::to_string(i) + " is in section " + std::to_string(s.section) +
                       ", which is not there");
    return s.storage_class == kClassGnuWeak ? SymClass::Weak : SymClass::Strong;
  }
  switch (s.section) {
  case IMAGE_SYM_UNDEFINED:
    if (s.is_weak()) {
      if (s.aux == 0)
        throw InputError("weak external symbol " + std::to_string(i) + " has no auxiliary record");
      auto &aux = o.aux<AuxWeakExternal>(i);
      if (aux.TagIndex >= o.num_symbols)
        throw InputError("weak external symbol " + std::to_string(i) +
                         " stands for a symbol that is not there");
      return aux.Characteristics == IMAGE_WEAK_EXTERN_SEARCH_LIBRARY ? SymClass::Fallback : SymClass::Weak;
    }
    return s.is_common()                      ? SymClass::Common
           : s.storage_class == kClassGnuWeak ? SymClass::UndefWeak
                                              : SymClass::Undef;
  case IMAGE_SYM_ABSOLUTE:
    return SymClass::Strong;
  case IMAGE_SYM_DEBUG:
    return SymClass::None;
  default:
    throw InputError("symbol " + std::to_string(i) + " has the unknown special section number " +
                     std::to_string(s.section));
  }
}

void check_lto(std::string_view name) {
  if (name == "__gnu_lto_slim")
    throw InputError("GCC LTO object without machine code: link-time optimization is not supported yet, "
                     "compile with -ffat-lto-objects or without -flto");
}

u8 marks_of(SymClass c) {
  return c == SymClass::Undef || c == SymClass::Fallback ? kMarkRefObject | kMarkStrongRef : kMarkRefObject;
}

void intern_globals(Link &link, CoffObject &o) {
  const bool wrap = !link.opt.wrap.empty();
  struct Named {
    u32 index;
    SymClass klass;
  };
  auto batch = intern_batch<Named>(link.symbols, [&](Symbol &s, Named n) {
    o.symbols[n.index] = &s;
    s.mark(marks_of(n.klass));
    s.offer(make_claim(n.klass, o.priority, n.index));
  });
  auto add = [&](u32 i, std::string_view name, SymClass c) {
    if (wrap && c == SymClass::Undef)
      name = wrapped_name(link.opt, name);
    batch.add(name, {i, c});
  };
  for (u32 i = 0; i < o.num_symbols; ++i) {
    Sym s = o.sym(i);
    if (s.aux >= o.num_symbols - i)
      throw InputError("the auxiliary records of symbol " + std::to_string(i) +
                       " reach beyond the symbol table");
    if (s.is_global())
      if (SymClass c = classify(o, s, i); c != SymClass::None) {
        std::string_view name = symbol_name(o.strtab, s.raw);
        if (c == SymClass::Common) [[unlikely]]
          check_lto(name);
        add(i, name, c);
      }
    i += s.aux;
  }
  for (u32 k = 0; k < o.extra_names.size(); ++k)
    add(o.num_symbols + k, o.extra_names[k], SymClass::Undef);
  batch.flush();
}

bool is_lost(const std::vector<u8> &lost, const Sym &s) {
  return !lost.empty() && s.section > 0 && lost[static_cast<u32>(s.section)];
}

u8 common_p2align(const CoffObject &o, std::string_view name, u64 size) {
  u8 p2 = 0;
  for (auto &[symbol, align] : o.common_aligns)
    if (symbol == name)
      p2 = std::max(p2, align);
  // Without a directive: the size, as far as any type wants it.
  return std::max(p2, static_cast<u8>(std::countr_zero(std::bit_ceil(std::min<u64>(size, 32)))));
}

constexpr u16 kBoundFlags = kSymFunction | kSymAbsolute | kSymShared | kSymCommon | kSymImported;

} // namespace

u64 ObjectReader::count_symbols(const InputFile &f) const {
  if (is_import_object(f.bytes))
    return 2;
  if (is_definition_file(f.bytes))
    return f.bytes.size() / 2 + 1;
  Tables t = read_tables(f.bytes);
  CoffObject o;
  o.big = t.big;
  o.symtab = t.symtab;
  u64 n = count_directives(f.bytes, t.shdrs), comdats = 0;
  for (u32 i = 0; i < t.num_symbols; ++i) {
    Sym s = o.sym(i);
    n += s.is_global();
    i += s.aux;
  }
  for (const SectionHeader &h : t.shdrs)
    comdats += (h.Characteristics & IMAGE_SCN_LNK_COMDAT) != 0;
  return std::max(n, comdats); // groups have a table of their own
}

void ObjectReader::parse_symbols(Link &link, InputFile &f) const {
  auto &o = static_cast<CoffObject &>(f);
  if (is_import_object(o.bytes))
    return parse_import_object(link, o);
  if (is_definition_file(o.bytes)) {
    parse_definition_file(o);
    o.symbols = Arena::array<Symbol *>(o.extra_names.size());
    return intern_globals(link, o);
  }
  Tables t = read_tables(o.bytes);
  o.machine = t.machine;
  o.big = t.big;
  o.shdrs = t.shdrs;
  o.symtab = t.symtab;
  o.num_symbols = t.num_symbols;
  o.strtab = t.strtab;
  for (const SectionHeader &h : o.shdrs)
    if (std::memcmp(h.Name, ".drectve", 8) == 0)
      read_directives(o, o.bytes.sub(h.PointerToRawData, h.SizeOfRawData, ".drectve").str(), link);
  for (auto &[symbol, other] : o.alternates)
    o.extra_names.push_back(other);
  o.symbols = Arena::array<Symbol *>(u64(o.num_symbols) + o.extra_names.size());
  intern_globals(link, o);
  read_groups(link, o);
}

void ObjectReader::bind_symbols(Link &, InputFile &f) const {
  auto &o = static_cast<CoffObject &>(f);
  if (o.kind == FileKind::Shared)
    return bind_imports(o);
  auto &lost = lost_sections(o);
  o.orphans.clear();
  o.weak_aliases.clear();
  for (u32 i = 0; i < o.symbols.size(); ++i) {
    Symbol *s = o.symbols[i];
    if (!s)
      continue;
    u64 c = s->claim.load(std::memory_order_relaxed); // first: the flags are the claimant's to touch
    if (claim_index(c) != i || claim_priority(c) != o.priority || s->is_local())
      continue;
    u16 flags = 0;
    Section *section = nullptr;
    u64 value = 0;
    if (i < o.num_symbols) {
      Sym e = o.sym(i);
      flags = e.type == kTypeFunction ? kSymFunction : 0;
      if (claim_class(c) == SymClass::Common) {
        flags |= kSymCommon;
        value = u64(1) << common_p2align(o, s->name(), e.value); // the alignment, until it is allocated
      } else if (e.section > 0) {
        if (is_lost(lost, e)) {
          o.orphans.push_back(s);
        } else {
          section = o.sections[static_cast<u32>(e.section)];
          value = section ? e.value : 0;
        }
      } else if (e.section == IMAGE_SYM_ABSOLUTE) {
        flags |= kSymAbsolute;
        value = e.value;
      } else if (claim_class(c) == SymClass::Weak || claim_class(c) == SymClass::Fallback) {
        o.weak_aliases.push_back(i);
      }
      s->type = e.type == kTypeFunction;
      s->binding = e.storage_class;
    }
    s->file = &o;
    s->native = i;
    s->section = section;
    s->value = value;
    s->flags = static_cast<u16>((s->flags & ~kBoundFlags) | flags);
  }
}

void ObjectReader::reclaim_symbols(Link &link, InputFile &f) const {
  auto &o = static_cast<CoffObject &>(f);
  if (o.kind == FileKind::Shared)
    return claim_imports(link, o);
  auto &lost = lost_sections(o);
  for (u32 i = 0; i < o.symbols.size(); ++i) {
    Symbol *s = o.symbols[i];
    if (!s || s->is_local() || !s->marked(kMarkReclaim))
      continue;
    SymClass c = SymClass::Undef; // also what is left of a lost definition: a reference
    if (i < o.num_symbols)
      if (Sym e = o.sym(i); !is_lost(lost, e))
        c = classify(o, e, i);
    s->offer(make_claim(c, o.priority, i));
  }
}

void ObjectReader::report_duplicates(Link &link, InputFile &f) const {
  auto &o = static_cast<CoffObject &>(f);
  if (o.kind == FileKind::Shared)
    return;
  auto &lost = lost_sections(o);
  // Selections of lost sections that ask for more than one copy to stay, by section number.
  static thread_local std::vector<u8> strict;
  strict.clear();
  for (std::size_t g = 0; g < o.groups.size(); ++g)
    if (u8 selection = o.selections[g]; selection != IMAGE_COMDAT_SELECT_ANY &&
                                        selection != IMAGE_COMDAT_SELECT_LARGEST &&
                                        !o.groups[g].group->owned_by(o.priority)) {
      strict.resize(o.shdrs.size() + 1);
      strict[o.groups[g].native] = selection;
    }
  for (u32 i = 0; i < o.num_symbols; ++i) {
    Symbol *s = o.symbols[i];
    if (!s || s->is_local())
      continue;
    Sym e = o.sym(i);
    if (!e.is_external() || (e.section <= 0 && e.section != IMAGE_SYM_ABSOLUTE))
      continue;
    u64 c = s->claim.load(std::memory_order_relaxed);
    if ((claim_index(c) == i && claim_priority(c) == o.priority) || claim_class(c) != SymClass::Strong)
      continue;
    const InputFile &winner = *link.files[claim_priority(c)];
    if (winner.kind != FileKind::Object || !winner.live)
      continue;
    auto &w = static_cast<const CoffObject &>(winner);
    Sym we = w.sym(claim_index(c));
    auto comdat = [](const CoffObject &file, const Sym &sym) {
      return sym.section > 0 &&
             file.shdrs[static_cast<u32>(sym.section) - 1].Characteristics & IMAGE_SCN_LNK_COMDAT;
    };
    if (comdat(o, e) && comdat(w, we) && is_lost(lost, e)) {
      if (s->section && !strict.empty() && strict[static_cast<u32>(e.section)])
        check_selection(link, o, static_cast<u32>(e.section), strict[static_cast<u32>(e.section)],
                        *s->section, *s);
      continue;
    }
    if (e.section == IMAGE_SYM_ABSOLUTE && we.section == IMAGE_SYM_ABSOLUTE && e.value == we.value)
      continue;
    link.duplicate(*s, o, i);
  }
}

void make_locals(Link &link, CoffObject &o) {
  const bool want_names = link.opt.strip != StripMode::All;
  u64 count = 0;
  auto is_local = [](const Sym &s) {
    return !s.is_global() && s.section != IMAGE_SYM_DEBUG && s.section != IMAGE_SYM_UNDEFINED;
  };
  for (u32 i = 0; i < o.num_symbols; ++i) {
    Sym s = o.sym(i);
    count += is_local(s);
    i += s.aux;
  }
  auto locals = Arena::array<Symbol>(count);
  std::size_t next = 0;
  for (u32 i = 0; i < o.num_symbols; ++i) {
    Sym e = o.sym(i);
    u32 at = i;
    i += e.aux;
    if (!is_local(e))
      continue;
    Symbol &s = locals[next++];
    o.symbols[at] = &s;
    u16 flags = kSymLocal | (e.type == kTypeFunction ? kSymFunction : 0);
    if (e.section > 0) {
      if (static_cast<u32>(e.section) > o.shdrs.size())
        throw InputError("symbol " + std::to_string(at) + " is in section " + std::to_string(e.section) +
                         ", which is not there");
      s.section = o.sections[static_cast<u32>(e.section)];
      s.value = s.section ? e.value : 0;
      if ((e.storage_class == IMAGE_SYM_CLASS_STATIC && e.aux && e.type != kTypeFunction) ||
          e.storage_class == IMAGE_SYM_CLASS_SECTION)
        flags |= kSymSection;
    } else if (e.section == IMAGE_SYM_ABSOLUTE) {
      flags |= kSymAbsolute;
      s.value = e.value;
    } else {
      throw InputError("symbol " + std::to_string(at) + " has the unknown special section number " +
                       std::to_string(e.section));
    }
    if (want_names || !s.section) {
      std::string_view name = symbol_name(o.strtab, e.raw);
      s.name_data = name.data();
      s.name_size = static_cast<u32>(name.size());
    }
    s.file = &o;
    s.native = at;
    s.type = e.type == kTypeFunction;
    s.binding = e.storage_class;
    s.flags = flags;
    s.claim.store(make_claim(SymClass::Strong, o.priority, at), std::memory_order_relaxed);
  }
}

} // namespace gold::coff
