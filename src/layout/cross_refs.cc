// NOCROSSREFS and NOCROSSREFS_TO of linker scripts ("Miscellaneous Commands" of the GNU ld manual): sections
// that are in memory at different times, as those of an overlay, must not refer to each other.
#include "layout/merge.h"
#include "layout/statements.h"
#include "support/threads.h"

#include <algorithm>

namespace gold {

namespace {

const OutputSection *home_of(const Symbol &s) {
  const Section *sec = s.section;
  if (!sec)
    return nullptr;
  if (sec->leader)
    sec = sec->leader;
  return sec->kind == SectionKind::Merge ? merged_output(*sec) : sec->output;
}

class Checker {
public:
  Checker(Link &link, const CrossRefRule &rule) : link_(link), rule_(rule) {}

  void check(const Section &s, EdgeBuffer &buf) const {
    std::ptrdiff_t from = index_of(s.output);
    if (from < 0 || (rule_.to_first && from == 0))
      return;
    buf.clear();
    link_.target->edges(link_, s, buf);
    for (const Edge &e : buf.edges) {
      const OutputSection *to = e.symbol ? home_of(*e.symbol) : nullptr;
      std::ptrdiff_t i = to ? index_of(to) : -1;
      if (i < 0 || i == from || (rule_.to_first && i != 0))
        continue;
      std::string_view name = e.symbol->name().empty() ? to->name : e.symbol->name();
      link_.diag.error(Link::place_text(*s.file, s, e.offset) + ": prohibited cross reference from " +
                           std::string(s.output->name) + " to `" + std::string(name) + "' in " +
                           std::string(to->name),
                       s.file->priority, e.offset, link_.referenced_at(*s.file, s, e.offset));
    }
  }

private:
  std::ptrdiff_t index_of(const OutputSection *o) const {
    if (!o)
      return -1;
    auto at = std::find(rule_.sections.begin(), rule_.sections.end(), o->name);
    return at == rule_.sections.end() ? -1 : at - rule_.sections.begin();
  }
  Link &link_;
  const CrossRefRule &rule_;
};

} // namespace

void check_cross_references(Link &link) {
  for (const CrossRefRule &rule : link.plan.no_cross_refs) {
    Checker checker(link, rule);
    parallel_for_each(
        link.objects,
        [&](InputFile *f) {
          EdgeBuffer buf;
          for (const Section *s : f->sections)
            if (s && s->is_live() && s->kind != SectionKind::Unwind)
              checker.check(*s, buf);
        },
        4);
  }
}

} // namespace gold
