// COMDAT sections ("COMDAT Sections (Object Only)").
//
// The first symbol of a COMDAT section is the section's own, whose auxiliary record holds the
// selection; the next external one is its leader, whose name is the key of the group. Two habits of
// GNU tools are accommodated: a leader that is not the first but is called as the section's name
// says behind the $, and unwind sections without a leader or an association (.xdata$f, .pdata$f),
// which belong to .text$f by their names. Where a tool has stripped even the section symbol, the name
// of the section is all that is left.
#include "readers/coff/parts.h"
#include "support/demangle.h"

#include <algorithm>
#include <cstring>

namespace gold::coff {

namespace {

struct Comdat {
  u32 leader = ~0u;
  u32 associate = 0; // with Associative: the section that it follows
  u8 selection = 0;
  bool named = false;      // the leader is called as the section's suffix
  bool has_static = false; // a symbol of its own, but not an external one
  u32 group = 0;           // number in CoffObject::groups + 1
};

std::string_view suffix_of(std::string_view name) {
  auto at = name.find('$');
  return at == name.npos ? std::string_view() : name.substr(at + 1);
}

bool is_comdat(const SectionHeader &h) {
  return h.Characteristics & IMAGE_SCN_LNK_COMDAT;
}

class GroupReader {
public:
  GroupReader(Link &link, CoffObject &o, std::vector<Comdat> &table) : link_(link), o_(o), table_(table) {}

  void run() {
    find_leaders();
    u32 n = static_cast<u32>(o_.shdrs.size());
    for (u32 x = 1; x <= n; ++x)
      if (is_comdat(o_.shdrs[x - 1]))
        lead(x);
    for (u32 x = 1; x <= n; ++x)
      if (is_comdat(o_.shdrs[x - 1]) && !table_[x].group)
        follow(x);
    collect();
  }

private:
  std::string_view name(u32 x) const { return section_name(o_.strtab, o_.shdrs[x - 1]); }

  void find_leaders() {
    u32 n = static_cast<u32>(o_.shdrs.size());
    for (u32 i = 0; i < o_.num_symbols; ++i) {
      Sym s = o_.sym(i);
      u32 at = i;
      i += s.aux;
      if (s.section <= 0 || static_cast<u32>(s.section) > n ||
          !is_comdat(o_.shdrs[static_cast<u32>(s.section) - 1]))
        continue;
      Comdat &c = table_[static_cast<u32>(s.section)];
      if (!c.selection && (s.storage_class != IMAGE_SYM_CLASS_STATIC || s.aux == 0))
        c.selection = IMAGE_COMDAT_SELECT_ANY;
      if (!c.selection) {
        if (i >= o_.num_symbols)
          throw InputError("the auxiliary records of symbol " + std::to_string(at) +
                           " reach beyond the symbol table");
        auto &aux = o_.aux<AuxSection>(at);
        c.selection = aux.Selection;
        c.associate = aux.Number | (o_.big ? u32(aux.HighNumber) << 16 : 0);
        if (c.selection < IMAGE_COMDAT_SELECT_NODUPLICATES || c.selection > IMAGE_COMDAT_SELECT_LARGEST)
          throw InputError("COMDAT section " + std::to_string(s.section) + " has the unknown selection " +
                           std::to_string(c.selection));
        continue;
      }
      if (!s.is_external()) {
        c.has_static = true;
      } else if (c.leader == ~0u) {
        c.leader = at;
        std::string_view suffix = suffix_of(name(static_cast<u32>(s.section)));
        c.named = suffix.empty() || suffix == symbol_name(o_.strtab, s.raw);
      } else if (!c.named && suffix_of(name(static_cast<u32>(s.section))) == symbol_name(o_.strtab, s.raw)) {
        c.leader = at;
        c.named = true;
      }
    }
  }

  void make_group(u32 x, std::string_view key) {
    GroupCopy copy;
    copy.group = link_.groups.intern(key);
    copy.native = x;
    if (table_[x].selection == IMAGE_COMDAT_SELECT_LARGEST)
      copy.rank = ~u32(o_.shdrs[x - 1].SizeOfRawData);
    o_.groups.push_back(copy);
    o_.selections.push_back(table_[x].selection);
    table_[x].group = static_cast<u32>(o_.groups.size());
  }

  void lead(u32 x) {
    Comdat &c = table_[x];
    if (c.selection == IMAGE_COMDAT_SELECT_ASSOCIATIVE || c.leader == ~0u)
      return;
    make_group(x, symbol_name(o_.strtab, o_.sym(c.leader).raw));
    if (std::string_view n = name(x); n.starts_with(".text"))
      texts_.push_back({suffix_of(n), x});
  }

  // The section .text$SUFFIX, or 0.
  u32 text_of(std::string_view suffix) {
    if (!sorted_) {
      std::sort(texts_.begin(), texts_.end());
      sorted_ = true;
    }
    auto at = std::lower_bound(texts_.begin(), texts_.end(), std::pair<std::string_view, u32>(suffix, 0));
    return at != texts_.end() && at->first == suffix ? at->second : 0;
  }

  void follow(u32 x) {
    Comdat &c = table_[x];
    if (c.selection == IMAGE_COMDAT_SELECT_ASSOCIATIVE) {
      u32 to = c.associate;
      for (int depth = 0;; ++depth) {
        if (to == 0 || to > o_.shdrs.size() || depth > 8)
          throw InputError("COMDAT section " + std::to_string(x) +
                           " is associated with a section that is not there");
        const Comdat &t = table_[to];
        if (t.group || !is_comdat(o_.shdrs[to - 1]) || t.selection != IMAGE_COMDAT_SELECT_ASSOCIATIVE)
          break;
        to = t.associate;
      }
      c.group = table_[to].group; // 0: of a section that is always linked
      return;
    }
    std::string_view n = name(x);
    bool unwind = n.starts_with(".xdata$") || n.starts_with(".pdata$");
    if (unwind)
      if (u32 text = text_of(suffix_of(n))) {
        c.group = table_[text].group;
        return;
      }
    if (unwind || !c.has_static) // GNU tools then know the section by its name
      make_group(x, n);
  }

  // The members of each group, in one array.
  void collect() {
    std::size_t groups = o_.groups.size();
    std::vector<u32> begin(groups + 1);
    for (const Comdat &c : table_)
      if (c.group)
        ++begin[c.group];
    for (std::size_t g = 1; g <= groups; ++g)
      begin[g] += begin[g - 1];
    auto members = Arena::array<ul32>(begin[groups]);
    for (std::size_t g = 0; g < groups; ++g)
      o_.groups[g].members = members.subspan(begin[g], begin[g + 1] - begin[g]);
    for (u32 x = 1; x < table_.size(); ++x)
      if (u32 g = table_[x].group)
        members[begin[g - 1]++] = x;
  }

  Link &link_;
  CoffObject &o_;
  std::vector<Comdat> &table_; // by section number
  std::vector<std::pair<std::string_view, u32>> texts_;
  bool sorted_ = false;
};

} // namespace

void read_groups(Link &link, CoffObject &o) {
  if (std::none_of(o.shdrs.begin(), o.shdrs.end(), is_comdat))
    return;
  static thread_local std::vector<Comdat> table;
  table.assign(o.shdrs.size() + 1, {});
  GroupReader(link, o, table).run();
}

void check_selection(Link &link, CoffObject &o, u32 x, u8 selection, const Section &winner,
                     const Symbol &leader) {
  const SectionHeader &h = o.shdrs[x - 1];
  const char *wrong = nullptr;
  switch (selection) {
  case IMAGE_COMDAT_SELECT_NODUPLICATES:
    wrong = "may be defined once only";
    break;
  case IMAGE_COMDAT_SELECT_SAME_SIZE:
    // GNU tools round sections up to their alignment, which is no part of what must be equal.
    if (align_up(h.SizeOfRawData, winner.align()) != align_up(winner.size, winner.align()))
      wrong = "must have the same size in all files";
    break;
  case IMAGE_COMDAT_SELECT_EXACT_MATCH:
    if (h.SizeOfRawData != winner.size ||
        (winner.data && std::memcmp(o.bytes.sub(h.PointerToRawData, winner.size, "section").data(),
                                    winner.data, winner.size) != 0))
      wrong = "must have the same contents in all files";
    break;
  default:
    break;
  }
  if (!wrong)
    return;
  std::string text = "duplicate symbol: ";
  text += link.opt.demangle ? demangle(leader.name()) : std::string(leader.name());
  text += std::string(" ") + wrong + "\n>>> defined in " + winner.file->display_name() + "\n>>> defined in " +
          o.display_name();
  if (selection == IMAGE_COMDAT_SELECT_SAME_SIZE) // as GNU ld: old and new compilers' copies get along
    link.diag.warn(std::move(text), o.priority, x);
  else
    link.diag.error(std::move(text), o.priority, x);
}

} // namespace gold::coff
