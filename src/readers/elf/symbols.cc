// Symbols of an object (gABI chapter 4, "Symbol Table"): claims while reading, binding afterwards.
//
// Interning a name is the most frequent thing that a linker does, and what it costs is cache misses:
// of the table's slot, of the symbol it points to. So names are taken in batches: hash all, ask for
// all slots, ask for all symbols, and only then intern.
#include "readers/elf/object_parts.h"
#include "readers/wrap.h"

#include <algorithm>

namespace gold::elf {
namespace {

Visibility visibility(const Sym &e) {
  static constexpr Visibility map[] = {Visibility::Default, Visibility::Internal, Visibility::Hidden,
                                       Visibility::Protected};
  return map[e.visibility()];
}

// Class of a global symbol's claim; checks its section index.
SymClass classify(const ElfObject &o, u32 i) {
  const Sym &e = o.esyms[i];
  u8 bind = e.bind();
  if (bind != STB_GLOBAL && bind != STB_WEAK && bind != STB_GNU_UNIQUE)
    throw InputError("symbol " + std::to_string(i) + " among the global ones has binding " +
                     std::to_string(bind));
  if (e.st_shndx == SHN_UNDEF)
    return bind == STB_WEAK ? SymClass::UndefWeak : SymClass::Undef;
  if (o.is_common(i))
    return SymClass::Common;
  if (o.in_section(i)) {
    if (u32 x = o.shndx(i); x == 0 || x >= o.shdrs.size())
      throw InputError("symbol " + std::to_string(i) + " is in section " + std::to_string(x) +
                       ", which is not there");
  } else if (e.st_shndx != SHN_ABS) {
    throw InputError("symbol " + std::to_string(i) + " has the unknown special section index " +
                     std::to_string(e.st_shndx));
  }
  return bind == STB_WEAK ? SymClass::Weak : SymClass::Strong;
}

// Names with a version, as gas writes them for .symver: the key, and the version remembered.
std::string_view versioned(Link &link, ElfObject &o, u32 i, std::string_view name, std::size_t at) {
  bool is_default = name.substr(at).starts_with("@@");
  std::string_view version = name.substr(at + (name.substr(at).starts_with("@@@") ? 3 : is_default ? 2 : 1));
  if (at == 0 || version.empty())
    return name;
  o.symvers.emplace_back(i, version);
  if (is_default)
    return name.substr(0, at);
  if (o.esyms[i].st_shndx == SHN_UNDEF)
    link.has_versioned_refs.store(true, std::memory_order_relaxed);
  return name;
}

} // namespace

void intern_globals(Link &link, ElfObject &o) {
  u32 n = static_cast<u32>(o.esyms.size());
  o.symbols = Arena::array<Symbol *>(n);
  const bool wrap = !link.opt.wrap.empty();
  auto batch = intern_batch<u32>(link.symbols, [&](Symbol &s, u32 i) {
    SymClass c = classify(o, i);
    o.symbols[i] = &s;
    if (Visibility v = visibility(o.esyms[i]); v != Visibility::Default)
      s.merge_visibility(v);
    s.mark(c == SymClass::Undef ? kMarkRefObject | kMarkStrongRef : kMarkRefObject);
    if (c == SymClass::Common) [[unlikely]]
      link.has_commons.store(true, std::memory_order_relaxed);
    s.offer(make_claim(c, o.priority, i));
  });
  for (u32 i = o.first_global; i < n; ++i) {
    const Sym &e = o.esyms[i];
    std::string_view name = string_at(o.strtab, e.st_name, "name of a symbol");
    if (auto at = name.find('@'); at != name.npos) [[unlikely]]
      name = versioned(link, o, i, name, at);
    if (wrap && e.st_shndx == SHN_UNDEF)
      name = wrapped_name(link.opt, name);
    batch.add(name, i);
  }
  batch.flush();
  for (auto &[i, version] : o.symvers)
    if (o.symbols[i]->name().find('@') != std::string_view::npos)
      o.symbols[i]->mark(kMarkVersionHidden);
}

namespace {

// Global symbols of an object by their sections, made when first asked for.
class GlobalsBySection {
public:
  explicit GlobalsBySection(const ElfObject &o) : o_(o) {}

  // The name that a .gnu.linkonce.KIND.NAME section is about, if the section defines it: then a section group
  // of that signature holds the same, and of both one survives. "" if not.
  std::string_view linkonce_signature(u32 index, std::string_view section) {
    constexpr std::size_t kPrefix = std::string_view(".gnu.linkonce.").size();
    std::size_t dot = section.find('.', kPrefix);
    std::string_view name = dot == section.npos ? std::string_view() : section.substr(dot + 1);
    if (name.empty())
      return name;
    if (symbols_.empty()) {
      for (u32 i = o_.first_global; i < o_.esyms.size(); ++i)
        if (o_.in_section(i))
          symbols_.emplace_back(o_.shndx(i), i);
      std::sort(symbols_.begin(), symbols_.end());
    }
    for (auto it = std::lower_bound(symbols_.begin(), symbols_.end(), std::pair(index, u32(0)));
         it != symbols_.end() && it->first == index; ++it)
      if (string_at(o_.strtab, o_.esyms[it->second].st_name, "name of a symbol") == name)
        return name;
    return {};
  }

private:
  const ElfObject &o_;
  std::vector<std::pair<u32, u32>> symbols_;
};

// SHT_GROUP sections with GRP_COMDAT, and the older .gnu.linkonce sections, groups of one.
void read_groups(Link &link, ElfObject &o) {
  u32 n = static_cast<u32>(o.shdrs.size());
  u64 linkonce = 0;
  GlobalsBySection globals(o);
  for (u32 i = 1; i < n; ++i) {
    const Shdr &sh = o.shdrs[i];
    u32 type = sh.sh_type;
    if (type == SHT_GROUP) {
      auto words = o.bytes.array<ul32>(sh.sh_offset, sh.sh_size / 4, "section group");
      if (words.empty())
        throw InputError("section group " + std::to_string(i) + " is empty", sh.sh_offset);
      for (u32 m : words.subspan(1))
        if (m == 0 || m >= n || m == i)
          throw InputError("section group " + std::to_string(i) + " has a member that is not there",
                           sh.sh_offset);
      if (!(words[0] & GRP_COMDAT))
        continue;
      if (sh.sh_link != o.symtab_index || sh.sh_info >= o.esyms.size())
        throw InputError("section group " + std::to_string(i) + " has no signature", sh.sh_offset);
      const Sym &e = o.esyms[sh.sh_info];
      std::string_view name;
      if (e.type() == STT_SECTION && o.in_section(sh.sh_info)) {
        u32 x = o.shndx(sh.sh_info);
        if (x >= n)
          throw InputError("section group " + std::to_string(i) + " has no signature", sh.sh_offset);
        name = section_name(o, x);
      } else {
        name = string_at(o.strtab, e.st_name, "name of a symbol");
      }
      o.groups.push_back({link.groups.intern(name), words.subspan(1), i});
    } else if (type == SHT_PROGBITS || type == SHT_NOBITS) {
      std::string_view name = section_name(o, i);
      if (!name.starts_with(".gnu.l")) [[likely]]
        continue;
      if (name.starts_with(".gnu.lto_")) {
        o.has_lto_sections = true;
      } else if (name.starts_with(".gnu.linkonce.") && !(sh.sh_flags & SHF_GROUP)) {
        if ((linkonce += 2) > (o.esyms.size() - o.first_global) + 8) // what count_symbols made room for
          throw InputError("too many .gnu.linkonce sections", sh.sh_offset);
        auto member = Arena::array<ul32>(1);
        member[0] = i;
        o.groups.push_back({link.groups.intern(name), member, i});
        if (std::string_view about = globals.linkonce_signature(i, name); !about.empty())
          o.groups.push_back({link.groups.intern(about), member, i});
      }
    }
  }
}

void check_lto(const ElfObject &o) {
  for (const Sym &e : o.esyms)
    if (e.st_name < o.strtab.size() && std::strcmp(o.strtab.data() + e.st_name, "__gnu_lto_slim") == 0)
      throw InputError("GCC LTO object without machine code: link-time optimization is not supported yet, "
                       "compile with -ffat-lto-objects or without -flto");
}

bool is_lost(const std::vector<u8> &lost, const ElfObject &o, u32 i) {
  return !lost.empty() && o.in_section(i) && lost[o.shndx(i)];
}

u16 type_flags(const Sym &e) {
  switch (e.type()) {
  case STT_FUNC:
    return kSymFunction;
  case STT_GNU_IFUNC:
    return kSymFunction | kSymIfunc;
  case STT_TLS:
    return kSymTls;
  default:
    return 0;
  }
}

constexpr u16 kBoundFlags =
    kSymFunction | kSymTls | kSymIfunc | kSymAbsolute | kSymShared | kSymUnique | kSymCommon;

} // namespace

u64 ObjectReader::count_symbols(const InputFile &f) const {
  SectionTable t = read_section_table(f.bytes, ET_REL);
  u64 n = 8; // of .gnu.linkonce sections without a symbol
  for (const Shdr &sh : t.shdrs) {
    u32 type = sh.sh_type;
    if (type == SHT_SYMTAB) {
      if (!f.bytes.contains(sh.sh_offset, sh.sh_size))
        throw InputError("the symbol table reaches beyond the end of the file", sh.sh_offset);
      u64 all = sh.sh_size / sizeof(Sym);
      n += all - std::min<u64>(all, sh.sh_info);
    } else if (type == SHT_GROUP) {
      ++n;
    }
  }
  return n;
}

void ObjectReader::parse_symbols(Link &link, InputFile &f) const {
  auto &o = static_cast<ElfObject &>(f);
  read_headers(o);
  Arch arch = link.target ? link.target->arch() : link.opt.arch;
  if (arch != Arch::Unknown && (arch == Arch::X86_64) != (o.machine == EM_X86_64))
    throw InputError(std::string("an object for ") + (o.machine == EM_X86_64 ? "x86-64" : "AArch64") +
                     " can't be linked into an image for " + (arch == Arch::X86_64 ? "x86-64" : "AArch64"));
  read_groups(link, o);
  if (o.has_lto_sections)
    check_lto(o);
  intern_globals(link, o);
}

void ObjectReader::bind_symbols(Link &, InputFile &f) const {
  auto &o = static_cast<ElfObject &>(f);
  auto &lost = lost_sections(o);
  o.orphans.clear();
  u32 n = static_cast<u32>(o.esyms.size());
  for (u32 i = o.first_global; i < n; ++i) {
    Symbol *s = o.symbols[i];
    u64 c = s->claim.load(std::memory_order_relaxed);
    if (claim_index(c) != i || claim_priority(c) != o.priority)
      continue;
    const Sym &e = o.esyms[i];
    u16 flags = type_flags(e);
    Section *section = nullptr;
    u64 value = 0;
    switch (claim_class(c)) {
    case SymClass::Undef:
    case SymClass::UndefWeak:
      break;
    case SymClass::Common:
      flags |= kSymCommon;
      value = e.st_value; // the alignment, until the symbol is allocated
      break;
    default:
      value = e.st_value;
      if (e.st_shndx == SHN_ABS) {
        flags |= kSymAbsolute;
      } else {
        if (is_lost(lost, o, i)) {
          o.orphans.push_back(s);
          value = 0;
        } else {
          section = o.sections[o.shndx(i)];
          if (!section)
            value = 0; // of a section that isn't laid out
        }
      }
      if (e.bind() == STB_GNU_UNIQUE)
        flags |= kSymUnique;
    }
    s->file = &o;
    s->native = i;
    s->section = section;
    s->value = value;
    s->flags = static_cast<u16>((s->flags & ~kBoundFlags) | flags);
    s->type = e.type();
    s->binding = e.bind();
  }
}

void ObjectReader::reclaim_symbols(Link &, InputFile &f) const {
  auto &o = static_cast<ElfObject &>(f);
  auto &lost = lost_sections(o);
  u32 n = static_cast<u32>(o.esyms.size());
  for (u32 i = o.first_global; i < n; ++i) {
    Symbol *s = o.symbols[i];
    if (!s->marked(kMarkReclaim))
      continue;
    SymClass c = classify(o, i);
    if (is_lost(lost, o, i)) // what is left is a reference
      c = o.esyms[i].bind() == STB_WEAK ? SymClass::UndefWeak : SymClass::Undef;
    s->offer(make_claim(c, o.priority, i));
  }
}

namespace {
Mention mention_of(const Sym &e, bool common) {
  bool weak = e.bind() == STB_WEAK;
  if (e.st_shndx == SHN_UNDEF)
    return weak ? Mention::WeakReference : Mention::Reference;
  return common ? Mention::Common : weak ? Mention::WeakDefinition : Mention::Definition;
}
} // namespace

Mention ObjectReader::mention(const InputFile &f, u32 i) const {
  auto &o = static_cast<const ElfObject &>(f);
  return i < o.esyms.size() ? mention_of(o.esyms[i], o.is_common(i)) : Mention::None;
}

Mention ObjectReader::mention_unread(const InputFile &f, std::string_view name) const {
  ElfObject o;
  o.bytes = f.bytes;
  if (!is_object(f.bytes))
    return Mention::None;
  read_headers(o);
  for (u32 i = o.first_global; i < o.esyms.size(); ++i)
    if (string_at(o.strtab, o.esyms[i].st_name, "name of a symbol") == name)
      return mention_of(o.esyms[i], o.is_common(i));
  return Mention::None;
}

void ObjectReader::report_duplicates(Link &link, InputFile &f) const {
  auto &o = static_cast<ElfObject &>(f);
  auto &lost = lost_sections(o);
  u32 n = static_cast<u32>(o.symbols.size());
  for (u32 i = o.first_global; i < n; ++i) {
    const Sym &e = o.esyms[i];
    if (e.st_shndx == SHN_UNDEF || e.bind() == STB_WEAK || o.is_common(i))
      continue;
    Symbol *s = o.symbols[i];
    u64 c = s->claim.load(std::memory_order_relaxed);
    if ((claim_index(c) == i && claim_priority(c) == o.priority) || claim_class(c) != SymClass::Strong ||
        is_lost(lost, o, i))
      continue;
    const InputFile &winner = *link.files[claim_priority(c)];
    if (winner.kind != FileKind::Object || (&winner == &o && o.same_place(i, claim_index(c))))
      continue;
    link.duplicate(*s, o, i);
  }
}

void make_locals(Link &link, ElfObject &o) {
  if (o.esyms.empty())
    return;
  const bool want_names = link.opt.strip != StripMode::All;
  auto make = [&](u16 flags) -> Symbol & {
    auto &s = Arena::array<Symbol>(1)[0];
    s.file = &o;
    s.flags = kSymLocal | flags;
    s.name_data = "";
    s.claim.store(make_claim(SymClass::Strong, o.priority, 0), std::memory_order_relaxed);
    return s;
  };
  o.symbols[0] = &make(kSymAbsolute);
  // In C++ half of the local symbols are those of sections that are not linked: one stands for all.
  Symbol *lost = nullptr;
  for (u32 i = 1; i < o.first_global; ++i) {
    const Sym &e = o.esyms[i];
    if (e.bind() != STB_LOCAL)
      throw InputError("symbol " + std::to_string(i) + " among the local ones has binding " +
                       std::to_string(e.bind()));
    if (e.st_name >= o.strtab.size() && (e.st_name || !o.strtab.empty()))
      throw InputError("name of a symbol lies outside of its string table", e.st_name);
    if (u32 x = o.in_section(i) ? o.shndx(i) : 0;
        x && x < o.sections.size() && !o.sections[x] && !link.is_relocatable()) {
      if (!lost)
        lost = &make(kSymSection);
      o.symbols[i] = lost;
      continue;
    }
    Symbol &s = make(0);
    o.symbols[i] = &s;
    s.name_data = o.strtab.empty() ? "" : o.strtab.data() + e.st_name;
    if (want_names)
      s.name_size = static_cast<u32>(std::strlen(s.name_data));
    s.native = i;
    s.type = e.type();
    s.binding = STB_LOCAL;
    u16 flags = kSymLocal | type_flags(e);
    SymClass c = SymClass::Strong;
    if (o.in_section(i)) {
      u32 x = o.shndx(i);
      if (x == 0 || x >= o.shdrs.size())
        throw InputError("symbol " + std::to_string(i) + " is in section " + std::to_string(x) +
                         ", which is not there");
      s.section = o.sections[x];
      if (s.section) {
        s.value = e.st_value;
        if (e.type() == STT_SECTION) {
          s.name_data = s.section->name_data;
          s.name_size = s.section->name_size;
        }
      }
      if (e.type() == STT_SECTION)
        flags |= kSymSection;
    } else if (e.st_shndx == SHN_ABS) {
      flags |= kSymAbsolute;
      s.value = e.st_value;
    } else if (e.st_shndx == SHN_UNDEF) {
      c = SymClass::Undef;
    } else {
      throw InputError("local symbol " + std::to_string(i) + " has the special section index " +
                       std::to_string(e.st_shndx));
    }
    s.flags = flags;
    s.visibility.store(u8(visibility(e)), std::memory_order_relaxed);
    s.claim.store(make_claim(c, o.priority, i), std::memory_order_relaxed);
  }
}

} // namespace gold::elf
