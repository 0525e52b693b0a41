// --cref: a table of global symbols by name; behind each the file that defines it, then those that use it.
// Its form is GNU ld's, which tools read.
#include "layout/layout.h"

#include <algorithm>

namespace gold {

void write_cross_references(Link &link, std::FILE *out) {
  struct Line {
    const Symbol *symbol;
    u32 priority; // of the file
    bool uses;
  };
  std::vector<Line> lines;
  for (InputFile *f : link.files) {
    if (!f->live || f->failed || !f->reader)
      continue;
    for (std::size_t k = f->first_global; k < f->symbols.size(); ++k) {
      const Symbol *s = f->symbols[k];
      if (!s)
        continue;
      Mention m = f->reader->mention(*f, static_cast<u32>(k));
      bool uses = m == Mention::Reference || m == Mention::WeakReference;
      // Of a library's thousands of names, those that count are the ones that others use.
      if (m == Mention::None || (f->kind == FileKind::Shared && !s->marked(kMarkRefObject)))
        continue;
      lines.push_back({s, f->priority, uses});
    }
  }
  std::sort(lines.begin(), lines.end(), [](const Line &a, const Line &b) {
    if (a.symbol != b.symbol)
      return a.symbol->name() < b.symbol->name();
    return a.uses != b.uses ? !a.uses : a.priority < b.priority;
  });
  std::fprintf(out, "\nCross Reference Table\n\n%-49s %s\n", "Symbol", "File");
  const Symbol *last = nullptr;
  u32 last_file = 0;
  for (const Line &l : lines) {
    if (l.symbol == last && l.priority == last_file)
      continue; // named twice by one file
    std::string name = l.symbol == last ? "" : link.readable(l.symbol->name());
    std::fprintf(out, "%-49s %s\n", name.c_str(), link.files[l.priority]->display_name().c_str());
    last = l.symbol;
    last_file = l.priority;
  }
}

} // namespace gold
