// .pdata and .reloc ("The .pdata Section", "The .reloc Section (Image Only)"): both are made from what
// the scan left in the files, when addresses are known.
#include "support/threads.h"
#include "writers/pe/target.h"

#include <algorithm>

namespace gold::coff {

namespace {

constexpr u32 kRead = IMAGE_SCN_CNT_INITIALIZED_DATA | IMAGE_SCN_MEM_READ;

template <class F> void each_function(CoffObject &o, F &&fn) {
  for (const Section *code : o.sections) {
    if (!code || !code->is_live())
      continue;
    for (u32 k = 0; k < code->assoc_count; ++k) {
      const Function &f = o.functions[code->assoc_begin + k];
      if (const Section *p = o.sections[f.pdata])
        fn(*p, f.entry);
    }
  }
}

} // namespace

PdataSection::PdataSection(PeTarget &t) : PeSynthetic(t, ".pdata", kRead, 4) {}

void PdataSection::plan(Link &link) {
  std::vector<CoffObject *> all;
  for (InputFile *f : link.objects)
    if (PeTarget::is_object(*f) && f != link.internal)
      if (auto &o = PeTarget::object_of(*f); !o.functions.empty())
        all.push_back(&o);
  std::vector<u64> counts(all.size());
  parallel_for(all.size(), 64,
               [&](std::size_t i) { each_function(*all[i], [&](const Section &, u32) { ++counts[i]; }); });
  u64 total = 0;
  for (u64 n : counts) {
    first_.push_back(total);
    total += n;
  }
  first_.push_back(total);
  files_ = std::move(all);
  section.size = total * sizeof(RuntimeFunction);
}

void PdataSection::write(Link &, u8 *buf) {
  struct Entry {
    u32 begin, end, unwind;
  };
  std::vector<Entry> entries(first_.back());
  parallel_for(files_.size(), 64, [&](std::size_t i) {
    CoffObject &o = *files_[i];
    Entry *out = entries.data() + first_[i];
    each_function(o, [&](const Section &p, u32 n) {
      auto relocs = o.relocs(p).subspan(u64(n) * 3, 3);
      const u8 *in = p.data + u64(n) * sizeof(RuntimeFunction);
      u32 words[3];
      for (u32 k = 0; k < 3; ++k)
        words[k] = load<u32>(in + k * 4) + target_.rva(o.symbols[relocs[k].SymbolTableIndex]->value);
      *out++ = {words[0], words[1], words[2]};
    });
  });
  auto less = [](const Entry &a, const Entry &b) {
    return a.begin != b.begin ? a.begin < b.begin : a.end != b.end ? a.end < b.end : a.unwind < b.unwind;
  };
  if (!std::is_sorted(entries.begin(), entries.end(), less))
    parallel_sort(entries.begin(), entries.end(), less);
  static_assert(sizeof(Entry) == sizeof(RuntimeFunction));
  std::memcpy(buf, entries.data(), entries.size() * sizeof(Entry));
}

BaseRelocSection::BaseRelocSection(PeTarget &t)
    : PeSynthetic(t, ".reloc", kRead | IMAGE_SCN_MEM_DISCARDABLE, 4) {
  keep_empty = true;
}

// Collects the places of all sections, sorted by address, and adds the blocks up.
bool BaseRelocSection::update(Link &link) {
  if (!section.output)
    return false;
  std::vector<Section *> sections;
  std::vector<u64> first;
  u64 total = 0;
  for (OutputSection *o : link.outputs)
    for (Section *s : o->members) {
      bool pointers = target_.local_imports && s == &target_.local_imports->section;
      u64 n = pointers                          ? target_.local_imports->symbols.size()
              : s->kind == SectionKind::Regular ? s->dyn_relocs
                                                : 0;
      if (n == 0)
        continue;
      sections.push_back(s);
      first.push_back(total);
      total += n;
    }
  places_.resize(total);
  parallel_for(sections.size(), 256, [&](std::size_t i) {
    Section &s = *sections[i];
    u64 *out = places_.data() + first[i];
    u32 base = static_cast<u32>(s.address() - link.image_base);
    if (s.kind == SectionKind::Synthetic) {
      for (u32 k = 0; k < target_.local_imports->symbols.size(); ++k)
        *out++ = u64(base + k * 8) | u64(IMAGE_REL_BASED_DIR64) << 32;
      return;
    }
    auto &o = PeTarget::object_of(*s.file);
    u64 *begin = out;
    for (u32 k = 0; k < s.dyn_relocs; ++k) {
      u32 p = o.places[s.dyn_index + k];
      u64 type = p & kNarrowPlace ? IMAGE_REL_BASED_HIGHLOW : IMAGE_REL_BASED_DIR64;
      *out++ = u64(base + (p & ~kNarrowPlace)) | type << 32;
    }
    auto less = [](u64 a, u64 b) { return u32(a) < u32(b); };
    if (!std::is_sorted(begin, out, less))
      std::sort(begin, out, less);
  });
  u64 size = 0, in_block = 0;
  u32 page = 1;
  for (u64 p : places_) {
    if ((u32(p) & ~0xfffu) != page) {
      size += in_block ? 8 + align_up(in_block * 2, 4) : 0;
      page = u32(p) & ~0xfffu;
      in_block = 0;
    }
    ++in_block;
  }
  size += in_block ? 8 + align_up(in_block * 2, 4) : 0;
  if (size == 0)
    size = 12; // a directory that is empty would say that the image can't be moved
  bool changed = size != section.size;
  section.size = size;
  return changed;
}

void BaseRelocSection::write(Link &, u8 *buf) {
  if (places_.empty()) {
    *reinterpret_cast<BaseRelocationBlock *>(buf) = {0, 12};
    return;
  }
  BaseRelocationBlock *block = nullptr;
  auto close = [&] {
    if (block && (block->BlockSize & 2)) { // a null entry fills up
      store<u16>(buf, 0);
      buf += 2;
      block->BlockSize += 2;
    }
  };
  for (u64 p : places_) {
    u32 page = u32(p) & ~0xfffu;
    if (!block || block->PageRva != page) {
      close();
      block = reinterpret_cast<BaseRelocationBlock *>(buf);
      *block = {page, u32(sizeof(BaseRelocationBlock))};
      buf += sizeof(BaseRelocationBlock);
    }
    store<u16>(buf, static_cast<u16>(p >> 32 << 12 | (p & 0xfff)));
    buf += 2;
    block->BlockSize += 2;
  }
  close();
}

BuildIdSection::BuildIdSection(PeTarget &t) : PeSynthetic(t, ".buildid", kRead, 4) {
  section.size = kGuidAt + kGuid + 5;
}

// "Debug Directory (Image Only)", an entry of type CodeView: RSDS, GUID, age, an empty path.
void BuildIdSection::write(Link &link, u8 *buf) {
  constexpr u32 codeview = 2, size = 4 + kGuid + 5;
  store<u32>(buf + 12, codeview);
  store<u32>(buf + 16, size);
  store<u32>(buf + 20, target_.rva(section.address()) + kDirectory);
  store<u32>(buf + 24, static_cast<u32>(section.output->offset + section.offset) + kDirectory);
  std::memcpy(buf + kDirectory, "RSDS", 4);
  if (link.opt.build_id == BuildIdKind::Hex)
    std::memcpy(buf + kGuidAt, link.opt.build_id_hex.data(),
                std::min<std::size_t>(link.opt.build_id_hex.size(), kGuid));
  store<u32>(buf + kGuidAt + kGuid, 1);
}

} // namespace gold::coff
