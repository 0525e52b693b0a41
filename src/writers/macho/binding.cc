// Which symbols are imported, exported or private; which libraries the image names; symbols that the
// linker defines.
#include "support/demangle.h"
#include "support/glob.h"
#include "support/mapped_file.h"
#include "writers/macho/target.h"

#include <algorithm>

namespace gold::macho {

namespace {

// A file of names and globs, one a line; # begins a comment.
void append_list(Link &link, const std::string &path, std::vector<std::string> &out) {
  for (std::string_view line : link.read_list(path))
    out.emplace_back(line);
}

// Literal names are looked up, globs are tried.
class NameSet {
public:
  explicit NameSet(const std::vector<std::string> &patterns) {
    for (const std::string &p : patterns)
      (glob_is_literal(p) ? literals_ : globs_).push_back(p);
    std::sort(literals_.begin(), literals_.end());
  }
  bool matches(std::string_view name) const {
    return std::binary_search(literals_.begin(), literals_.end(), name) ||
           std::any_of(globs_.begin(), globs_.end(), [&](std::string_view g) { return glob_match(g, name); });
  }
  bool empty() const { return literals_.empty() && globs_.empty(); }

private:
  std::vector<std::string_view> literals_, globs_;
};

std::string version_text(u32 v) {
  return gold::format("%u.%u", v >> 16, v >> 8 & 0xff) + (v & 0xff ? gold::format(".%u", v & 0xff) : "");
}

} // namespace

void MachTarget::add_linker_symbols(Link &link) {
  using L = LinkerSymbol;
  if (object)
    return;
  link.symbols.reserve(8);
  if (!link.is_shared()) {
    Symbol *s = link.symbols.intern("__mh_execute_header");
    s->mark(kMarkRefObject);
  }
  auto define = [&](std::string_view name, L::Kind kind, std::string_view place, Visibility vis) {
    if (Symbol *s = define_linker_symbol(link, name, nullptr, 0, vis)) {
      if (vis != Visibility::Default)
        s->flags |= kSymLocal;
      linker_symbols_.push_back({s, kind, place});
    }
  };
  define("__mh_execute_header", L::Header, "", link.is_shared() ? Visibility::Hidden : Visibility::Default);
  define("__mh_dylib_header", L::Header, "", Visibility::Hidden);
  define("__mh_bundle_header", L::Header, "", Visibility::Hidden);
  define("___dso_handle", L::Header, "", Visibility::Hidden);
  // section$start$SEG$SECT, segment$end$SEG: among the undefined symbols.
  std::vector<std::vector<Symbol *>> found(link.objects.size());
  parallel_for(link.objects.size(), 16, [&](std::size_t i) {
    InputFile *f = link.objects[i];
    for (std::size_t k = f->first_global; k < f->symbols.size(); ++k)
      if (Symbol *s = f->symbols[k]; s && s->klass() == SymClass::Undef &&
                                     s->name().find('$') != std::string_view::npos &&
                                     (s->name().starts_with("section$") || s->name().starts_with("segment$")))
        found[i].push_back(s);
  });
  for (auto &v : found)
    for (Symbol *s : v) {
      std::string_view n = s->name();
      bool start = n.substr(8).starts_with("start$"), end = n.substr(8).starts_with("end$");
      if ((!start && !end) || s->klass() != SymClass::Undef)
        continue;
      std::string place(n.substr(start ? 14 : 12));
      bool section = n.starts_with("section$");
      if (section) {
        std::size_t dollar = place.find('$');
        if (dollar == place.npos)
          continue;
        place[dollar] = ',';
      }
      define(n,
             section ? (start ? L::SectionStart : L::SectionEnd)
             : start ? L::SegmentStart
                     : L::SegmentEnd,
             Arena::copy(place), Visibility::Hidden);
    }
}

void MachTarget::set_linker_symbols(Link &link) {
  for (LinkerSymbol &l : linker_symbols_) {
    l.symbol->value = link.image_base;
    switch (l.kind) {
    case LinkerSymbol::Header:
      break;
    case LinkerSymbol::SectionStart:
    case LinkerSymbol::SectionEnd:
      for (const OutputSection *o : link.outputs)
        if (o->name == renamed(l.place))
          l.symbol->value = l.kind == LinkerSymbol::SectionStart ? o->addr : o->end();
      break;
    default:
      for (const Segment &s : link.segments)
        if (s.name == l.place)
          l.symbol->value = l.kind == LinkerSymbol::SegmentStart ? s.addr : s.addr + s.mem_size;
    }
  }
}

// An object for another system is an error; one for a newer release than the image may load on is worth a
// warning, the first of all.
void MachTarget::check_platforms(Link &link) {
  MachObject *newer = nullptr;
  std::size_t more = 0;
  for (InputFile *f : link.objects) {
    if (f == link.internal)
      continue;
    auto &o = static_cast<MachObject &>(*f);
    if (o.platform && o.platform != platform)
      link.diag.error(o.display_name() + ": the object is for " + platform_name(o.platform) + ", not for " +
                          platform_name(platform),
                      o.priority);
    else if (o.platform && o.platform_min > min_version) {
      more += newer != nullptr;
      newer = newer ? newer : &o;
    }
  }
  if (newer)
    link.diag.warn(newer->display_name() + (more ? gold::format(" and %zu others are", more) : " is") +
                       " for " + platform_name(platform) + " " + version_text(newer->platform_min) +
                       ", while the image is to run on " + version_text(min_version),
                   newer->priority);
}

void MachTarget::decide_imports_exports(Link &link) {
  const Options &opt = link.opt;
  check_platforms(link);
  std::vector<std::string> exported = opt.exported_symbols, unexported = opt.unexported_symbols;
  for (const std::string &p : opt.exported_symbols_files)
    append_list(link, p, exported);
  for (const std::string &p : opt.unexported_symbols_files)
    append_list(link, p, unexported);
  if ((!exported.empty() && !unexported.empty()) ||
      (opt.no_exported_symbols && !(exported.empty() && unexported.empty())))
    link.diag.error("only one of -exported_symbol(s_list), -unexported_symbol(s_list) and "
                    "-no_exported_symbols can be given");
  only_listed_ = !opt.exported_symbols.empty() || !opt.exported_symbols_files.empty();
  NameSet listed(exported), unlisted(unexported), allowed(opt.allowed_undefined);
  bool lookup = opt.undefined_treatment != "error";
  // What executables export is no root of liveness unless it is asked for.
  bool roots = link.is_shared() || opt.export_dynamic || only_listed_;
  std::atomic<bool> weak_exports{false};
  parallel_for_each(
      link.objects,
      [&](InputFile *f) {
        if (f != link.internal) {
          auto &o = static_cast<MachObject &>(*f);
          for (auto &[sub, symbol] : o.coalesced)
            if (Symbol *w = o.symbols[symbol]; w->section && w->value == 0)
              o.subs[sub].leader = w->section;
        }
        if (object)
          return;
        for (std::size_t k = f->first_global; k < f->symbols.size(); ++k) {
          Symbol *s = f->symbols[k];
          if (!s || s->file != f || (s->native != k && f != link.internal) ||
              (s->flags & kSymLinkerDefined) || s->is_local())
            continue;
          if (s->is_undefined()) {
            if (lookup || (!allowed.empty() && allowed.matches(s->name())))
              s->flags |= kSymImported;
            if (opt.undefined_treatment == "warning")
              link.diag.warn("undefined symbol: " + demangle(s->name()) + "\n>>> referenced by " +
                                 f->display_name(),
                             f->priority, k);
            continue;
          }
          bool hidden = s->vis() != Visibility::Default || opt.no_exported_symbols;
          if (only_listed_)
            hidden |= !listed.matches(s->name());
          if (!unlisted.empty())
            hidden |= unlisted.matches(s->name());
          if (hidden) {
            s->flags |= kSymLocal;
            continue;
          }
          if (roots)
            s->flags |= kSymExported;
          if (s->klass() == SymClass::Weak) { // dyld picks one for the whole process
            s->flags |= kSymImported;
            weak_exports = true;
          }
        }
      },
      4);
  if (object)
    return;
  has_weak_exports = weak_exports;
  if (Symbol *s = link.symbols.find("__mh_execute_header");
      s && s->flags & kSymLinkerDefined && !s->is_local())
    if (opt.no_exported_symbols || (only_listed_ && !listed.matches(s->name())) ||
        unlisted.matches(s->name()))
      s->flags |= kSymLocal;
  parallel_for_each(link.shareds, [&](InputFile *f) {
    for (Symbol *s : f->symbols)
      if (s && s->file == f && s->is_shared())
        s->flags |= kSymImported;
  });
  // What the command line itself asks for: no relocation tells.
  for (Symbol *s : link.roots)
    if (s->is_undefined() && !lookup && (allowed.empty() || !allowed.matches(s->name())))
      link.diag.error("undefined symbol: " + demangle(s->name()) +
                      (s == link.entry ? "\n>>> the entry point" : "\n>>> wanted by the command line"));
}

bool MachTarget::is_global(const Symbol &s) const {
  return !s.is_local() && !s.is_shared() && !s.is_undefined();
}

bool MachTarget::is_exported(const Symbol &s) const {
  if (!is_global(s))
    return false;
  const Section *sec = s.section;
  return !sec || sec->is_live() || sec->leader;
}

bool MachTarget::is_weak_export(const Symbol &s) const {
  return s.is_imported() && is_global(s);
}

int MachTarget::ordinal_of(const Symbol &s) const {
  if (flat && (s.is_shared() || s.is_undefined()))
    return BIND_SPECIAL_DYLIB_FLAT_LOOKUP;
  if (!s.is_shared())
    return s.is_undefined() ? BIND_SPECIAL_DYLIB_FLAT_LOOKUP : BIND_SPECIAL_DYLIB_WEAK_LOOKUP;
  const auto &d = static_cast<const MachDylib &>(*s.file);
  return d.exports[s.native].weak ? BIND_SPECIAL_DYLIB_WEAK_LOOKUP : d.ordinal;
}

bool MachTarget::is_weak_import(const Symbol &s) const {
  if (is_global(s))
    return false;
  if (s.is_shared() && static_cast<const MachDylib &>(*s.file).weak_link)
    return true;
  return !s.marked(kMarkNonWeakRef);
}

// -sub_library and -sub_umbrella: the library of that file name, without what follows the first dot.
void MachTarget::mark_sub_libraries(Link &link) {
  for (const std::string &name : link.opt.sub_libraries) {
    bool found = false;
    for (InputFile *f : link.shareds) {
      auto &d = static_cast<MachDylib &>(*f);
      std::string_view file = d.path.substr(d.path.rfind('/') + 1);
      if (file.substr(0, file.find('.')) != name)
        continue;
      d.reexport = found = true;
    }
    if (!found)
      link.diag.error("no library or framework is called '" + name + "' among the inputs");
  }
}

// -reexported_symbols_list: names are roots of the link, so they have been looked up; patterns choose among
// what the image refers to. What the image itself defines is exported anyway.
void MachTarget::find_reexports(Link &link) {
  std::vector<std::string> patterns;
  for (const std::string &p : link.opt.reexported_symbols_files)
    append_list(link, p, patterns);
  if (patterns.empty())
    return;
  NameSet listed(patterns);
  for (InputFile *f : link.shareds)
    for (Symbol *s : f->symbols)
      if (s && s->file == f && s->is_shared() && listed.matches(s->name()))
        reexports.push_back(s);
  std::sort(reexports.begin(), reexports.end(), [](Symbol *a, Symbol *b) { return a->name() < b->name(); });
}

// Load commands in command-line order; two files of one install name are one library.
void MachTarget::number_dylibs(Link &link) {
  mark_sub_libraries(link);
  find_reexports(link);
  std::vector<char> used(link.shareds.size());
  for (const Symbol *s : reexports) {
    auto &d = static_cast<MachDylib &>(*s->file);
    d.strongly_needed = true;
    for (std::size_t i = 0; i < link.shareds.size(); ++i)
      if (link.shareds[i] == &d)
        used[i] = true;
    if (d.loader)
      link.diag.error("symbol " + demangle(s->name()) + " of the -bundle_loader can't be re-exported");
  }
  for (std::size_t i = 0; i < link.shareds.size(); ++i) {
    auto &d = static_cast<MachDylib &>(*link.shareds[i]);
    for (Symbol *s : d.symbols)
      if (s && s->file == &d && s->is_shared() && s->aux && link.aux[s->aux].dynsym) {
        used[i] = true;
        if (!is_weak_import(*s))
          d.strongly_needed = true;
        if (d.exports[s->native].weak)
          binds_weak = true;
      }
  }
  for (std::size_t i = 0; i < link.shareds.size(); ++i) {
    auto &d = static_cast<MachDylib &>(*link.shareds[i]);
    if (d.loader) {
      d.ordinal = BIND_SPECIAL_DYLIB_MAIN_EXECUTABLE;
      continue;
    }
    // dyld runs nothing that does not name libSystem.
    bool drop = (link.opt.dead_strip_dylibs && !d.install_name.starts_with("/usr/lib/libSystem.")) ||
                d.implicit || d.dead_strippable;
    if (!used[i] && drop && !d.keep && !d.reexport)
      continue;
    for (MachDylib *other : dylibs)
      if (other->install_name == d.install_name) {
        d.ordinal = other->ordinal;
        if (d.strongly_needed)
          other->strongly_needed = true;
        other->reexport |= d.reexport;
        other->upward |= d.upward;
      }
    if (d.ordinal)
      continue;
    dylibs.push_back(&d);
    d.ordinal = static_cast<int>(dylibs.size());
    if (used[i] && !d.strongly_needed)
      d.weak_link = true;
  }
}

} // namespace gold::macho
