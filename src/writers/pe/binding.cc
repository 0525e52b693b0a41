// What resolution leaves to the format: weak externals take the place of what they stand for, data of
// DLLs that was not declared dllimport is reached by its pointer, `__imp_x` of a symbol of this image
// gets a pointer of its own.
#include "support/threads.h"
#include "writers/pe/target.h"

#include <algorithm>
#include <bit>
#include <string>

namespace gold::coff {

namespace {

constexpr std::string_view kImp = "__imp_";

bool is_undefined(const Symbol &s) {
  return s.klass() == SymClass::Undef && !s.is_imported();
}

// The symbol whose name is `prefix` + name, or null.
Symbol *find_imp(const Link &link, std::string_view name) {
  static thread_local std::string key;
  key.assign(kImp).append(name);
  return link.symbols.find(key);
}

} // namespace

Target *make_pe_target(Link &link, Arch) {
  return new PeTarget(link);
}

PeTarget::PeTarget(Link &link) {
  u64 file = link.opt.pe_file_alignment, section = link.opt.pe_section_alignment;
  if (!std::has_single_bit(file) || file < 512 || file > 65536)
    link.diag.error("--file-alignment: a power of two from 512 to 65536 is needed");
  if (!std::has_single_bit(section) || section < 4096 || section < file || section > 1u << 28)
    link.diag.error(
        "--section-alignment: a power of two is needed that is at least 4096 and the file alignment");
  if (link.opt.image_base.value_or(0) % 65536)
    link.diag.error("--image-base: a multiple of 65536 is needed");
  if (!link.is_relocatable())
    claim_linker_symbols(link);
}

std::string_view PeTarget::default_entry(const Link &link) {
  if (link.is_relocatable())
    return "";
  if (link.is_shared())
    return "DllMainCRTStartup";
  return subsystem(link.opt) == 2 ? "WinMainCRTStartup" : "mainCRTStartup";
}

void PeTarget::alternatives(Link &link, std::vector<Symbol *> &out) {
  if (link.is_relocatable())
    return;
  std::mutex mutex;
  auto want = [&](Symbol *s) {
    if (!s || s->klass() != SymClass::Lazy)
      return;
    const InputFile &f = *link.files[claim_priority(s->claim.load(std::memory_order_relaxed))];
    if (!f.lazy || f.live)
      return;
    s->mark(kMarkStrongRef);
    std::lock_guard lock(mutex);
    out.push_back(s);
  };
  parallel_for_each(
      link.files,
      [&](InputFile *f) {
        if (!f->live || f->kind != FileKind::Object)
          return;
        for (const Symbol *s : f->symbols) {
          if (!s || s->klass() != SymClass::Undef)
            continue;
          std::string_view name = s->name();
          if (name.starts_with(kImp))
            want(link.symbols.find(name.substr(kImp.size())));
          else if (link.opt.auto_import)
            want(find_imp(link, name));
        }
      },
      64);
  // Threads found them in any order, and some twice.
  std::sort(out.begin(), out.end(), [](const Symbol *a, const Symbol *b) { return a->name() < b->name(); });
  out.erase(std::unique(out.begin(), out.end()), out.end());
}

// A weak external that nothing stronger defines is what its auxiliary record names. Chains end at a
// definition; those that end at nothing are undefined symbols.
void PeTarget::resolve_weak_aliases(Link &link) {
  auto other_of = [](const Symbol &s) -> Symbol * {
    if (!s.file || !is_object(*s.file) || s.file->reader == nullptr)
      return nullptr;
    auto &o = object_of(*s.file);
    if (s.native >= o.num_symbols)
      return nullptr;
    Sym e = o.sym(s.native);
    SymClass c = s.klass();
    if (!e.is_weak() || (c != SymClass::Weak && c != SymClass::Fallback))
      return nullptr;
    return o.symbols[o.aux<AuxWeakExternal>(s.native).TagIndex];
  };
  auto take = [&](Symbol &s, Symbol *first) {
    Symbol *t = first;
    for (int depth = 0; t && depth < 64; ++depth) {
      Symbol *next = other_of(*t);
      if (!next)
        break;
      t = next;
    }
    if (!t || t == &s || t->is_undefined()) {
      s.claim.store(make_claim(SymClass::Undef, s.file->priority, s.native));
      return;
    }
    if (t->is_shared()) {
      s.file = t->file;
      s.native = t->native;
    }
    s.section = t->section;
    s.value = t->value;
    s.type = t->type;
    s.flags =
        static_cast<u16>((t->flags & ~(kSymLocal | kSymSection | kSymCommon)) | (s.flags & kSymExported));
    if (t->flags & (kSymShared | kSymLinkerDefined))
      same_values_.push_back({&s, t});
  };
  for (InputFile *f : link.objects) {
    if (!is_object(*f))
      continue;
    auto &o = object_of(*f);
    std::vector<Symbol *> mine;
    for (u32 i : o.weak_aliases)
      if (Symbol *s = o.symbols[i]; s && s->file == &o && s->native == i)
        mine.push_back(s);
    for (Symbol *s : mine)
      if (Symbol *t = other_of(*s))
        take(*s, t);
      else if (s->file == &o)
        s->claim.store(make_claim(SymClass::Undef, o.priority, s->native));
    for (auto &[name, other] : o.alternates)
      if (Symbol *s = link.symbols.find(name), *t = link.symbols.find(other);
          s && t && s->is_undefined() && s->file)
        take(*s, t);
  }
}

void PeTarget::bind_auto_imports(Link &link) {
  for (InputFile *f : link.objects) {
    if (!is_object(*f))
      continue;
    for (u32 i = 0; i < f->symbols.size(); ++i) {
      Symbol *s = f->symbols[i];
      if (!s || s->file != f || s->native != i || !is_undefined(*s))
        continue;
      std::string_view name = s->name();
      if (name.starts_with(kImp)) {
        Symbol *t = link.symbols.find(name.substr(kImp.size()));
        if (!t || t->is_undefined() || t->klass() == SymClass::None)
          continue;
        s->claim.store(make_claim(SymClass::Strong, f->priority, i));
        s->section = t->section; // which then lives with it; the pointer follows in make_imports
        local_imports_.push_back({s, t});
        continue;
      }
      if (!link.opt.auto_import)
        continue;
      Symbol *t = find_imp(link, name);
      if (!t || t->is_undefined() || t->klass() == SymClass::None)
        continue;
      s->flags |= kSymImported | kSymIndirect;
      s->section = t->section;
      if (t->is_shared()) {
        s->flags |= kSymShared;
        s->file = t->file;
        s->native = t->native;
      }
      same_values_.push_back({s, t});
    }
  }
}

void PeTarget::decide_imports_exports(Link &link) {
  if (link.is_relocatable())
    return;
  resolve_weak_aliases(link);
  bind_auto_imports(link);
  collect_exports(link);
  for (std::string_view name : {"_tls_used", "_load_config_used"})
    if (Symbol *s = link.symbols.find(name); s && s->section)
      link.roots.push_back(s);
}

} // namespace gold::coff
