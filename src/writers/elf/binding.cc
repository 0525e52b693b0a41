// Which symbols cross the image's border, and the symbols that the linker itself defines.
//
// A symbol is imported when the dynamic linker may bind it to another image's definition: those of
// shared objects, undefined ones of a shared object, and in a shared object every exported definition
// that may be preempted (gABI 4.3, "Symbol Visibility"; -Bsymbolic and its kin, version scripts and
// dynamic lists say which may not). It is exported when other images may find it.
//
// A version script's exact names win over its patterns, patterns over a plain `*`, and of two
// patterns the later: as in GNU ld.
#include "support/demangle.h"
#include "support/glob.h"
#include "writers/elf/target.h"

#include <algorithm>
#include <mutex>
#include <unordered_map>

namespace gold::elf {

namespace {

// "A<B<int> >" and "A<B<int>>" are one name: demanglers write it either way, and scripts as theirs does.
std::string without_gaps(std::string_view name) {
  std::string s;
  for (std::size_t i = 0; i < name.size(); ++i)
    if (name[i] != ' ' || !s.ends_with('>') || name.substr(i + 1, 1) != ">")
      s += name[i];
  return s;
}

// Version scripts and dynamic lists, made ready for many names.
class PatternSet {
public:
  explicit PatternSet(const std::vector<VersionPattern> &patterns) {
    for (const VersionPattern &p : patterns) {
      any_cpp_ |= p.cpp;
      if (p.literal && p.cpp)
        cpp_.emplace(without_gaps(p.pattern), p.version);
      else if (p.literal)
        c_.emplace(p.pattern, p.version);
      else if (p.pattern == "*" && !p.cpp)
        (p.version ? star_global_ : star_local_) = i32(p.version);
      else
        (p.version ? globs_ : local_globs_)
            .push_back({p.cpp ? without_gaps(p.pattern) : p.pattern, p.version, p.cpp});
    }
    std::reverse(globs_.begin(), globs_.end());
  }
  // The version of the pattern that decides about `name`; -1 if none matches.
  i32 find(std::string_view name) const {
    if (auto it = c_.find(name); it != c_.end())
      return it->second;
    std::string readable;
    if (any_cpp_) {
      readable = without_gaps(demangle(name));
      if (auto it = cpp_.find(readable); it != cpp_.end())
        return it->second;
    }
    for (auto *list : {&globs_, &local_globs_})
      for (const Glob &p : *list)
        if (glob_match(p.pattern, p.cpp ? std::string_view(readable) : name))
          return p.version;
    return star_global_ >= 0 ? star_global_ : star_local_;
  }
  bool matches(std::string_view name) const { return find(name) >= 0; }

private:
  struct Glob {
    std::string pattern;
    u16 version;
    bool cpp;
  };
  std::unordered_map<std::string_view, u16> c_;
  std::unordered_map<std::string, u16> cpp_;
  std::vector<Glob> globs_, local_globs_;
  i32 star_global_ = -1, star_local_ = -1;
  bool any_cpp_ = false;
};

// --default-symver: the version that a shared object's own name stands for.
u16 add_default_version(Link &link) {
  if (!link.opt.default_symver || !link.is_shared())
    return VER_NDX_GLOBAL;
  VersionNode node;
  node.name =
      link.opt.soname.empty() ? link.opt.output.substr(link.opt.output.rfind('/') + 1) : link.opt.soname;
  node.index = 2;
  for (const VersionNode &n : link.version_script.nodes)
    node.index = std::max<u16>(node.index, u16(n.index + 1));
  link.version_script.nodes.push_back(node);
  return node.index;
}

class Decider {
public:
  Decider(Link &link, bool loader)
      : link_(link), opt_(link.opt), loader_(loader), versions_(link.version_script.patterns),
        dynamic_list_(link.dynamic_list) {}

  void decide(Symbol &s) {
    if (s.is_local())
      return;
    if (s.is_shared()) {
      if (s.vis() != Visibility::Default && s.marked(kMarkRefObject)) {
        std::lock_guard lock(mutex_);
        own_.push_back(&s);
        return;
      }
      if (s.marked(kMarkRefObject))
        s.flags |= kSymImported;
      return;
    }
    bool visible = s.vis() == Visibility::Default;
    if (s.is_undefined()) {
      if (!loader_ || !visible)
        return;
      bool import = false;
      if (s.is_undef_weak())
        import = opt_.z_dynamic_undefined_weak && link_.is_pic();
      else if (link_.is_shared())
        import = !(opt_.no_undefined && opt_.unresolved == UnresolvedPolicy::Default);
      if (import)
        s.flags |= kSymImported;
      return;
    }
    if (s.vis() == Visibility::Hidden || s.vis() == Visibility::Internal ||
        (s.file && s.file->exclude_libs)) {
      s.flags |= kSymLocal;
      return;
    }
    if (s.flags & kSymLinkerDefined && link_.is_shared() && visible) {
      s.flags |= kSymLocal; // each image has its own _end
      return;
    }
    if (link_.version_script.present && !s.marked(kMarkVersionHidden) && !s.version) {
      i32 v = versions_.find(plain_name(s));
      if (v == VER_NDX_LOCAL) {
        s.flags |= kSymLocal;
        return;
      }
      s.version = v > 0 ? u16(v) : u16(VER_NDX_GLOBAL);
    }
    if (s.version <= VER_NDX_GLOBAL)
      s.version = s.marked(kMarkVersionHidden) ? u16(VER_NDX_GLOBAL) : default_version_;
    if (!link_.is_dynamic)
      return;
    bool listed = !link_.dynamic_list.empty() && dynamic_list_.matches(plain_name(s));
    if (link_.is_shared()) {
      s.flags |= kSymExported;
      if (visible && (listed || !is_symbolic(s)))
        s.flags |= kSymImported;
    } else if (opt_.export_dynamic || listed || s.marked(kMarkRefShared) ||
               (s.flags & kSymUnique && opt_.gnu_unique) ||
               (opt_.dynamic_list_data && s.type == STT_OBJECT)) {
      s.flags |= kSymExported;
    }
  }

  // Versions that objects themselves give (.symver).
  void use_symvers(ElfObject &o) {
    for (auto &[i, version] : o.symvers) {
      Symbol *s = o.symbols[i];
      if (!s || s->file != &o || s->is_undefined() || !(s->native == i || o.same_place(s->native, i)))
        continue;
      auto &nodes = link_.version_script.nodes;
      auto it = std::find_if(nodes.begin(), nodes.end(), [&](auto &n) { return n.name == version; });
      if (it != nodes.end())
        use_symver(o, *s, it->index);
      else if (link_.is_shared())
        link_.diag.error(o.display_name() + ": symbol " + std::string(s->name()) + " has undefined version " +
                             std::string(version),
                         o.priority, i);
    }
  }

  // What an object says is defined in this image, while only a shared object defines it: undefined.
  void forget_shared_definitions() {
    std::sort(own_.begin(), own_.end(), [](Symbol *a, Symbol *b) { return a->name() < b->name(); });
    for (Symbol *s : own_)
      for (InputFile *f : link_.objects) {
        auto at = std::find(f->symbols.begin() + f->first_global, f->symbols.end(), s);
        if (at == f->symbols.end())
          continue;
        u32 k = u32(at - f->symbols.begin());
        s->claim.store(
            make_claim(s->marked(kMarkStrongRef) ? SymClass::Undef : SymClass::UndefWeak, f->priority, k));
        s->file = f;
        s->native = k;
        s->flags &= u16(~(kSymShared | kSymFunction | kSymTls | kSymIfunc));
        s->section = nullptr;
        s->value = 0;
        break;
      }
  }

private:
  void use_symver(ElfObject &o, Symbol &s, u16 version) {
    s.version = version;
    if (!s.marked(kMarkVersionHidden))
      return;
    // The script gives `f` beside it the same version: there is one such symbol, that of the object.
    Symbol *plain = link_.symbols.find(plain_name(s));
    if (plain && plain->file == &o && o.same_place(plain->native, s.native) &&
        versions_.find(plain->name()) == version)
      plain->flags |= kSymLocal;
  }
  // True when references within the shared object are bound to the definition in it.
  bool is_symbolic(const Symbol &s) const {
    bool function = s.flags & kSymFunction, weak = s.binding == STB_WEAK;
    return opt_.bsymbolic || link_.dynamic_list_given || (opt_.bsymbolic_functions && function) ||
           (opt_.bsymbolic_non_weak && !weak) || (opt_.bsymbolic_non_weak_functions && function && !weak);
  }
  Link &link_;
  const Options &opt_;
  const bool loader_;
  const u16 default_version_ = add_default_version(link_);
  PatternSet versions_, dynamic_list_;
  std::mutex mutex_;
  std::vector<Symbol *> own_;
};

} // namespace

void ElfTarget::decide_imports_exports(Link &link) {
  if (link.is_relocatable()) {
    link.is_dynamic = false;
    return;
  }
  // Executables know where their thread-local variables are: relaxation leaves no call of it. A static
  // C library doesn't even define it.
  if (Symbol *s = link.symbols.find("__tls_get_addr");
      s && !link.is_shared() && s->klass() == SymClass::Undef)
    s->claim.store(make_claim(SymClass::UndefWeak, claim_priority(s->claim), claim_index(s->claim)));
  check_distances(link);
  Decider decider(link, has_loader(link));
  // A definition here that hides one of a shared object must be found by that, too.
  if (!link.is_shared())
    parallel_for_each(link.shareds, [&](InputFile *f) {
      auto &so = static_cast<ElfShared &>(*f);
      for (u32 k = so.first_global; k < so.symbols.size(); ++k)
        if (Symbol *s = so.symbols[k];
            s && s->file != f && !s->is_shared() && so.esyms[k].st_shndx != SHN_UNDEF)
          s->mark(kMarkRefShared);
    });
  parallel_for_each(
      link.objects,
      [&](InputFile *f) {
        if (f == link.internal)
          return;
        decider.use_symvers(static_cast<ElfObject &>(*f));
        for (u32 k = f->first_global; k < f->symbols.size(); ++k)
          if (Symbol *s = f->symbols[k]; s && s->file == f && s->native == k)
            decider.decide(*s);
      },
      4);
  parallel_for_each(link.shareds, [&](InputFile *f) {
    auto &so = static_cast<ElfShared &>(*f);
    for (u32 k = so.first_global; k < so.symbols.size(); ++k)
      if (Symbol *s = so.symbols[k]; s && s->file == f && s->native == k)
        decider.decide(*s);
    for (auto &[k, s] : so.aliases)
      if (s->file == f && s->native == k)
        decider.decide(*s);
  });
  decider.forget_shared_definitions();
  for (Symbol *s : linker_made(link))
    decider.decide(*s);
  if (!link.opt.undefined_version)
    check_version_script(link);
}

// Whether 32 bits may be too few for distances in the image: by what its sections can take at most.
void ElfTarget::check_distances(const Link &link) {
  constexpr u64 kNear = u64(3) << 29; // 1.5 GiB, which leaves room for what the linker adds
  u64 bytes = 0, low = ~u64(0), high = 0;
  for (const InputFile *f : link.objects) {
    if (f != link.internal)
      bytes += static_cast<const ElfObject *>(f)->image_bytes;
    for (const Section *s : f->extra_sections)
      bytes += s->size;
  }
  for (const SectionStart &s : link.opt.section_starts) {
    low = std::min(low, s.address);
    high = std::max(high, s.address);
  }
  if (high) {
    low = std::min(low, link.opt.image_base.value_or(link.is_pic() ? 0 : elf_arch.info.image_base));
    bytes += high - low;
  }
  layout.far = bytes > kNear;
}

// --no-undefined-version: what a version script names must be there.
void ElfTarget::check_version_script(Link &link) {
  for (const VersionPattern &p : link.version_script.patterns) {
    if (!p.literal || p.cpp || p.version == VER_NDX_LOCAL)
      continue;
    if (const Symbol *s = link.symbols.find(p.pattern); s && s->is_defined() && !s->is_shared())
      continue;
    auto &nodes = link.version_script.nodes;
    auto node = std::find_if(nodes.begin(), nodes.end(), [&](auto &n) { return n.index == p.version; });
    link.diag.error("version script: " + p.pattern +
                    (node == nodes.end() ? "" : ", which is to have the version " + node->name + ",") +
                    " is not defined");
  }
}

// -- symbols that the linker defines

namespace {

enum Meaning : u32 {
  ImageStart,
  TextEnd,
  DataEnd,
  BssStart,
  ImageEnd,
  Dynamic,
  GotBase,
  EhFrameHdr,
  TlsBase,
  SectionBegin,
  SectionFinish,
  RelaIpltStart,
  RelaIpltEnd,
};

struct Known {
  const char *name;
  Meaning meaning;
  const char *section = nullptr;
};

constexpr Known kKnown[] = {
    {"__ehdr_start", ImageStart},
    {"__executable_start", ImageStart},
    {"__dso_handle", ImageStart}, // crtbegin.o has it, but not every link has that
    {"_etext", TextEnd},
    {"etext", TextEnd},
    {"__etext", TextEnd},
    {"_edata", DataEnd},
    {"edata", DataEnd},
    {"__bss_start", BssStart},
    {"_end", ImageEnd},
    {"end", ImageEnd},
    {"_DYNAMIC", Dynamic},
    {"_GLOBAL_OFFSET_TABLE_", GotBase},
    {"__GNU_EH_FRAME_HDR", EhFrameHdr},
    {"_TLS_MODULE_BASE_", TlsBase},
    {"__preinit_array_start", SectionBegin, ".preinit_array"},
    {"__preinit_array_end", SectionFinish, ".preinit_array"},
    {"__init_array_start", SectionBegin, ".init_array"},
    {"__init_array_end", SectionFinish, ".init_array"},
    {"__fini_array_start", SectionBegin, ".fini_array"},
    {"__fini_array_end", SectionFinish, ".fini_array"},
    {"__rela_iplt_start", RelaIpltStart},
    {"__rela_iplt_end", RelaIpltEnd},
};

bool starts_identifier(char c) {
  return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_identifier(std::string_view s) {
  return !s.empty() && starts_identifier(s[0]) && std::all_of(s.begin(), s.end(), [](char c) {
    return starts_identifier(c) || (c >= '0' && c <= '9');
  });
}

// Names of allocated sections that are C identifiers, sorted.
std::vector<std::string_view> identifier_sections(const Link &link) {
  std::vector<std::vector<std::string_view>> found(link.objects.size());
  parallel_for(link.objects.size(), 16, [&](std::size_t i) {
    if (link.objects[i]->kind != FileKind::Object)
      return;
    auto &o = static_cast<const ElfObject &>(*link.objects[i]);
    for (const Shdr &sh : o.shdrs) {
      u32 at = sh.sh_name;
      if (!(sh.sh_flags & SHF_ALLOC) || at >= o.shstrtab.size() || !starts_identifier(o.shstrtab[at]))
        continue;
      std::string_view name = o.shstrtab.substr(at);
      name = name.substr(0, name.find('\0'));
      if (is_identifier(name))
        found[i].push_back(name);
    }
  });
  std::vector<std::string_view> all;
  for (auto &v : found)
    all.insert(all.end(), v.begin(), v.end());
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

} // namespace

std::string_view ElfTarget::default_entry(const Link &link) {
  return link.is_shared() || link.is_relocatable() ? "" : "_start";
}

void ElfTarget::add_linker_symbols(Link &link) {
  if (link.is_relocatable())
    return;
  auto define = [&](std::string_view name, u32 meaning, Visibility vis) {
    if (Symbol *s = define_linker_symbol(link, name, nullptr, 0, vis)) {
      bool tls = meaning < std::size(kKnown) && kKnown[meaning].meaning == TlsBase;
      s->flags = u16((s->flags & ~kSymAbsolute) | (tls ? kSymTls : 0));
      s->type = tls ? STT_TLS : STT_NOTYPE;
      s->binding = STB_GLOBAL;
      linker_symbols.push_back({s, meaning});
    }
  };
  for (u32 i = 0; i < std::size(kKnown); ++i) {
    const Known &k = kKnown[i];
    bool iplt = k.meaning == RelaIpltStart || k.meaning == RelaIpltEnd;
    if (iplt && link.is_pic())
      continue;
    bool open =
        k.meaning == ImageEnd || k.meaning == DataEnd || k.meaning == TextEnd || k.meaning == BssStart;
    // A shared object that has its own means the executable's nevertheless.
    if (open && !link.is_shared())
      if (Symbol *s = link.symbols.find(k.name);
          s && s->klass() == SymClass::Lazy &&
          link.files[claim_priority(s->claim.load(std::memory_order_relaxed))]->kind == FileKind::Shared)
        s->mark(kMarkRefShared);
    define(k.name, i, open ? Visibility::Default : Visibility::Hidden);
  }
  auto &vis = link.opt.start_stop_visibility;
  Visibility v = vis == "default"    ? Visibility::Default
                 : vis == "hidden"   ? Visibility::Hidden
                 : vis == "internal" ? Visibility::Internal
                                     : Visibility::Protected;
  for (std::string_view name : identifier_sections(link)) {
    start_stop_.push_back(name);
    u32 i = u32(std::size(kKnown) + start_stop_.size() * 2 - 2);
    define(Arena::copy("__start_" + std::string(name)), i, v);
    define(Arena::copy("__stop_" + std::string(name)), i + 1, v);
  }
}

std::vector<Symbol *> ElfTarget::linker_made(Link &link) const {
  std::vector<Symbol *> all;
  auto add = [&](Symbol *s) {
    if (s && std::find(all.begin(), all.end(), s) == all.end())
      all.push_back(s);
  };
  for (const LinkerSymbol &l : linker_symbols)
    if (l.symbol->file == link.internal)
      add(l.symbol);
  for (Symbol *s : link.internal->symbols)
    if (s->file == link.internal)
      add(s);
  for (Symbol *s : link.roots)
    if (!s->file || s->file == link.internal)
      add(s);
  return all;
}

// Values, once addresses are final.
void ElfTarget::set_linker_symbols(Link &link) {
  const OutputSection *first = nullptr, *last = nullptr, *text = nullptr, *data = nullptr, *bss = nullptr;
  for (const OutputSection *o : link.outputs) {
    if (!(o->flags & kSecAlloc) || (o->flags & kSecTls && o->flags & kSecZeroFill))
      continue;
    first = first ? first : o;
    if (!last || o->end() >= last->end())
      last = o;
    if (o->flags & kSecExec)
      text = o;
    if (!(o->flags & kSecZeroFill) && (o->flags & kSecWrite || !data))
      data = o;
    if (o->flags & kSecZeroFill && (!bss || o->name == ".bss") && !o->relro)
      bss = o;
  }
  for (LinkerSymbol &l : linker_symbols) {
    Symbol &s = *l.symbol;
    if (s.file != link.internal)
      continue;
    auto put = [&](const OutputSection *o, bool end) {
      l.output = o ? o : first;
      s.value = o ? (end ? o->end() : o->addr) : link.image_base;
    };
    auto table = [&](const ElfSynthetic *t, bool end) {
      put(t ? t->section.output : nullptr, false);
      if (t && t->section.output)
        s.value = t->section.address() + (end ? t->section.size : 0);
    };
    if (l.meaning >= std::size(kKnown)) {
      u32 i = l.meaning - u32(std::size(kKnown));
      put(find_output(link, start_stop_[i / 2]), i % 2);
      continue;
    }
    const Known &k = kKnown[l.meaning];
    switch (k.meaning) {
    case ImageStart:
      put(nullptr, false);
      break;
    case TextEnd:
      put(text, true);
      break;
    case DataEnd:
      put(data, true);
      break;
    case BssStart:
      put(bss ? bss : data, !bss);
      break;
    case ImageEnd:
      put(last, true);
      break;
    case Dynamic:
      table(dynamic, false);
      break;
    case GotBase:
      put(got_plt && layout.got_base == layout.got_plt ? got_plt->section.output
          : got                                        ? got->section.output
                                                       : nullptr,
          false);
      s.value = layout.got_base;
      break;
    case EhFrameHdr:
      table(eh_frame_hdr, false);
      break;
    case TlsBase:
      s.value = layout.tls_start;
      break;
    case SectionBegin:
      put(find_output(link, k.section), false);
      break;
    case SectionFinish:
      put(find_output(link, k.section), true);
      break;
    case RelaIpltStart:
      table(link.is_dynamic ? nullptr : rela_plt, false);
      break;
    case RelaIpltEnd:
      table(link.is_dynamic ? nullptr : rela_plt, true);
      break;
    }
  }
}

} // namespace gold::elf
