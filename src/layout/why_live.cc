// --why-live: the chain of references from a root to each symbol asked for.
//
// The mark pass keeps no record of who reached a section first; here the flood runs again, breadth first, so
// that the chains shown are as short as can be, with a table of predecessors.
#include "layout/layout.h"
#include "support/glob.h"

#include <algorithm>
#include <unordered_map>

namespace gold {

namespace {

struct Origin {
  Section *from;      // null: a root
  u32 offset;         // of the reference in `from`
  std::string reason; // of a root, or what ties the two sections together
};

class Explainer {
public:
  explicit Explainer(Link &link) : link_(link) {}

  void flood() {
    for (Symbol *s : link_.roots)
      reach(s,
            {nullptr, 0, s == link_.entry ? "it is the entry point" : "-u or --require-defined asks for it"});
    for (InputFile *f : link_.objects) {
      for (Section *s : f->sections)
        if (s && s->is_alloc())
          if (const char *why = root_reason(link_, *s))
            reach(s, {nullptr, 0, why});
      for (std::size_t k = f->first_global; k < f->symbols.size(); ++k)
        if (Symbol *s = f->symbols[k]; s && s->file == f && is_kept_for_others(link_, *s))
          reach(s, {nullptr, 0, "other images may use " + link_.readable(s->name())});
    }
    EdgeBuffer buf;
    for (std::size_t i = 0; i < queue_.size(); ++i) {
      Section *s = queue_[i];
      buf.clear();
      link_.target->edges(link_, *s, buf);
      for (const Edge &e : buf.edges)
        reach(e.symbol, {s, e.offset, ""});
      for (Section *g = s->group_next; g && g != s; g = g->group_next)
        reach(g, {s, 0, "as a member of its group"});
      for (Section *d = s->dependent; d; d = d->next_dependent)
        reach(d, {s, 0, "since it belongs to it"});
    }
  }

  std::string chain(Section *s) {
    std::string text;
    while (s) {
      auto it = origin_.find(s);
      if (it == origin_.end())
        return text + "\n>>> kept because of what the format itself says";
      const Origin &o = it->second;
      if (!o.from)
        return text + "\n>>> kept because " + o.reason;
      text += "\n>>> kept by " + Link::place_text(*o.from->file, *o.from, o.offset);
      if (!o.reason.empty())
        text += ", " + o.reason;
      else if (std::string source = link_.source_line(*o.from->file, *o.from, o.offset); !source.empty())
        text += source.starts_with("in function") ? " " + source : ", " + source;
      s = o.from;
    }
    return text;
  }

private:
  void reach(Symbol *s, Origin o) {
    if (s)
      reach(s->section, std::move(o));
  }
  void reach(Section *s, Origin o) {
    if (s && s->is_live() && origin_.try_emplace(s, std::move(o)).second)
      queue_.push_back(s);
  }
  Link &link_;
  std::unordered_map<Section *, Origin> origin_;
  std::vector<Section *> queue_;
};

} // namespace

void explain_liveness(Link &link) {
  const Options &opt = link.opt;
  if (opt.why_live.empty())
    return;
  bool collects = opt.gc_sections && !link.is_relocatable();
  Explainer explainer(link);
  if (collects)
    explainer.flood();
  std::string out;
  for (InputFile *f : link.objects)
    for (Symbol *s : f->symbols) {
      if (!s || s->file != f || !s->section || !s->section->is_live() || (s->flags & kSymSection))
        continue;
      if (std::none_of(opt.why_live.begin(), opt.why_live.end(),
                       [&](const std::string &glob) { return glob_match(glob, s->name()); }))
        continue;
      out += "live symbol: " + link.readable(s->name()) + "\n>>> in " +
             Link::place_text(*s->section->file, *s->section, s->value);
      out += collects ? explainer.chain(s->section) : "\n>>> kept because --gc-sections is not given";
      out += '\n';
    }
  std::fwrite(out.data(), 1, out.size(), stdout);
}

} // namespace gold
