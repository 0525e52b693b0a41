// The order of input sections inside their output sections, where the user asks for another than that of
// the command line: --symbol-ordering-file, --section-ordering-file, --shuffle-sections,
// --reverse-sections. Each section gets a rank that place_sections sorts by.
//
// What is listed comes first, in the order of the list; the rest follows in link order. Tables that the
// linker makes stay in front, and sections that have a rank by their own rules (init arrays) keep it.
#include "layout/layout.h"
#include "support/glob.h"
#include "support/hash.h"

#include <algorithm>
#include <unordered_map>

namespace gold {

namespace {

constexpr u32 kUnlisted = u32(1) << 30;

bool may_move(Link &link, const Section &s) {
  return s.is_live() && s.is_alloc() && s.order == 0 && !(s.flags & kSecLinkOrder) &&
         !link.target->keeps_place(s);
}

template <class F> void each_section(Link &link, F &&fn) {
  for (InputFile *f : link.objects)
    if (f != link.internal)
      for (Section *s : f->sections)
        if (s && may_move(link, *s))
          fn(*s);
}

// A name of the list, and the file that is meant ("" for any).
struct Listed {
  std::string_view file;
  u32 rank;
  bool found = false;
};

void order_by_symbols(Link &link) {
  std::unordered_map<std::string_view, std::vector<Listed>> listed;
  u32 count = 0;
  for (std::string_view text : link.read_list(link.opt.symbol_ordering_file)) {
    OrderLine line = link.target->order_line(text);
    auto &same = listed[line.symbol];
    if (line.symbol.empty() ||
        std::any_of(same.begin(), same.end(), [&](const Listed &l) { return l.file == line.file; }))
      continue;
    same.push_back({line.file, count++});
  }
  std::unordered_map<Section *, u32> first; // by section: the best rank of its symbols
  for (InputFile *f : link.objects) {
    std::string_view base = f->member.empty() ? f->path.substr(f->path.rfind('/') + 1) : f->member;
    for (std::size_t k = 0; k < f->symbols.size(); ++k) {
      Symbol *s = f->symbols[k];
      if (!s || s->file != f || (s->flags & kSymSection))
        continue;
      auto it = listed.find(s->name());
      if (it == listed.end())
        continue;
      auto line = std::find_if(it->second.begin(), it->second.end(),
                               [&](const Listed &l) { return l.file.empty() || l.file == base; });
      if (line == it->second.end())
        continue;
      line->found = true;
      Section *sec = s->section && s->section->leader ? s->section->leader : s->section;
      if (!sec || !may_move(link, *sec))
        continue;
      auto [at, fresh] = first.try_emplace(sec, line->rank);
      at->second = std::min(at->second, line->rank);
    }
  }
  each_section(link, [&](Section &s) {
    auto it = first.find(&s);
    s.order = it == first.end() ? kUnlisted : it->second + 1;
  });
  if (link.opt.warn_symbol_ordering)
    for (auto &[name, same] : listed)
      for (const Listed &l : same)
        if (!l.found)
          link.diag.warn(link.opt.symbol_ordering_file + ": no such symbol: " + std::string(name), 0, l.rank);
}

void order_by_sections(Link &link) {
  std::vector<std::string_view> globs = link.read_list(link.opt.section_ordering_file);
  std::unordered_map<std::string_view, u32> known;
  each_section(link, [&](Section &s) {
    auto [it, fresh] = known.try_emplace(s.name(), kUnlisted);
    if (fresh)
      for (std::size_t i = 0; i < globs.size(); ++i)
        if (glob_match(globs[i], s.name())) {
          it->second = static_cast<u32>(i + 1);
          break;
        }
    s.order = it->second;
  });
}

} // namespace

void order_sections(Link &link) {
  const Options &opt = link.opt;
  if (!opt.symbol_ordering_file.empty()) {
    order_by_symbols(link);
  } else if (!opt.section_ordering_file.empty()) {
    order_by_sections(link);
  } else if (opt.shuffle_sections) {
    each_section(link, [&](Section &s) {
      u64 h = hash_combine(hash_combine(*opt.shuffle_sections, s.file->priority), s.index);
      s.order = static_cast<u32>(h % kUnlisted) + 1;
    });
  } else if (opt.reverse_sections) {
    u32 n = kUnlisted;
    each_section(link, [&](Section &s) { s.order = n--; });
  }
}

} // namespace gold
