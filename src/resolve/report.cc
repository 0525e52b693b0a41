// What resolution has to say to the user: symbols that are defined twice or nowhere.
//
// Nothing here costs a link that succeeds more than one look at each global symbol. On the way to an
// error, time does not matter and the message does: relocations of all live sections are visited to
// find who refers to a symbol, debug information is read for the source lines of those references (but
// only for messages that are printed, see support/diag.h), and the libraries on the search path are
// opened to see which of them would define it.
#include "resolve/resolve.h"
#include "support/demangle.h"
#include "support/threads.h"

#include <algorithm>
#include <unordered_map>

namespace gold {

namespace {

constexpr std::size_t kReferrers = 3;

// A place in an input.
struct Place {
  InputFile *file;
  const Section *section;
  u64 offset;
  bool unwind; // in an unwind record that describes the section
};

// Two lines if the source is known: the place there, and the place in the input.
std::string referrer_text(const Link &link, const Place &p) {
  if (p.unwind)
    return "\n>>> referenced by " + p.file->display_name() + ":(unwind information of " +
           std::string(p.section->name()) + ")";
  std::string place = Link::place_text(*p.file, *p.section, p.offset),
              source = link.source_line(*p.file, *p.section, p.offset);
  if (source.empty())
    return "\n>>> referenced by " + place;
  if (source.starts_with("in function"))
    return "\n>>> referenced by " + place + " " + source;
  return "\n>>> referenced by " + source + "\n>>>               " + place;
}

std::string definition_text(InputFile &file, u32 native) {
  std::string text = "\n>>> defined ";
  DefinedAt at = file.reader->defined_at(file, native);
  if (SourcePlace p = file.reader->declaration(file, native); p.line)
    text += "at " + p.file + format(":%u", p.line) + "\n>>>         ";
  text += "in " + (at.section ? Link::place_text(file, *at.section, at.offset) : file.display_name());
  return text;
}

// -- undefined symbols

struct Report {
  Symbol *symbol;
  std::vector<Place> places; // at most kReferrers
  std::size_t more = 0;
};

// All references in `files` to the symbols that `wanted` picks, in link order.
template <class F>
std::vector<Report> find_referrers(Link &link, const std::vector<InputFile *> &files, F &&wanted) {
  std::vector<Report> reports;
  std::unordered_map<const Symbol *, std::size_t> index;
  EdgeBuffer buf;
  for (InputFile *f : files)
    for (Section *sec : f->sections) {
      if (!sec || !sec->is_live() || !sec->is_alloc() || sec->kind == SectionKind::Unwind)
        continue;
      buf.clear();
      link.target->edges(link, *sec, buf);
      for (std::size_t k = 0; k < buf.edges.size(); ++k) {
        const Edge &e = buf.edges[k];
        if (!e.symbol || e.symbol->is_local() || !wanted(*e.symbol))
          continue;
        auto [it, fresh] = index.try_emplace(e.symbol, reports.size());
        if (fresh)
          reports.push_back({e.symbol, {}, 0});
        Report &r = reports[it->second];
        bool unwind = k >= buf.own;
        if (unwind && !r.places.empty() && r.places.back().unwind && r.places.back().file == f)
          continue; // a common record is shared by all functions of a file
        if (r.places.size() < kReferrers)
          r.places.push_back({f, sec, e.offset, unwind});
        else
          ++r.more;
      }
    }
  return reports;
}

// Other versions of foo, when foo@V is what is missing.
std::string other_versions(const Link &link, std::string_view name) {
  auto at = name.find('@');
  if (at == name.npos || at == 0)
    return "";
  std::string_view plain = name.substr(0, at);
  std::string text;
  for (const InputFile *f : link.shareds)
    for (const Symbol *s : f->symbols)
      if (s && s->file == f && s->name().starts_with(plain) &&
          (s->name().size() == at || s->name()[at] == '@'))
        text += "\n>>> " + f->display_name() + " has " + std::string(s->name()) +
                (s->name().size() == at ? " in another version" : "");
  return text;
}

// Symbols whose makers want users to think twice (.gnu.warning.gets).
void report_use_warnings(Link &link) {
  std::unordered_map<const Symbol *, const Link::UseWarning *> about;
  for (const Link::UseWarning &w : link.use_warnings)
    if (Symbol *s = link.symbols.find(w.symbol); s && s->file == w.file)
      about.emplace(s, &w);
  if (about.empty())
    return;
  // The link goes on: relocations are visited of those files alone that name such a symbol.
  std::vector<char> names_one(link.objects.size());
  parallel_for(link.objects.size(), 16, [&](std::size_t i) {
    const InputFile &f = *link.objects[i];
    names_one[i] = std::any_of(f.symbols.begin() + f.first_global, f.symbols.end(),
                               [&](const Symbol *s) { return s && about.contains(s); });
  });
  std::vector<InputFile *> files;
  for (std::size_t i = 0; i < link.objects.size(); ++i)
    if (names_one[i])
      files.push_back(link.objects[i]);
  std::vector<Report> reports =
      find_referrers(link, files, [&](const Symbol &s) { return about.contains(&s); });
  for (Report &r : reports) {
    const Link::UseWarning &w = *about[r.symbol];
    std::erase_if(r.places, [&](const Place &p) { return p.file == w.file; });
    if (r.places.empty())
      continue;
    const Place first = r.places[0];
    link.diag.warn(std::string(w.text), first.file->priority, first.offset,
                   [&link, places = std::move(r.places)] {
                     std::string text;
                     for (const Place &p : places)
                       text += referrer_text(link, p);
                     return text;
                   });
  }
}

// What shared objects lack, with the libraries that want it.
void report_shared_undefined(Link &link, bool only_warn) {
  struct Lack {
    Symbol *symbol;
    std::string by;
  };
  std::vector<Lack> lacks;
  for (InputFile *f : link.shareds) {
    if (f->as_needed && !f->needed)
      continue;
    for (Symbol *s : f->reader->unresolved(link, *f)) {
      auto it = std::find_if(lacks.begin(), lacks.end(), [&](Lack &l) { return l.symbol == s; });
      if (it == lacks.end())
        it = lacks.insert(it, {s, ""});
      it->by += "\n>>> required by " + f->display_name();
    }
  }
  if (lacks.empty())
    return;
  std::vector<std::string_view> names;
  for (Lack &l : lacks)
    names.push_back(l.symbol->name());
  auto definers =
      link.find_definers ? link.find_definers(link, names) : std::vector<std::string>(lacks.size());
  for (std::size_t i = 0; i < lacks.size(); ++i) {
    std::string text = "undefined symbol: " + link.readable(names[i]) + lacks[i].by + definers[i] +
                       "\n>>> --allow-shlib-undefined leaves it to the loader";
    if (only_warn)
      link.diag.warn(std::move(text), ~u64(0), ~u64(0));
    else
      link.diag.error(std::move(text), ~u64(0), ~u64(0));
  }
}

// A C++ function and a C one of the same name: extern "C" is missing on one side. "" if there is no such
// pair.
std::string other_linkage(const Link &link, std::string_view name) {
  if (name.starts_with("_Z")) {
    std::string readable = demangle(name);
    readable.resize(std::min(readable.find('('), readable.size()));
    const Symbol *s = link.symbols.find(readable);
    if (!s || !s->is_defined() || !s->file || s->file == link.internal)
      return "";
    return "\n>>> " + s->file->display_name() + " defines " + readable +
           " as C does: is its declaration to be extern \"C\"?";
  }
  // _Z4namei and the like.
  std::string prefix = "_Z" + std::to_string(name.size()) + std::string(name);
  for (const InputFile *f : link.objects)
    for (std::size_t k = f->first_global; k < f->symbols.size(); ++k)
      if (const Symbol *s = f->symbols[k]; s && s->file == f && s->is_defined() &&
                                           s->name().starts_with(prefix) && s->name().size() > prefix.size())
        return "\n>>> " + f->display_name() + " defines " + demangle(s->name()) +
               " as C++ does: is it to be extern \"C\"?";
  return "";
}

// "" when nothing but more code can help.
std::string hint(const Link &link, const Symbol &s) {
  std::string_view name = s.name();
  if (name == "main")
    return "\n>>> no input defines main: a program needs one, a library is made by -shared";
  if (std::string text = other_linkage(link, name); !text.empty())
    return text;
  if (s.vis() == Visibility::Hidden || s.vis() == Visibility::Internal)
    return "\n>>> it is declared hidden: a definition in a shared library does not count";
  if (name.starts_with("_ZTV"))
    return "\n>>> a vtable is made where the first virtual function of its class that is neither inline "
           "nor pure is defined: is that definition missing?";
  return "";
}

} // namespace

void report_duplicate_symbols(Link &link) {
  if (link.opt.allow_multiple_definition)
    return;
  parallel_for_each(
      link.objects,
      [&](InputFile *f) {
        if (f->reader)
          f->reader->report_duplicates(link, *f);
      },
      16);
  for (const Link::Duplicate &d : link.duplicates)
    link.diag.error("duplicate symbol: " + link.readable(d.symbol->name()), d.file->priority, d.native,
                    [&link, d] {
                      u64 c = d.symbol->claim.load(std::memory_order_relaxed);
                      return definition_text(*link.files[claim_priority(c)], claim_index(c)) +
                             definition_text(*d.file, d.native);
                    });
}

void report_undefined_symbols(Link &link) {
  const Options &opt = link.opt;
  if (link.is_relocatable())
    return;
  report_use_warnings(link);
  bool only_warn = opt.unresolved == UnresolvedPolicy::Warn || opt.noinhibit_exec;
  if (opt.allow_shlib_undefined_set ? !opt.allow_shlib_undefined : !link.is_shared())
    report_shared_undefined(link, only_warn);
  if (opt.unresolved == UnresolvedPolicy::Ignore)
    return;
  auto report = [&](std::string text, u64 order, Diag::Details details) {
    if (only_warn)
      link.diag.warn(std::move(text), ~u64(0), order, std::move(details));
    else
      link.diag.error(std::move(text), ~u64(0), order, std::move(details));
  };
  for (const std::string &name : opt.require_defined)
    if (Symbol *s = link.symbols.find(name); !s || s->is_undefined())
      report("--require-defined: undefined symbol: " + name, 0, {});
  // A shared object may leave symbols to other images, but not those that it says are its own.
  bool others_may = link.is_shared() && !opt.no_undefined && opt.unresolved == UnresolvedPolicy::Default;
  auto missing = [&](const Symbol &s) {
    if (!opt.allowed_undefined.empty() &&
        std::find(opt.allowed_undefined.begin(), opt.allowed_undefined.end(), s.name()) !=
            opt.allowed_undefined.end())
      return false;
    return s.klass() == SymClass::Undef && !s.is_imported() &&
           (!others_may || s.vis() != Visibility::Default);
  };
  std::atomic<bool> any{false};
  parallel_for_each(
      link.objects,
      [&](InputFile *f) {
        for (std::size_t k = f->first_global; k < f->symbols.size(); ++k)
          if (Symbol *s = f->symbols[k]; s && s->file == f && missing(*s))
            any = true;
      },
      16);
  for (Symbol *s : link.roots)
    if (s->klass() == SymClass::Undef && s->marked(kMarkRoot) && !s->file)
      any = true;
  if (!any)
    return;

  std::vector<Report> reports = find_referrers(link, link.objects, missing);
  std::vector<std::string> definers(reports.size());
  if (link.find_definers) {
    std::vector<std::string_view> names;
    std::size_t n = opt.error_limit
                        ? std::min<std::size_t>(reports.size(), static_cast<std::size_t>(opt.error_limit))
                        : reports.size();
    for (std::size_t i = 0; i < n; ++i)
      names.push_back(reports[i].symbol->name());
    auto found = link.find_definers(link, names);
    std::move(found.begin(), found.end(), definers.begin());
  }
  for (std::size_t i = 0; i < reports.size(); ++i) {
    const Symbol *symbol = reports[i].symbol;
    std::string_view name = symbol->name();
    report("undefined symbol: " + link.readable(name), i,
           [&link, name, symbol, r = std::move(reports[i]), definer = std::move(definers[i])] {
             std::string text;
             for (const Place &p : r.places)
               text += referrer_text(link, p);
             if (r.more)
               text += format("\n>>> referenced %zu more %s", r.more, r.more == 1 ? "time" : "times");
             for (const LastLibrary *lib : link.last_libraries)
               if (std::string note = lib->about_undefined(link, name); !note.empty())
                 text += "\n>>> " + note;
             return text + definer + other_versions(link, name) + hint(link, *symbol);
           });
  }
}

} // namespace gold
