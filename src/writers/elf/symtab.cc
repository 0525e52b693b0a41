// .symtab, .strtab and .shstrtab (gABI 4.3, "Symbol Table", "String Table").
//
// Only debuggers and profilers read .symtab, yet it is one of the largest tables of an image, so it
// is written by many threads: the files are cut into groups, one pass counts what each group adds,
// prefix sums give each group its places (local symbols must stand before all global ones), and the
// groups are written side by side. .strtab follows the same groups. No name is looked up: a local
// name that occurs in ten files is written ten times, which costs less than finding out.
#include "writers/elf/target.h"

namespace gold::elf {

namespace {

enum class Which : u8 { Locals, Globals };

// --retain-symbols-file
bool is_retained(const Link &link, const Symbol &s) {
  return link.opt.retain_symbols_files.empty() || link.retained_symbols.contains(s.name());
}

bool keep_local(const Link &link, const Symbol &s) {
  if (!is_retained(link, s))
    return false;
  if (s.flags & kSymSection)
    return false;
  if (s.type == STT_FILE)
    return link.opt.discard != DiscardMode::All;
  if (s.section ? !s.section->is_kept() : !s.is_absolute())
    return false;
  if (s.section && s.section->kind == SectionKind::Unwind && !link.is_relocatable())
    return false;
  if (link.opt.discard == DiscardMode::None)
    return true;
  // An addend counts from the symbol to find the piece of a mergeable section: with -r the section's
  // own symbol can't stand for another.
  if (link.is_relocatable() && s.section && s.section->native_flags & SHF_MERGE)
    return true;
  if (link.opt.discard == DiscardMode::All)
    return false;
  if (s.name().starts_with(".L"))
    return link.opt.discard == DiscardMode::Default && !(s.section && s.section->native_flags & SHF_MERGE);
  return s.name_size != 0;
}

bool keep_global(const Link &link, const Symbol &s) {
  if (s.flags & (kSymImported | kSymShared) && !(s.flags & kSymCopied) && s.is_shared())
    return s.needs.load(std::memory_order_relaxed) != 0;
  if (s.is_undefined())
    return s.marked(kMarkRefObject) || s.needs.load(std::memory_order_relaxed) != 0;
  if (!is_retained(link, s))
    return false;
  if (s.is_shared())
    return true;
  if (s.section && !s.section->is_kept())
    return false;
  return !(link.opt.discard == DiscardMode::All && s.is_local() && !link.is_relocatable());
}

InputFile *file_at(const Link &link, u32 i) {
  return i < link.objects.size() ? link.objects[i] : link.shareds[i - link.objects.size()];
}

// Calls fn(symbol) for the symbols that a group of files adds, in the order in which they are written.
template <class F>
void choose(const Link &link, const ElfTarget &target, const SymtabGroup &g, Which which, F &&fn) {
  for (u32 i = g.first_file; i < g.last_file; ++i) {
    const InputFile *f = file_at(link, i);
    if (which == Which::Locals && f->kind == FileKind::Object)
      for (u32 k = 1; k < f->first_global && k < f->symbols.size(); ++k)
        if (const Symbol *s = f->symbols[k]; s && keep_local(link, *s))
          fn(*s);
    for (u32 k = f->first_global; k < f->symbols.size(); ++k)
      if (const Symbol *s = f->symbols[k])
        if (s->file == f && (s->native == k || f->kind == FileKind::Internal))
          if ((s->is_local() && !link.is_relocatable()) == (which == Which::Locals) && keep_global(link, *s))
            fn(*s);
    if (f == link.internal && !link.is_relocatable())
      for (const ElfTarget::LinkerSymbol &l : target.linker_symbols)
        if (l.symbol->file == f && l.symbol->is_local() == (which == Which::Locals) &&
            is_retained(link, *l.symbol))
          fn(*l.symbol);
  }
}

// The symbols that were chosen. They and what they point at are far apart in memory.
template <class F> void each_symbol(const SymtabGroup &g, Which which, F &&fn) {
  constexpr u64 kAhead = 8;
  u64 first = which == Which::Locals ? 0 : g.locals, last = which == Which::Locals ? g.locals : g.kept.size();
  for (u64 i = first; i < last; ++i) {
    if (i + 2 * kAhead < last)
      __builtin_prefetch(g.kept[i + 2 * kAhead]);
    if (i + kAhead < last)
      __builtin_prefetch(g.kept[i + kAhead]->name_data);
    fn(*g.kept[i]);
  }
}

constexpr u64 kGroupSymbols = 20000;

} // namespace

SymtabSection::SymtabSection(ElfTarget &t) : ElfSynthetic(t, ".symtab", SHT_SYMTAB, 0, 8, sizeof(Sym)) {
  table = true;
}

void SymtabSection::plan(Link &link) {
  u32 files = u32(link.objects.size() + link.shareds.size());
  u64 weight = 0;
  for (u32 i = 0; i < files; ++i) {
    if (groups.empty() || weight >= kGroupSymbols) {
      groups.push_back({i, i});
      weight = 0;
    }
    weight += file_at(link, i)->symbols.size() + 100;
    groups.back().last_file = i + 1;
  }
  parallel_for(groups.size(), 1, [&](std::size_t i) {
    SymtabGroup &g = groups[i];
    auto add = [&](u64 &n, u64 &strings) {
      return [&](const Symbol &s) {
        ++n;
        strings += s.name_size ? s.name_size + 1 : 0;
        g.kept.push_back(&s);
      };
    };
    choose(link, target_, g, Which::Locals, add(g.locals, g.local_strings));
    choose(link, target_, g, Which::Globals, add(g.globals, g.strings));
    g.strings += g.local_strings;
  });
  number();
  if (target_.strtab->section.size > ~u32(0))
    link.diag.error("the names of all symbols take more than 4 GiB; use --strip-all or --discard-all");
}

void SymtabSection::number() {
  u64 strings = 1, globals = 0;
  locals = 1 + section_symbols;
  for (SymtabGroup &g : groups) {
    g.local_begin = locals;
    locals += g.locals;
  }
  for (SymtabGroup &g : groups) {
    g.global_begin = locals + globals;
    globals += g.globals;
    g.string_begin = strings;
    strings += g.strings;
  }
  section.size = (locals + globals) * sizeof(Sym);
  target_.strtab->section.size = strings;
}

void SymtabSection::each_index(const std::function<void(const Symbol &, u64)> &fn) const {
  parallel_for(groups.size(), 1, [&](std::size_t i) {
    const SymtabGroup &g = groups[i];
    u64 at = g.local_begin;
    each_symbol(g, Which::Locals, [&](const Symbol &s) { fn(s, at++); });
    at = g.global_begin;
    each_symbol(g, Which::Globals, [&](const Symbol &s) { fn(s, at++); });
  });
}

// Part 0 is the null symbol; then the groups' locals; then their globals.
u64 SymtabSection::part_offset(u32 i) const {
  u64 n = groups.size();
  if (i == 0)
    return 0;
  if (i <= n)
    return groups[i - 1].local_begin * sizeof(Sym);
  if (i <= 2 * n)
    return groups[i - 1 - n].global_begin * sizeof(Sym);
  return section.size;
}

void SymtabSection::write(Link &link, u8 *buf) {
  for (u32 i = 0; i < parts(); ++i)
    write_part(link, i, buf + part_offset(i));
}

void SymtabSection::write_part(Link &link, u32 i, u8 *buf) {
  auto shndx = [&](u64 index, u32 value) {
    if (target_.symtab_shndx)
      target_.symtab_shndx->values[index] = value;
  };
  if (i == 0) {
    std::memset(buf, 0, sizeof(Sym));
    for (u32 k = 1; k <= section_symbols; ++k) {
      bool fits = k < SHN_LORESERVE;
      reinterpret_cast<Sym *>(buf)[k] =
          Sym{0, STT_SECTION, 0, fits ? u16(k) : u16(SHN_XINDEX), link.outputs[k - 1]->addr, 0};
      shndx(k, fits ? 0 : k);
    }
    return;
  }
  u32 n = u32(groups.size());
  Which which = i <= n ? Which::Locals : Which::Globals;
  const SymtabGroup &g = groups[(i - 1) % n];
  u32 name = u32(g.string_begin + (which == Which::Globals ? g.local_strings : 0));
  Sym *out = reinterpret_cast<Sym *>(buf);
  u64 index = which == Which::Locals ? g.local_begin : g.global_begin;
  each_symbol(g, which, [&](const Symbol &s) {
    u32 section = target_.write_symbol(link, s, *out, which == Which::Locals);
    shndx(index++, out->st_shndx == SHN_XINDEX ? section : 0);
    out->st_name = s.name_size ? name : 0;
    name += s.name_size ? s.name_size + 1 : 0;
    ++out;
  });
}

StrtabSection::StrtabSection(ElfTarget &t) : ElfSynthetic(t, ".strtab", SHT_STRTAB, 0, 1) {
  section.size = 1;
  table = true;
}

u32 StrtabSection::parts() const {
  return u32(target_.symtab->groups.size()) + 1;
}
u64 StrtabSection::part_offset(u32 i) const {
  auto &groups = target_.symtab->groups;
  return i == 0 ? 0 : i <= groups.size() ? groups[i - 1].string_begin : section.size;
}
void StrtabSection::write(Link &link, u8 *buf) {
  for (u32 i = 0; i < parts(); ++i)
    write_part(link, i, buf + part_offset(i));
}
void StrtabSection::write_part(Link &, u32 i, u8 *buf) {
  if (i == 0) {
    *buf = 0;
    return;
  }
  auto put = [&](const Symbol &s) {
    if (!s.name_size)
      return;
    std::memcpy(buf, s.name_data, s.name_size);
    buf[s.name_size] = 0;
    buf += s.name_size + 1;
  };
  each_symbol(target_.symtab->groups[i - 1], Which::Locals, put);
  each_symbol(target_.symtab->groups[i - 1], Which::Globals, put);
}

// A symbol as both .symtab and .dynsym hold it, but for st_name.
// Returns the section index, which may be too large for st_shndx.
u32 ElfTarget::write_symbol(Link &link, const Symbol &s, Sym &out, bool local) {
  Place place = place_of(link, s);
  u8 type = s.type, binding = s.binding;
  u64 size = 0;
  u8 other = 0;
  if (s.file && s.file->kind == FileKind::Object) {
    auto &o = static_cast<const ElfObject &>(*s.file);
    if (s.native < o.esyms.size()) {
      size = o.esyms[s.native].st_size;
      other = o.esyms[s.native].st_other & ~3; // psABI bits
      type = o.esyms[s.native].type();
      binding = o.esyms[s.native].bind();
    }
  } else if (auto *so = as_shared(s.file); so && s.native < so->esyms.size()) {
    type = so->esyms[s.native].type();
    binding = so->esyms[s.native].bind();
    if (s.flags & kSymCopied)
      size = so->esyms[s.native].st_size;
    if (elf_arch.info.machine == EM_AARCH64)
      other = so->esyms[s.native].st_other & STO_AARCH64_VARIANT_PCS;
  }
  if (s.is_undefined())
    binding = s.is_undef_weak() ? STB_WEAK : STB_GLOBAL, size = 0;
  else if (s.is_shared() && !(s.flags & kSymCopied)) // the reference's, not the definition's
    binding = s.marked(kMarkStrongRef) ? STB_GLOBAL : STB_WEAK;
  else if (s.is_shared() && binding == STB_GNU_UNIQUE)
    binding = STB_GLOBAL;
  if (place.shndx == kCommon)
    size = s.aux ? link.aux[s.aux].copy_offset : size;
  if (type == STT_COMMON)
    type = STT_OBJECT;
  if (type == STT_SECTION && !local)
    type = STT_NOTYPE;
  if (type == STT_GNU_IFUNC && (s.is_shared() || canonical_plt(s)))
    type = STT_FUNC;
  if (binding == STB_GNU_UNIQUE && !link.opt.gnu_unique)
    binding = STB_GLOBAL;
  if (binding == STB_LOCAL && !local)
    binding = STB_GLOBAL;
  out.st_info = u8((local ? u8(STB_LOCAL) : binding) << 4 | (type & 15));
  u8 vis = local && s.klass() == SymClass::None ? 0 : u8(s.vis()); // of a true local: not kept
  // Visibility as gABI numbers it; the model's is ordered by strength.
  static constexpr u8 kVisibility[] = {STV_DEFAULT, STV_PROTECTED, STV_HIDDEN, STV_INTERNAL};
  out.st_other = u8(other | (s.is_shared() ? 0 : kVisibility[vis]));
  out.st_shndx = place.shndx == kAbsolute       ? u16(SHN_ABS)
                 : place.shndx == kCommon       ? u16(SHN_COMMON)
                 : place.shndx >= SHN_LORESERVE ? u16(SHN_XINDEX)
                                                : u16(place.shndx);
  out.st_value = place.value;
  out.st_size = size;
  return place.shndx;
}

ShstrtabSection::ShstrtabSection(ElfTarget &t) : StringTable(t, ".shstrtab", SHT_STRTAB, 0, 1) {
  table = true;
}

bool ShstrtabSection::update(Link &link) {
  u64 before = section.size;
  for (OutputSection *o : link.outputs)
    add(o->name);
  return section.size != before;
}

u32 StringTable::add(std::string_view s) {
  if (s.empty())
    return 0;
  auto at = std::lower_bound(strings_.begin(), strings_.end(), s,
                             [](auto &e, std::string_view v) { return e.first < v; });
  if (at != strings_.end() && at->first == s)
    return at->second;
  u32 offset = u32(bytes_.size());
  strings_.insert(at, {std::string(s), offset});
  bytes_.append(s);
  bytes_.push_back('\0');
  section.size = bytes_.size();
  return offset;
}

u32 StringTable::find(std::string_view s) const {
  auto at = std::lower_bound(strings_.begin(), strings_.end(), s,
                             [](auto &e, std::string_view v) { return e.first < v; });
  return at != strings_.end() && at->first == s ? at->second : 0;
}

void StringTable::write(Link &, u8 *buf) {
  std::memcpy(buf, bytes_.data(), bytes_.size());
}

} // namespace gold::elf
