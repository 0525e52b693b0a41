// Identical code folding. Sections with equal bytes whose references go to equal places are one.
//
// Each candidate gets a hash of its contents and of its references; in every round the hash of a
// reference to another candidate is that candidate's hash of the round before, so that recursion
// (f calls itself, f and g call each other) is seen. When a round splits no class, members of a class
// are equal, and the first in link order stands for all. "safe" leaves alone every section whose
// address may be compared: what is exported, what the address-significance table of a file names, and
// what files without such a table refer to in any other way than by a call. Data that the target says nobody
// compares (unwind information) is a candidate like a function, so functions whose own is equal are equal.
#include "layout/layout.h"
#include "support/hash.h"
#include "support/threads.h"

#include <algorithm>

namespace gold {

namespace {

struct Candidate {
  Section *section;
  u64 hash[2];
};

bool may_fold(const Link &link, const Section &s) {
  if (!s.is_live() || !s.is_alloc() || s.kind != SectionKind::Regular || !s.data || s.size == 0)
    return false;
  if (s.flags & (kSecWrite | kSecTls | kSecRetain | kSecNamedRoot | kSecLinkOrder))
    return false;
  if (s.dependent || s.zero_tail || (!(s.flags & kSecExec) && !link.target->is_foldable_data(s)))
    return false;
  if (s.name() == ".init" || s.name() == ".fini")
    return false;
  if (link.opt.icf == IcfMode::Safe && s.address_significant.load(std::memory_order_relaxed))
    return false;
  return true;
}

// A definition may have lost to another file's copy: then it means that one.
Section *home(const Symbol &s) {
  return s.section && s.section->leader ? s.section->leader : s.section;
}

// Sets Section::address_significant.
void mark_significant_sections(Link &link) {
  parallel_for_each(
      link.objects,
      [&](InputFile *f) {
        if (f->has_addrsig)
          return;
        static thread_local EdgeBuffer buf;
        buf.want_calls = true;
        for (Section *s : f->sections) {
          if (!s || !s->is_live() || !s->is_alloc() || s->kind == SectionKind::Unwind)
            continue;
          buf.clear();
          link.target->edges(link, *s, buf);
          for (const Edge &e : buf.edges)
            if (e.symbol && !(e.type & kEdgeCall)) {
              e.symbol->mark(kMarkNoIcf);
              if (Section *t = home(*e.symbol); t && e.symbol->is_local()) // it may be in no symbol table
                t->address_significant.store(1, std::memory_order_relaxed);
            }
        }
      },
      4);
  parallel_for_each(
      link.objects,
      [&](InputFile *f) {
        for (Symbol *s : f->symbols)
          if (s && s->section && (s->marked(kMarkNoIcf) || s->is_exported()))
            home(*s)->address_significant.store(1, std::memory_order_relaxed);
      },
      16);
}

// Identity of a place that is no candidate: the same for equal symbols only.
u64 place_hash(const Symbol &s) {
  if (!s.section)
    return hash_combine(reinterpret_cast<u64>(&s), s.value);
  return hash_combine(reinterpret_cast<u64>(home(s)), s.value);
}

} // namespace

void fold_identical_sections(Link &link) {
  if (link.opt.icf == IcfMode::None || link.is_relocatable())
    return;
  if (link.opt.icf == IcfMode::Safe)
    mark_significant_sections(link);
  std::vector<Candidate> cands;
  for (InputFile *f : link.objects)
    for (Section *s : f->sections)
      if (s && may_fold(link, *s)) {
        s->order = 0;
        cands.push_back({s, {0, 0}});
      }
  for (const std::string &name : link.opt.keep_unique)
    if (Symbol *s = link.symbols.find(name); s && s->section)
      std::erase_if(cands, [&](Candidate &c) { return c.section == s->section; });
  // dyn_index is not in use yet: it holds the section's number here, 0 for no candidate.
  for (std::size_t i = 0; i < cands.size(); ++i)
    cands[i].section->dyn_index = i + 1;

  auto hash_refs = [&](const Candidate &c, int from, bool first) {
    static thread_local EdgeBuffer buf;
    buf.clear();
    buf.want_addends = true;
    link.target->edges(link, *c.section, buf);
    u64 h = c.hash[from];
    if (first) {
      h = hash_combine(hash_bytes(c.section->data, c.section->size), c.section->native_flags);
      h = hash_combine(h, link.target->fold_key(link, *c.section));
    }
    for (std::size_t k = 0; k < buf.edges.size(); ++k) {
      const Edge &e = buf.edges[k];
      if (first) {
        h = hash_combine(h, u64(e.offset) << 32 | e.type);
        if (k < buf.addends.size())
          h = hash_combine(h, static_cast<u64>(buf.addends[k]));
      }
      Section *t = e.symbol ? home(*e.symbol) : nullptr;
      bool preemptible = e.symbol && e.symbol->is_imported();
      if (t && t->dyn_index && !preemptible)
        h = first ? hash_combine(h, e.symbol->value) : hash_combine(h, cands[t->dyn_index - 1].hash[from]);
      else if (first && e.symbol)
        h = hash_combine(h, place_hash(*e.symbol));
    }
    return h;
  };
  auto count_classes = [&](int which) {
    std::vector<u64> v(cands.size());
    for (std::size_t i = 0; i < v.size(); ++i)
      v[i] = cands[i].hash[which];
    std::sort(v.begin(), v.end());
    return static_cast<std::size_t>(std::unique(v.begin(), v.end()) - v.begin());
  };
  parallel_for(cands.size(), 64, [&](std::size_t i) { cands[i].hash[0] = hash_refs(cands[i], 0, true); });
  int cur = 0;
  for (std::size_t classes = count_classes(0);;) {
    parallel_for(cands.size(), 64,
                 [&](std::size_t i) { cands[i].hash[1 - cur] = hash_refs(cands[i], cur, false); });
    cur = 1 - cur;
    std::size_t n = count_classes(cur);
    if (n == classes)
      break;
    classes = n;
  }

  // Equal hashes side by side, in link order within a class.
  std::vector<u32> by_class(cands.size());
  for (std::size_t i = 0; i < by_class.size(); ++i)
    by_class[i] = static_cast<u32>(i);
  std::sort(by_class.begin(), by_class.end(), [&](u32 a, u32 b) {
    return cands[a].hash[cur] != cands[b].hash[cur] ? cands[a].hash[cur] < cands[b].hash[cur] : a < b;
  });
  Section *leader = nullptr;
  u64 leader_hash = 0;
  for (u32 i : by_class) {
    Section *s = cands[i].section;
    if (leader && leader_hash == cands[i].hash[cur] && leader->size == s->size &&
        std::memcmp(leader->data, s->data, s->size) == 0) {
      s->leader = leader;
      s->live.store(0, std::memory_order_relaxed);
      leader->p2align = std::max(leader->p2align, s->p2align);
      if (link.opt.print_icf_sections)
        link.diag.note("folding identical section " + s->file->display_name() + ":(" +
                           std::string(s->name()) + ") into " + leader->file->display_name() + ":(" +
                           std::string(leader->name()) + ")",
                       s->file->priority, s->index);
    } else {
      leader = s;
      leader_hash = cands[i].hash[cur];
    }
  }
  for (Candidate &c : cands)
    c.section->dyn_index = 0;
}

} // namespace gold
