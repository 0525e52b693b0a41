// Patches stand in islands at the end of an output section, in a large one also between input sections, where
// jumps reach them. In each round of the address loop every section is asked which of its instructions stand
// wrong by the addresses of the moment; those get a patch, and keep it if they move, so that the loop ends.
// What follows an island within its output section moves by whole pages only: what is wrong depends on the
// place within a page, and should not change with each patch.
//
// A patch holds the instruction as it is after relocation. So the section's task leaves it in the island's
// list, and islands are written late.
#include "layout/patches.h"

#include "support/threads.h"

#include <algorithm>

namespace gold {

namespace {

constexpr u64 kPage = 4096;

class PatchIsland : public Synthetic {
public:
  PatchIsland(u32 patch_size, u64 native_flags, u32 native_type, bool last)
      : Synthetic(".text.patch", native_type, native_flags, kSecAlloc | kSecExec, last ? 4 : kPage),
        patch_size_(patch_size), last_(last) {
    keep_empty = true;
    late = true;
  }
  struct Entry {
    const Section *section;
    u32 offset;
    u32 instruction = 0; // known once the section has been relocated
  };
  std::vector<Entry> entries;

  void add(const Section &s, u32 offset) {
    entries.push_back({&s, offset});
    u64 size = entries.size() * patch_size_;
    section.size = last_ ? size : align_up(size, kPage);
  }
  u64 address(u32 i) const { return section.address() + u64(i) * patch_size_; }
  void write(Link &link, u8 *buf) override {
    for (u32 i = 0; i < entries.size(); ++i) {
      const Entry &e = entries[i];
      link.target->write_patch(link, buf + u64(i) * patch_size_, address(i), e.instruction,
                               e.section->address() + e.offset);
    }
  }

private:
  u32 patch_size_;
  bool last_; // of its output section
};

u64 distance(u64 a, u64 b) {
  return a > b ? a - b : b - a;
}

} // namespace

void prepare_patches(Link &link) {
  u32 size = link.target->patch_size(link);
  if (!size)
    return;
  u64 step = static_cast<u64>(link.target->branch_model().reach) / 2;
  for (OutputSection *o : link.outputs) {
    if (!(o->flags & kSecExec) || o->members.empty())
      continue;
    std::vector<Section *> members;
    u64 since = 0;
    auto island = [&](bool last) {
      auto *t = link.synthesize<PatchIsland>(size, o->native_flags, o->native_type, last);
      t->section.output = o;
      members.push_back(&t->section);
      o->patch_islands.push_back(&t->section);
      since = 0;
    };
    for (Section *s : o->members) {
      if (since && since + s->size > step)
        island(false);
      members.push_back(s);
      since += s->size;
    }
    island(true);
    o->members = std::move(members);
  }
}

bool update_patches(Link &link) {
  bool added = false;
  for (OutputSection *o : link.outputs) {
    if (o->patch_islands.empty())
      continue;
    std::vector<std::vector<u32>> found(o->members.size());
    parallel_for(o->members.size(), 64, [&](std::size_t i) {
      if (Section *s = o->members[i]; s->kind == SectionKind::Regular && s->num_relocs)
        link.target->misplaced(link, *s, found[i]);
    });
    for (std::size_t i = 0; i < found.size(); ++i)
      for (u32 offset : found[i]) {
        const Section &s = *o->members[i];
        std::vector<Patch> &patches = link.patches[&s];
        if (std::any_of(patches.begin(), patches.end(), [&](const Patch &p) { return p.offset == offset; }))
          continue;
        u64 place = s.address() + offset;
        Section *best =
            *std::min_element(o->patch_islands.begin(), o->patch_islands.end(), [&](Section *a, Section *b) {
              return distance(a->address(), place) < distance(b->address(), place);
            });
        auto &island = static_cast<PatchIsland &>(*best->synth);
        patches.push_back({offset, best, u32(island.entries.size())});
        island.add(s, offset);
        added = true;
      }
  }
  return added;
}

void apply_patches(Link &link, const Section &s, u8 *buf) {
  auto it = link.patches.find(&s);
  if (it == link.patches.end())
    return;
  for (const Patch &p : it->second) {
    auto &island = static_cast<PatchIsland &>(*p.island->synth);
    island.entries[p.index].instruction = load<u32>(buf + p.offset);
    link.target->write_jump(link, buf + p.offset, s.address() + p.offset, island.address(p.index));
  }
}

} // namespace gold
