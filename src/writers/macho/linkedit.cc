// The small tables of __LINKEDIT: function starts, data in code, indirect symbols.
#include "writers/macho/target.h"

#include <algorithm>

namespace gold::macho {

// Addresses of functions by ascending order, as ULEB128 differences; the first from the image's start.
bool FunctionStartsSection::update(Link &link) {
  if (!section.output || link.segments.empty())
    return false;
  bytes_.clear();
  u64 last = link.image_base;
  auto add = [&](u64 address) {
    if (address <= last)
      return;
    append_uleb(bytes_, address - last);
    last = address;
  };
  std::vector<u64> inner;
  for (const OutputSection *o : link.outputs) {
    if (!(o->flags & kSecExec))
      continue;
    for (const Section *s : o->members) {
      if (s->kind != SectionKind::Regular || !s->size)
        continue;
      auto &obj = static_cast<MachObject &>(*s->file);
      if (obj.flags & MH_SUBSECTIONS_VIA_SYMBOLS) {
        add(s->address());
        continue;
      }
      inner.clear();
      for (std::size_t k = 0; k < obj.symbols.size(); ++k)
        if (const Symbol *y = obj.symbols[k]; y && y->section == s && y->file == &obj)
          inner.push_back(target_.address_of(*y));
      std::sort(inner.begin(), inner.end());
      for (u64 a : inner)
        add(a);
    }
  }
  bytes_.push_back(0);
  u64 size = std::max(section.size, align_up(bytes_.size(), 8));
  bool moved = size != section.size;
  section.size = size;
  return moved;
}

namespace {

// The live entries of an object: calls f(entry, subsection, offset in it).
template <class F> void for_each_data_in_code(MachObject &o, F &&f) {
  for (const DataInCodeEntry &e : o.data_in_code) {
    u32 sub;
    try {
      sub = o.find_sub(e.offset);
    } catch (const InputError &) {
      continue;
    }
    if (sub == kNone)
      continue;
    const Section &s = o.subs[sub];
    if (s.is_live() && !s.leader && s.output)
      f(e, s, u64(e.offset) - o.sub_address(sub));
  }
}

} // namespace

bool DataInCodeSection::update(Link &link) {
  if (!section.output || link.segments.empty() || section.size)
    return false;
  u64 n = 0;
  for (InputFile *f : link.objects)
    if (f != link.internal)
      for_each_data_in_code(static_cast<MachObject &>(*f), [&](auto &, auto &, u64) { ++n; });
  section.size = n * sizeof(DataInCodeEntry);
  return n != 0;
}

void DataInCodeSection::write(Link &link, u8 *buf) {
  std::vector<DataInCodeEntry> all;
  for (InputFile *f : link.objects)
    if (f != link.internal)
      for_each_data_in_code(
          static_cast<MachObject &>(*f), [&](const DataInCodeEntry &e, const Section &s, u64 offset) {
            all.push_back({static_cast<u32>(s.address() + offset - link.image_base), e.length, e.kind});
          });
  std::stable_sort(all.begin(), all.end(), [](auto &a, auto &b) { return u32(a.offset) < u32(b.offset); });
  std::memcpy(buf, all.data(), std::min<u64>(section.size, all.size() * sizeof(DataInCodeEntry)));
}

void IndirectSymbolsSection::write(Link &link, u8 *buf) {
  u32 at = 0;
  for (const auto *list : {&target_.stubs->entries, &target_.got->slots, &target_.thread_ptrs->slots})
    for (const Symbol *s : *list) {
      u32 index = s->aux ? link.aux[s->aux].symtab : 0;
      store<u32>(buf + 4 * at++, index ? index - 1 : INDIRECT_SYMBOL_LOCAL);
    }
}

} // namespace gold::macho
