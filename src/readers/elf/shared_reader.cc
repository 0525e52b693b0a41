// Shared objects (gABI chapter 5, "Dynamic Section"; "Symbol Versioning" of the LSB).
//
// The dynamic symbol table is found by its section header or, where those were stripped, by
// PT_DYNAMIC, as the loader finds it. A definition claims its name as SymClass::Lazy, like an
// archive member: the earlier on the command line wins. The default version of foo claims the key
// `foo`, any other `foo@VERSION`.
#include "readers/elf/shared_reader.h"

#include "readers/elf/object_parts.h"

#include <algorithm>

namespace gold::elf {
namespace {

// Where the tables of a shared object are.
struct Tables {
  std::span<const Sym> syms;
  std::string_view strtab;
  std::span<const ul16> versym;
  ByteView verdef; // empty: none
  std::string_view verdef_names;
  std::span<const Dyn> dynamic;
  u32 first_global = 1;
};

std::span<const Phdr> program_headers(ByteView b) {
  auto &eh = b.at<Ehdr>(0, "ELF header");
  if (eh.e_phoff == 0 || eh.e_phnum == 0)
    return {};
  if (eh.e_phentsize != sizeof(Phdr))
    throw InputError("unexpected size of a program header", 54);
  return b.array<Phdr>(eh.e_phoff, eh.e_phnum, "program headers");
}

// Contents of the image from `addr` to the end of its segment.
ByteView at_address(ByteView b, std::span<const Phdr> phdrs, u64 addr, const char *what) {
  for (const Phdr &ph : phdrs) {
    if (ph.p_type != PT_LOAD || addr < ph.p_vaddr || addr - ph.p_vaddr >= ph.p_filesz)
      continue;
    return b.sub(ph.p_offset, ph.p_filesz, "segment").from(addr - ph.p_vaddr, what);
  }
  throw InputError(std::string(what) + " lies in no segment", addr);
}

// Number of dynamic symbols by the hash tables, for files without section headers.
u64 count_by_hash(ByteView b, std::span<const Phdr> phdrs, u64 hash, u64 gnu_hash) {
  if (hash) {
    ByteView t = at_address(b, phdrs, hash, "hash table");
    return t.at<ul32>(4, "hash table");
  }
  if (!gnu_hash)
    return 0;
  ByteView t = at_address(b, phdrs, gnu_hash, "hash table");
  u32 nbuckets = t.at<ul32>(0, "hash table"), symoffset = t.at<ul32>(4, "hash table"),
      bloom = t.at<ul32>(8, "hash table");
  u64 at = 16 + u64(bloom) * 8;
  u32 last = 0;
  for (u32 v : t.array<ul32>(at, nbuckets, "hash table"))
    last = std::max(last, v);
  if (last < symoffset)
    return symoffset;
  ByteView chain = t.from(at + u64(nbuckets) * 4, "hash table");
  for (u64 i = last - symoffset;; ++i, ++last)
    if (chain.at<ul32>(i * 4, "hash table") & 1)
      return u64(last) + 1;
}

Tables find_by_segments(ByteView b) {
  Tables t;
  auto phdrs = program_headers(b);
  for (const Phdr &ph : phdrs)
    if (ph.p_type == PT_DYNAMIC)
      t.dynamic = b.array<Dyn>(ph.p_offset, ph.p_filesz / sizeof(Dyn), "dynamic section");
  u64 symtab = 0, strtab = 0, strsz = 0, hash = 0, gnu_hash = 0, versym = 0, verdef = 0;
  for (const Dyn &d : t.dynamic) {
    if (d.d_tag == DT_NULL)
      break;
    switch (d.d_tag) {
    case DT_SYMTAB:
      symtab = d.d_val;
      break;
    case DT_STRTAB:
      strtab = d.d_val;
      break;
    case DT_STRSZ:
      strsz = d.d_val;
      break;
    case DT_HASH:
      hash = d.d_val;
      break;
    case DT_GNU_HASH:
      gnu_hash = d.d_val;
      break;
    case DT_VERSYM:
      versym = d.d_val;
      break;
    case DT_VERDEF:
      verdef = d.d_val;
      break;
    default:
      break;
    }
  }
  if (strtab)
    t.strtab = string_table(
        at_address(b, phdrs, strtab, "dynamic string table").sub(0, strsz, "dynamic string table"));
  if (!symtab)
    return t;
  u64 n = count_by_hash(b, phdrs, hash, gnu_hash);
  t.syms = at_address(b, phdrs, symtab, "dynamic symbol table").array<Sym>(0, n, "dynamic symbol table");
  if (versym)
    t.versym = at_address(b, phdrs, versym, "symbol versions").array<ul16>(0, n, "symbol versions");
  if (verdef) {
    t.verdef = at_address(b, phdrs, verdef, "version definitions");
    t.verdef_names = t.strtab;
  }
  return t;
}

Tables find_tables(ByteView b) {
  SectionTable st = read_section_table(b, ET_DYN);
  u32 n = static_cast<u32>(st.shdrs.size());
  auto strings = [&](const Shdr &sh) {
    if (sh.sh_link >= n)
      throw InputError("a string table is missing", sh.sh_offset);
    return string_table(section_bytes(b, st.shdrs[sh.sh_link], sh.sh_link));
  };
  Tables t;
  bool found = false;
  std::string_view names;
  for (u32 i = 1; i < n; ++i) {
    const Shdr &sh = st.shdrs[i];
    switch (sh.sh_type) {
    case SHT_DYNSYM:
      // A file that holds debug information only (.gnu_debuglink) has its sections as NOBITS.
      if (sh.sh_entsize != sizeof(Sym))
        throw InputError("the dynamic symbol table has entries of an unexpected size", sh.sh_offset);
      t.syms = b.array<Sym>(sh.sh_offset, sh.sh_size / sizeof(Sym), "dynamic symbol table");
      t.strtab = strings(sh);
      t.first_global = sh.sh_info;
      found = true;
      break;
    case SHT_GNU_VERSYM:
      t.versym = b.array<ul16>(sh.sh_offset, sh.sh_size / 2, "symbol versions");
      break;
    case SHT_GNU_VERDEF:
      t.verdef = section_bytes(b, sh, i);
      t.verdef_names = strings(sh);
      break;
    case SHT_DYNAMIC:
      t.dynamic = b.array<Dyn>(sh.sh_offset, sh.sh_size / sizeof(Dyn), "dynamic section");
      names = strings(sh);
      break;
    default:
      break;
    }
  }
  if (!found) {
    t = find_by_segments(b);
  } else if (names.size() > t.strtab.size()) {
    t.strtab = names;
  }
  if (t.syms.size() > 0x7fffffff)
    throw InputError("too many dynamic symbols");
  t.first_global = std::clamp<u32>(t.first_global, t.syms.empty() ? 0 : 1, static_cast<u32>(t.syms.size()));
  if (!t.versym.empty() && t.versym.size() < t.syms.size())
    throw InputError("fewer symbol versions than dynamic symbols");
  return t;
}

void read_verdefs(ElfShared &o, const Tables &t) {
  u64 at = 0;
  // vd_next only goes forward, so that the loop ends.
  while (!t.verdef.empty()) {
    auto &d = t.verdef.at<Verdef>(at, "version definition");
    u32 index = d.vd_ndx & 0x7fff;
    auto &aux = t.verdef.at<Verdaux>(at + d.vd_aux, "version definition");
    if (index >= o.verdefs.size())
      o.verdefs.resize(index + 1);
    o.verdefs[index] = string_at(t.verdef_names, aux.vda_name, "name of a version");
    if (d.vd_next == 0)
      break;
    at += d.vd_next;
  }
}

// Version index of dynamic symbol i, with VERSYM_HIDDEN.
u16 version_word(const ElfShared &o, u32 i) {
  return o.versym.empty() ? u16(VER_NDX_GLOBAL) : u16(o.versym[i]);
}

std::string_view version_name(const ElfShared &o, u32 index) {
  return index < o.verdefs.size() ? o.verdefs[index] : std::string_view();
}

std::string_view join(std::string_view name, std::string_view version) {
  char *p = static_cast<char *>(Arena::allocate(name.size() + version.size() + 1, 1));
  std::memcpy(p, name.data(), name.size());
  p[name.size()] = '@';
  std::memcpy(p + name.size() + 1, version.data(), version.size());
  return {p, name.size() + version.size() + 1};
}

void read_dynamic(ElfShared &o, const Tables &t) {
  for (const Dyn &d : t.dynamic) {
    if (d.d_tag == DT_NULL)
      break;
    if (d.d_tag != DT_SONAME && d.d_tag != DT_NEEDED)
      continue;
    if (d.d_val > ~u32(0))
      throw InputError("a name of the dynamic section lies outside of its string table");
    std::string_view name = string_at(t.strtab, static_cast<u32>(d.d_val), "name in the dynamic section");
    if (d.d_tag == DT_SONAME)
      o.soname = name;
    else
      o.needed.push_back(name);
  }
}

bool is_defined(const Sym &e) {
  return e.st_shndx != SHN_UNDEF;
}

bool claims_name(const Sym &e) {
  // Internal and hidden symbols have no place here; some tools leave them in nevertheless.
  return is_defined(e) && e.bind() != STB_LOCAL && e.visibility() != STV_HIDDEN &&
         e.visibility() != STV_INTERNAL;
}

} // namespace

bool is_shared(ByteView b) {
  return b.size() >= 18 && b.str().starts_with("\177ELF") && load<u16>(b.data() + 16) == ET_DYN;
}

const Reader &shared_reader() {
  static const SharedReader reader;
  return reader;
}

Mention SharedReader::mention(const InputFile &f, u32 i) const {
  const Sym &e = static_cast<const ElfShared &>(f).esyms[i];
  return is_defined(e)          ? Mention::SharedDefinition
         : e.bind() == STB_WEAK ? Mention::WeakReference
                                : Mention::Reference;
}

std::vector<Symbol *> SharedReader::unresolved(const Link &link, const InputFile &f) const {
  auto &o = static_cast<const ElfShared &>(f);
  for (std::string_view name : o.needed)
    if (std::none_of(link.shareds.begin(), link.shareds.end(),
                     [&](InputFile *s) { return static_cast<ElfShared *>(s)->soname == name; }))
      return {};
  std::vector<Symbol *> out;
  for (u32 i = o.first_global; i < o.symbols.size(); ++i)
    if (Symbol *s = o.symbols[i]; s && s->klass() >= SymClass::Undef && mention(o, i) == Mention::Reference)
      out.push_back(s);
  // A reference of a shared object has a version, but its key is the plain name: old versions that only
  // such references can find count, too.
  if (!out.empty())
    for (InputFile *other : link.shareds)
      for (Symbol *s : other->symbols)
        if (s && s->marked(kMarkVersionHidden) && s->file == other)
          std::erase_if(out, [plain = s->name().substr(0, s->name().find('@'))](Symbol *u) {
            return u->name() == plain;
          });
  return out;
}

void each_exported_name(ByteView b, const std::function<void(std::string_view)> &fn) {
  Tables t = find_tables(b);
  for (u32 i = t.first_global; i < t.syms.size(); ++i) {
    const Sym &e = t.syms[i];
    if (claims_name(e) &&
        (t.versym.empty() || (t.versym[i] != VER_NDX_LOCAL && !(t.versym[i] & VERSYM_HIDDEN))))
      fn(string_at(t.strtab, e.st_name, "name of a dynamic symbol"));
  }
}

InputFile *make_shared() {
  auto *o = new ElfShared;
  o->reader = &shared_reader();
  o->kind = FileKind::Shared;
  return o;
}

u64 SharedReader::count_symbols(const InputFile &f) const {
  Tables t = find_tables(f.bytes);
  return t.syms.size() - t.first_global;
}

void SharedReader::parse_symbols(Link &link, InputFile &f) const {
  auto &o = static_cast<ElfShared &>(f);
  Tables t = find_tables(o.bytes);
  u16 machine = o.bytes.at<Ehdr>(0).e_machine;
  Arch arch = link.target ? link.target->arch() : link.opt.arch;
  if (arch != Arch::Unknown && (arch == Arch::X86_64) != (machine == EM_X86_64))
    throw InputError(std::string("a shared object for ") + (machine == EM_X86_64 ? "x86-64" : "AArch64") +
                     " can't be linked into an image for " + (arch == Arch::X86_64 ? "x86-64" : "AArch64"));
  o.esyms = t.syms;
  o.strtab = t.strtab;
  o.versym = t.versym;
  o.first_global = t.first_global;
  read_dynamic(o, t);
  read_verdefs(o, t);
  if (o.soname.empty())
    o.soname = o.by_library ? o.path.substr(o.path.rfind('/') + 1) : o.path; // npos + 1 is 0
  for (const Phdr &ph : program_headers(o.bytes))
    if ((ph.p_type == PT_LOAD && !(ph.p_flags & PF_W)) || ph.p_type == PT_GNU_RELRO)
      o.readonly.emplace_back(ph.p_vaddr, ph.p_vaddr + ph.p_memsz);

  u32 n = static_cast<u32>(o.esyms.size());
  o.symbols = Arena::array<Symbol *>(n);
  auto batch = intern_batch<u32>(link.symbols, [&](Symbol &s, u32 i) {
    o.symbols[i] = &s;
    if (is_defined(o.esyms[i])) {
      if (version_word(o, i) & VERSYM_HIDDEN)
        s.mark(kMarkVersionHidden);
      s.offer(make_claim(SymClass::Lazy, o.priority, i));
    } else {
      s.mark(kMarkRefShared);
    }
  });
  for (u32 i = o.first_global; i < n; ++i) {
    const Sym &e = o.esyms[i];
    if (is_defined(e) ? !claims_name(e) : e.bind() == STB_LOCAL)
      continue;
    std::string_view name = string_at(o.strtab, e.st_name, "name of a dynamic symbol");
    if (is_defined(e)) {
      u16 v = version_word(o, i);
      if (v == VER_NDX_LOCAL)
        continue;
      if (v & VERSYM_HIDDEN) {
        std::string_view version = version_name(o, v & 0x7fff);
        if (!version.empty())
          name = join(name, version);
      }
      // The version's own symbol (absolute, named like it) is no definition.
      if (e.st_shndx == SHN_ABS && e.st_value == 0 && (v & 0x7fff) > VER_NDX_GLOBAL &&
          name == version_name(o, v & 0x7fff))
        continue;
    }
    batch.add(name, i);
  }
  batch.flush();
}

void SharedReader::claim_referenced(Link &link, InputFile &f) const {
  auto &o = static_cast<ElfShared &>(f);
  if (o.verdefs.empty() || !link.has_versioned_refs.load(std::memory_order_relaxed))
    return;
  std::string key;
  u32 n = static_cast<u32>(o.esyms.size());
  for (u32 i = o.first_global; i < n; ++i) {
    u16 v = version_word(o, i);
    if (!o.symbols[i] || !is_defined(o.esyms[i]) || v & VERSYM_HIDDEN || v <= VER_NDX_GLOBAL)
      continue;
    std::string_view version = version_name(o, v);
    if (version.empty())
      continue;
    key = o.symbols[i]->name();
    key += '@';
    key += version;
    Symbol *s = link.symbols.find(key);
    if (!s)
      continue;
    u64 c = make_claim(SymClass::Lazy, o.priority, i);
    s->offer(c);
    std::pair<u32, Symbol *> alias{i, s};
    if (std::find(o.aliases.begin(), o.aliases.end(), alias) == o.aliases.end())
      o.aliases.push_back(alias);
  }
}

void SharedReader::parse_sections(Link &link, InputFile &f) const {
  bind_symbols(link, f);
}

void SharedReader::bind_symbols(Link &, InputFile &f) const {
  auto &o = static_cast<ElfShared &>(f);
  auto bind = [&](u32 i, Symbol *s) {
    if (s->claim.load(std::memory_order_relaxed) != make_claim(SymClass::Lazy, o.priority, i))
      return;
    const Sym &e = o.esyms[i];
    u16 flags = kSymShared;
    switch (e.type()) {
    case STT_FUNC:
    case STT_GNU_IFUNC:
      flags |= kSymFunction;
      break; // an IFUNC elsewhere is a plain function here
    case STT_TLS:
      flags |= kSymTls;
      break;
    default:
      break;
    }
    if (e.bind() == STB_GNU_UNIQUE)
      flags |= kSymUnique;
    constexpr u16 bound =
        kSymFunction | kSymTls | kSymIfunc | kSymAbsolute | kSymShared | kSymUnique | kSymCommon;
    s->file = &o;
    s->native = i;
    s->section = nullptr;
    s->value = e.st_value;
    s->flags = static_cast<u16>((s->flags & ~bound) | flags);
    s->type = e.type();
    s->binding = e.bind();
    s->version = version_word(o, i) & 0x7fff;
  };
  u32 n = static_cast<u32>(o.esyms.size());
  for (u32 i = o.first_global; i < n; ++i)
    if (o.symbols[i] && is_defined(o.esyms[i]))
      bind(i, o.symbols[i]);
  for (auto &[i, s] : o.aliases)
    bind(i, s);
}

void SharedReader::reclaim_symbols(Link &, InputFile &f) const {
  auto &o = static_cast<ElfShared &>(f);
  auto claim = [&](u32 i, Symbol *s) {
    if (s->marked(kMarkReclaim))
      s->offer(make_claim(SymClass::Lazy, o.priority, i));
  };
  u32 n = static_cast<u32>(o.esyms.size());
  for (u32 i = o.first_global; i < n; ++i)
    if (o.symbols[i] && is_defined(o.esyms[i]))
      claim(i, o.symbols[i]);
  for (auto &[i, s] : o.aliases)
    claim(i, s);
}

} // namespace gold::elf
