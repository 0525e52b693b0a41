// Thunk islands stand between input sections, at distances that leave a margin to the branch's reach. In
// each round of the address loop every branch that does not reach its destination gets a thunk in
// an island within reach, shared with other branches to the same place. Thunks are never taken
// back, so that the loop ends.
#include "layout/thunks.h"

#include "support/threads.h"

#include <algorithm>

namespace gold {

class ThunkIsland : public Synthetic {
public:
  ThunkIsland(const BranchModel &m, u64 native_flags, u32 native_type)
      : Synthetic(".text.thunk", native_type, native_flags, kSecAlloc | kSecExec, m.thunk_align), model_(m) {
    keep_empty = true;
  }
  struct Entry {
    Symbol *symbol;
    i64 addend;
    bool operator==(const Entry &) const = default;
  };
  std::vector<Entry> entries;

  // Index of the thunk for this destination, or -1.
  int find(Symbol *s, i64 addend) const {
    auto it = std::find(entries.begin(), entries.end(), Entry{s, addend});
    return it == entries.end() ? -1 : static_cast<int>(it - entries.begin());
  }
  u64 address(int i) const { return section.address() + static_cast<u64>(i) * model_.thunk_size; }
  void add(Symbol *s, i64 addend) {
    entries.push_back({s, addend});
    section.size = entries.size() * model_.thunk_size;
  }
  void write(Link &link, u8 *buf) override {
    for (std::size_t i = 0; i < entries.size(); ++i)
      link.target->write_thunk(link, buf + i * model_.thunk_size, address(static_cast<int>(i)),
                               link.target->destination(link, *entries[i].symbol) +
                                   static_cast<u64>(entries[i].addend));
  }

private:
  BranchModel model_;
};

namespace {
std::vector<ThunkIsland *> islands_of(const OutputSection &o) {
  std::vector<ThunkIsland *> v;
  for (Section *s : o.thunk_islands)
    v.push_back(static_cast<ThunkIsland *>(s->synth));
  return v;
}
bool reaches(const BranchModel &m, u64 from, u64 to) {
  i64 d = static_cast<i64>(to - from);
  return d >= -m.reach && d < m.reach;
}
} // namespace

void prepare_thunks(Link &link) {
  BranchModel m = link.target->branch_model();
  if (!m.reach)
    return;
  u64 text = 0;
  for (OutputSection *o : link.outputs)
    if (o->flags & kSecExec)
      text += o->size;
  if (text < static_cast<u64>(m.reach) * 7 / 8)
    return;
  u64 step = static_cast<u64>(m.reach) / 4;
  for (OutputSection *o : link.outputs) {
    if (!(o->flags & kSecExec) || o->members.empty())
      continue;
    std::vector<Section *> members;
    u64 since = 0;
    auto island = [&] {
      auto *t = link.synthesize<ThunkIsland>(m, o->native_flags, o->native_type);
      t->section.output = o;
      members.push_back(&t->section);
      o->thunk_islands.push_back(&t->section);
      since = 0;
    };
    for (Section *s : o->members) {
      if (since + s->size > step && since)
        island();
      members.push_back(s);
      since += s->size;
    }
    island();
    o->members = std::move(members);
  }
}

bool update_thunks(Link &link) {
  BranchModel m = link.target->branch_model();
  bool added = false;
  std::vector<Branch> branches;
  for (OutputSection *o : link.outputs) {
    if (o->thunk_islands.empty())
      continue;
    std::vector<ThunkIsland *> islands = islands_of(*o);
    // A margin: later rounds may move things apart by the thunks that are added meanwhile.
    BranchModel near = m;
    near.reach -= m.reach / 32;
    for (Section *s : o->members) {
      if (s->kind == SectionKind::Synthetic || !s->num_relocs)
        continue;
      branches.clear();
      link.target->branches(link, *s, branches);
      for (const Branch &b : branches) {
        u64 from = s->address() + b.offset;
        u64 to = link.target->destination(link, *b.symbol) + static_cast<u64>(b.addend);
        if (reaches(near, from, to))
          continue;
        ThunkIsland *best = nullptr;
        bool have = false;
        for (ThunkIsland *t : islands) {
          if (!reaches(near, from, t->section.address() + t->section.size))
            continue;
          if (t->find(b.symbol, b.addend) >= 0) {
            have = true;
            break;
          }
          best = t;
        }
        if (have)
          continue;
        if (!best) {
          link.diag.error(
              s->file->display_name() + ":(" + std::string(s->name()) +
              format("+0x%x): branch target is out of range, and no thunk is within reach", b.offset));
          return false;
        }
        best->add(b.symbol, b.addend);
        added = true;
      }
    }
  }
  return added;
}

u64 thunk_for(const Section &from, u64 place, Symbol *symbol, i64 addend) {
  if (!from.output)
    return 0;
  u64 best = 0, best_distance = ~u64(0);
  for (Section *s : from.output->thunk_islands) {
    auto *t = static_cast<ThunkIsland *>(s->synth);
    int i = t->find(symbol, addend);
    if (i < 0)
      continue;
    u64 a = t->address(i), d = a > place ? a - place : place - a;
    if (d < best_distance) {
      best = a;
      best_distance = d;
    }
  }
  return best;
}

} // namespace gold
