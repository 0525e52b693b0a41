// -Map: output sections with their members and the symbols in them.
#include "layout/layout.h"
#include "support/demangle.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>

namespace gold {

void write_map_file(Link &link) {
  const std::string &path = link.opt.map_file;
  if (path.empty()) {
    if (link.opt.cref)
      write_cross_references(link, stdout);
    return;
  }
  std::FILE *f = path == "-" ? stdout : std::fopen(path.c_str(), "w");
  if (!f) {
    link.diag.error("cannot open map file " + path + ": " + strerror(errno));
    return;
  }
  std::vector<std::pair<Section *, Symbol *>> syms;
  for (InputFile *file : link.objects)
    for (std::size_t k = file->first_global; k < file->symbols.size(); ++k)
      if (Symbol *s = file->symbols[k]; s && s->file == file && s->section && !(s->flags & kSymSection))
        syms.emplace_back(s->section, s);
  std::stable_sort(syms.begin(), syms.end(), [](auto &a, auto &b) {
    return std::less<>()(a.first, b.first) || (a.first == b.first && a.second->value < b.second->value);
  });
  bool any = false;
  for (InputFile *file : link.objects)
    if (file->pulled_by) {
      if (!any)
        std::fprintf(f, "Archive member included to satisfy reference by file (symbol)\n\n");
      any = true;
      std::fprintf(f, "%-30s%s (%.*s)\n", file->display_name().c_str(),
                   file->pulled_by->display_name().c_str(), static_cast<int>(file->pulled_for->name().size()),
                   file->pulled_for->name().data());
    }
  std::fprintf(f, "\nLinker script and memory map\n\n");
  for (OutputSection *o : link.outputs) {
    std::fprintf(f, "%-16.*s0x%016llx 0x%llx\n", static_cast<int>(o->name.size()), o->name.data(),
                 static_cast<unsigned long long>(o->addr), static_cast<unsigned long long>(o->size));
    for (Section *s : o->members) {
      std::fprintf(f, " %-15.*s0x%016llx 0x%-8llx %s\n", static_cast<int>(s->name_size), s->name_data,
                   static_cast<unsigned long long>(o->addr + s->offset),
                   static_cast<unsigned long long>(s->size), s->file ? s->file->display_name().c_str() : "");
      auto lo = std::lower_bound(syms.begin(), syms.end(), s,
                                 [](auto &a, Section *b) { return std::less<>()(a.first, b); });
      for (; lo != syms.end() && lo->first == s; ++lo)
        std::fprintf(f, "%-16s0x%016llx                %s\n", "",
                     static_cast<unsigned long long>(lo->second->value),
                     demangle(lo->second->name()).c_str());
    }
  }
  if (link.opt.cref)
    write_cross_references(link, f);
  if (f != stdout)
    std::fclose(f);
}

} // namespace gold
