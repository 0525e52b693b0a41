// -z rewrite-endbr: endbr64 stays only where an indirect branch may arrive.
//
// Compilers put it at the begin of each function that another translation unit can see, since its address may
// be taken there. The linker sees all of them: what is only ever called or jumped to directly needs none, and
// each one fewer is a place fewer that an attacker can jump to (Intel 64 SDM volume 1, "Control-Flow
// Enforcement Technology"). Those become a nop of the same length.
//
// Whatever is unclear counts as an address that is taken: any reference but a direct branch, also one from a
// GOT load that is relaxed later; what other images may find; what the loader calls.
#include "support/arena.h"
#include "writers/elf/target.h"

#include <algorithm>

namespace gold::elf {

namespace {

constexpr u8 kEndbr64[] = {0xf3, 0x0f, 0x1e, 0xfa}, kNop[] = {0x0f, 0x1f, 0x40, 0x00};

// Addresses that a section takes. In PC-relative fields the addend is 4 less than the offset that is meant.
void find_taken(Link &link, const Section &s, std::vector<u64> &taken) {
  EdgeBuffer buf;
  buf.want_calls = buf.want_addends = true;
  link.target->edges(link, s, buf);
  for (std::size_t i = 0; i < buf.edges.size(); ++i) {
    const Symbol &to = *buf.edges[i].symbol;
    if (buf.edges[i].type & kEdgeCall)
      continue;
    u64 at = to.value + u64(buf.addends[i]);
    taken.insert(taken.end(), {to.value, at, at + sizeof kEndbr64});
  }
}

// The sections of a file with functions that begin with endbr64 and whose address nobody takes.
void rewrite(const ElfObject &o, const std::vector<u64> &taken) {
  std::vector<std::pair<Section *, u64>> places;
  for (const Symbol *s : o.symbols) {
    if (!s || s->file != &o || s->type != STT_FUNC || !s->section)
      continue;
    Section &sec = *s->section;
    if (sec.file != &o || sec.kind != SectionKind::Regular || !sec.is_live() || sec.leader || !sec.data ||
        !(sec.flags & kSecExec))
      continue;
    u64 offset = s->value - sec.address();
    if (sec.size - sec.zero_tail >= sizeof kEndbr64 && offset <= sec.size - sec.zero_tail - sizeof kEndbr64 &&
        !std::memcmp(sec.data + offset, kEndbr64, sizeof kEndbr64) &&
        !std::binary_search(taken.begin(), taken.end(), s->value))
      places.emplace_back(&sec, offset);
  }
  std::sort(places.begin(), places.end(), [](auto &a, auto &b) {
    return a.first->index != b.first->index ? a.first->index < b.first->index : a.second < b.second;
  });
  u8 *copy = nullptr;
  for (std::size_t i = 0; i < places.size(); ++i) {
    auto [sec, offset] = places[i];
    if (i == 0 || places[i - 1].first != sec) {
      u64 n = sec->size - sec->zero_tail;
      copy = static_cast<u8 *>(Arena::allocate(n, 16));
      std::memcpy(copy, sec->data, n);
      sec->data = copy;
    }
    std::memcpy(copy + offset, kNop, sizeof kNop);
  }
}

} // namespace

void ElfTarget::rewrite_endbr(Link &link) {
  if (!link.opt.z_rewrite_endbr)
    return;
  std::vector<std::vector<u64>> of_file(link.objects.size());
  parallel_for(link.objects.size(), 1, [&](std::size_t i) {
    InputFile *f = link.objects[i];
    std::vector<u64> &taken = of_file[i];
    for (const Symbol *s : f->symbols)
      if (s && s->file == f && (s->is_exported() || s->is_ifunc()))
        taken.push_back(s->value);
    if (f == link.internal)
      return;
    for (const Section *s : f->sections)
      if (s && s->is_alloc() && s->is_live() && s->kind != SectionKind::Unwind) // FDEs: their functions tell
        find_taken(link, *s, taken);
  });
  std::vector<u64> taken;
  for (auto &v : of_file)
    taken.insert(taken.end(), v.begin(), v.end());
  if (link.entry)
    taken.push_back(link.entry->value);
  for (const std::string &name : {link.opt.init, link.opt.fini})
    if (const Symbol *s = link.symbols.find(name))
      taken.push_back(s->value);
  std::sort(taken.begin(), taken.end());
  taken.erase(std::unique(taken.begin(), taken.end()), taken.end());
  parallel_for(link.objects.size(), 1, [&](std::size_t i) {
    if (link.objects[i] != link.internal)
      rewrite(static_cast<const ElfObject &>(*link.objects[i]), taken);
  });
}

} // namespace gold::elf
