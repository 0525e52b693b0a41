// The order of input sections inside their output sections, where the user asks for another than that of
// the command line: --symbol-ordering-file, --section-ordering-file, --shuffle-sections,
// --reverse-sections. Each section gets a rank that place_sections sorts by.
//
// What is listed comes first, in the order of the list; the rest follows in link order. Tables that the
// linker makes stay in front, and sections that have a rank by their own rules (init arrays) keep it.
#include <algorithm>
#include <unordered_map>

#include "layout/layout.h"
#include "support/glob.h"
#include "support/hash.h"
#include "support/mapped_file.h"

namespace gold {

namespace {

constexpr u32 kUnlisted = u32(1) << 30;

bool may_move(const Section &s) {
  return s.is_live() && s.is_alloc() && s.order == 0 && !(s.flags & kSecLinkOrder);
}

template <class F> void each_section(Link &link, F &&fn) {
  for (InputFile *f : link.objects)
    if (f != link.internal)
      for (Section *s : f->sections)
        if (s && may_move(*s))
          fn(*s);
}

// The lines of a list, without comments and blanks.
std::vector<std::string_view> read_lines(Link &link, const std::string &path) {
  std::string why;
  const MappedFile *m = map_file(path, &why);
  if (!m) {
    link.diag.error("cannot open " + path + ": " + why);
    return {};
  }
  std::vector<std::string_view> lines;
  std::string_view text = m->bytes.str();
  while (!text.empty()) {
    std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text = end == text.npos ? std::string_view() : text.substr(end + 1);
    line = line.substr(0, line.find('#'));
    constexpr const char *blanks = " \t\r";
    std::size_t first = line.find_first_not_of(blanks);
    if (first != line.npos)
      lines.push_back(line.substr(first, line.find_last_not_of(blanks) - first + 1));
  }
  return lines;
}

void order_by_symbols(Link &link) {
  std::unordered_map<std::string_view, u32> rank;
  std::vector<std::string_view> lines = read_lines(link, link.opt.symbol_ordering_file);
  for (std::string_view name : lines)
    rank.emplace(name, static_cast<u32>(rank.size()));
  std::vector<bool> found(rank.size());
  std::unordered_map<Section *, u32> first; // by section: the best rank of its symbols
  for (InputFile *f : link.objects)
    for (std::size_t k = 0; k < f->symbols.size(); ++k) {
      Symbol *s = f->symbols[k];
      if (!s || s->file != f || (s->flags & kSymSection))
        continue;
      auto it = rank.find(s->name());
      if (it == rank.end())
        continue;
      found[it->second] = true;
      Section *sec = s->section && s->section->leader ? s->section->leader : s->section;
      if (!sec || !may_move(*sec))
        continue;
      auto [at, fresh] = first.try_emplace(sec, it->second);
      at->second = std::min(at->second, it->second);
    }
  each_section(link, [&](Section &s) {
    auto it = first.find(&s);
    s.order = it == first.end() ? kUnlisted : it->second + 1;
  });
  if (link.opt.warn_symbol_ordering)
    for (std::string_view name : lines)
      if (auto it = rank.find(name); !found[it->second]) {
        found[it->second] = true; // one word is enough
        link.diag.warn(link.opt.symbol_ordering_file + ": no such symbol: " + std::string(name), 0, it->second);
      }
}

void order_by_sections(Link &link) {
  std::vector<std::string_view> globs = read_lines(link, link.opt.section_ordering_file);
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
