// Liveness. Without --gc-sections everything lives. With it, a section lives if a root reaches it by
// references; the members of a group and dependents (SHF_LINK_ORDER) live with it. Sections that
// are not part of the memory image live as their file does, unless they follow what they describe.
// Some references hold only when something else lives too: these the target tells at each end of the
// flood, until there are none left.
#include "layout/layout.h"
#include "support/threads.h"

#include <algorithm>

namespace gold {

namespace {
class Marker {
public:
  explicit Marker(Link &link) : link_(link) {}

  void visit(Section *s) {
    if (s && s->leader)
      s = s->leader;
    if (!s || s->discarded || s->live.exchange(1, std::memory_order_relaxed))
      return;
    work_.push_back(s);
  }
  void visit(Symbol *s) {
    if (!s)
      return;
    if (s->is_shared() && s->file)
      s->file->needed.store(true, std::memory_order_relaxed);
    visit(s->section);
  }
  void run() {
    EdgeBuffer buf;
    for (;;) {
      flood(buf);
      buf.clear();
      link_.target->conditional_edges(link_, buf);
      if (buf.edges.empty() && buf.again.empty())
        return;
      follow(buf);
    }
  }

private:
  void flood(EdgeBuffer &buf) {
    while (!work_.empty()) {
      Section *s = work_.back();
      work_.pop_back();
      for (Section *g = s->group_next; g && g != s; g = g->group_next)
        visit(g);
      for (Section *d = s->dependent; d; d = d->next_dependent)
        visit(d);
      buf.clear();
      link_.target->edges(link_, *s, buf);
      follow(buf);
    }
  }
  void follow(const EdgeBuffer &buf) {
    for (const Edge &e : buf.edges)
      visit(e.symbol);
    for (Section *s : buf.again)
      if (s->is_live())
        work_.push_back(s);
  }

  Link &link_;
  std::vector<Section *> work_;
};

// Sections whose names are C identifiers live when __start_NAME or __stop_NAME is referenced.
bool start_stop_referenced(Link &link, const Section &s) {
  std::string n(s.name());
  for (const char *prefix : {"__start_", "__stop_"})
    if (Symbol *sym = link.symbols.find(prefix + n); sym && sym->marked(kMarkRefObject | kMarkRefShared))
      return true;
  return false;
}

} // namespace

const char *root_reason(Link &link, const Section &s) {
  if (s.keep_script)
    return "the linker script says KEEP";
  if (s.flags & kSecRetain)
    return "it is marked as one to be retained";
  if (link.target->is_root(link, s))
    return "sections of its kind are always kept";
  if ((s.flags & kSecNamedRoot) && !link.opt.start_stop_gc && start_stop_referenced(link, s))
    return "__start_ or __stop_ of its name is referred to";
  return nullptr;
}

bool is_kept_for_others(const Link &link, const Symbol &s) {
  return s.is_exported() || (link.opt.gc_keep_exported && s.section && !s.is_local() && !s.is_undefined());
}

void mark_live_sections(Link &link) {
  if (!link.opt.gc_sections || link.is_relocatable()) {
    parallel_for_each(
        link.objects,
        [&](InputFile *f) {
          for_each_section(f, [](Section &s) { s.live.store(!s.discarded, std::memory_order_relaxed); });
          for (std::size_t k = f->first_global; k < f->symbols.size(); ++k)
            if (Symbol *s = f->symbols[k]; s && s->is_shared() && s->file && s->marked(kMarkStrongRef))
              s->file->needed.store(true, std::memory_order_relaxed);
        },
        16);
    explain_liveness(link);
    return;
  }
  Marker marker(link);
  for (Symbol *s : link.roots)
    marker.visit(s);
  for (InputFile *f : link.objects) {
    for_each_section(f, [&](Section &s) {
      if (!s.is_alloc() && !(s.flags & kSecFollows)) {
        s.live.store(!s.discarded, std::memory_order_relaxed);
        return;
      }
      if (root_reason(link, s))
        marker.visit(&s);
    });
    for (std::size_t k = f->first_global; k < f->symbols.size(); ++k)
      if (Symbol *s = f->symbols[k]; s && s->file == f && is_kept_for_others(link, *s))
        marker.visit(s);
  }
  marker.run();
  explain_liveness(link);
  if (link.opt.print_gc_sections)
    for (InputFile *f : link.objects)
      for_each_section(f, [&](Section &s) {
        if (!s.is_live() && s.is_alloc())
          link.diag.note("removing unused section " + f->display_name() + ":(" + std::string(s.name()) + ")",
                         f->priority, s.index);
      });
}

void scan_relocations(Link &link) {
  parallel_for_each(link.objects, [&](InputFile *f) {
    for (Section *s : f->sections)
      if (s && s->is_live() && s->is_alloc() && s->num_relocs)
        link.target->scan(link, *s);
  });
}

} // namespace gold
