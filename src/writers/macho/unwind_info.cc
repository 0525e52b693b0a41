// __TEXT,__unwind_info (<mach-o/compact_unwind_encoding.h>): for each function how to leave it, in two
// levels. An index names pages by their first function; a page holds functions with an encoding each,
// compressed where the encodings are few and the functions near.
//
// Neighbours with the same encoding share one entry. What has no unwind information gets an entry that says
// so, lest the function before it seem to reach that far.
#include "support/hash.h"
#include "writers/macho/target.h"

#include <algorithm>

namespace gold::macho {

namespace {

constexpr u32 kPageBytes = 4096, kMaxCommon = 127, kMaxEncodings = 255;
constexpr u32 kRegularEntries = (kPageBytes - sizeof(UnwindRegularPage)) / sizeof(UnwindRegularEntry);
constexpr u32 kCompressedWords = (kPageBytes - sizeof(UnwindCompressedPage)) / 4;

template <class T> T &put(std::vector<u8> &v) {
  v.resize(v.size() + sizeof(T));
  return *reinterpret_cast<T *>(v.data() + v.size() - sizeof(T));
}

} // namespace

void UnwindInfoSection::collect(Link &link, std::vector<Entry> &out) {
  struct Chunk {
    OutputSection *o;
    std::size_t begin, end;
    std::vector<Entry> entries;
  };
  std::vector<Chunk> chunks;
  for (OutputSection *o : link.outputs)
    if (o->flags & kSecExec)
      for (std::size_t i = 0; i < o->members.size(); i += 4096)
        chunks.push_back({o, i, std::min(i + 4096, o->members.size()), {}});
  bool x86 = target_.arch() == Arch::X86_64;
  // True when two neighbours of the same encoding may share an entry.
  auto foldable = [&](const Entry &e) {
    return !e.lsda && !(x86 && (e.encoding & UNWIND_MODE_MASK) == UNWIND_X86_64_MODE_STACK_IND);
  };
  auto add = [&](std::vector<Entry> &v, const Entry &e) {
    if (!v.empty() && v.back().encoding == e.encoding && v.back().personality == e.personality &&
        foldable(v.back()) && foldable(e)) {
      v.back().length = static_cast<u32>(e.address + e.length - v.back().address);
      return;
    }
    v.push_back(e);
  };
  parallel_for_each(chunks, [&](Chunk &c) {
    for (std::size_t i = c.begin; i < c.end; ++i) {
      Section &s = *c.o->members[i];
      u64 address = s.address();
      if (s.size == 0)
        continue;
      if (!s.assoc_count || s.kind == SectionKind::Synthetic) {
        add(c.entries, {address, static_cast<u32>(s.size), 0, 0, nullptr});
        continue;
      }
      auto &o = static_cast<MachObject &>(*s.file);
      u64 end = address;
      for (u32 k = s.assoc_begin; k < s.assoc_begin + s.assoc_count; ++k) {
        const Unwind &u = o.unwinds[k];
        u64 at = address + u.offset;
        if (at > end)
          add(c.entries, {end, static_cast<u32>(at - end), 0, 0, nullptr});
        u32 encoding = u.encoding;
        if (u.fde != kNone) {
          u32 offset = o.fdes[u.fde].output_offset;
          encoding =
              target_.mach_arch.info.dwarf_encoding | (offset <= UNWIND_DWARF_SECTION_OFFSET ? offset : 0);
        }
        u64 lsda = u.lsda_sub == kNone ? 0 : target_.address_of(&o.subs[u.lsda_sub], u.lsda_offset);
        add(c.entries, {at, u.length, encoding, lsda, u.personality});
        end = at + u.length;
      }
    }
  });
  std::size_t n = 0;
  for (Chunk &c : chunks)
    n += c.entries.size();
  out.reserve(n);
  for (Chunk &c : chunks)
    for (const Entry &e : c.entries)
      add(out, e);
  while (!out.empty() && out.back().encoding == 0)
    out.pop_back();
}

void UnwindInfoSection::encode(Link &link, const std::vector<Entry> &entries) {
  bytes_.clear();
  u64 base = link.image_base;
  // Personalities by first use, and each entry's final encoding.
  std::vector<Symbol *> personalities;
  std::vector<u32> encodings(entries.size());
  std::size_t lsdas = 0;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const Entry &e = entries[i];
    encodings[i] = e.encoding;
    if (e.personality) {
      auto it = std::find(personalities.begin(), personalities.end(), e.personality);
      if (it == personalities.end()) {
        if (personalities.size() == 3) {
          if (target_.addresses_final)
            link.diag.error(
                "more than three personality functions; compact unwind information can't name them");
          return;
        }
        it = personalities.insert(it, e.personality);
      }
      encodings[i] |= static_cast<u32>(it - personalities.begin() + 1) << 28;
    }
    if (e.lsda) {
      encodings[i] |= UNWIND_HAS_LSDA;
      ++lsdas;
    }
  }
  // The commonest encodings are named once for all pages.
  std::vector<u32> sorted = encodings;
  std::sort(sorted.begin(), sorted.end());
  struct Common {
    u32 encoding, count;
  };
  std::vector<Common> common;
  for (std::size_t i = 0; i < sorted.size();) {
    std::size_t k = i;
    while (k < sorted.size() && sorted[k] == sorted[i])
      ++k;
    if (k - i > 1 && (sorted[i] & UNWIND_MODE_MASK) != target_.mach_arch.info.dwarf_encoding)
      common.push_back({sorted[i], static_cast<u32>(k - i)});
    i = k;
  }
  std::sort(common.begin(), common.end(), [](const Common &a, const Common &b) {
    return a.count != b.count ? a.count > b.count : a.encoding < b.encoding;
  });
  if (common.size() > kMaxCommon)
    common.resize(kMaxCommon);
  std::vector<std::pair<u32, u8>> common_index;
  for (std::size_t i = 0; i < common.size(); ++i)
    common_index.emplace_back(common[i].encoding, static_cast<u8>(i));
  std::sort(common_index.begin(), common_index.end());
  auto find_common = [&](u32 e) -> int {
    auto it = std::lower_bound(common_index.begin(), common_index.end(), std::pair<u32, u8>{e, 0});
    return it != common_index.end() && it->first == e ? it->second : -1;
  };

  struct Page {
    std::size_t begin, end;
    bool compressed;
    std::vector<u32> own; // encodings that are not common
  };
  std::vector<Page> pages;
  for (std::size_t i = 0; i < entries.size();) {
    Page p{i, i, true, {}};
    std::size_t k = i;
    for (; k < entries.size(); ++k) {
      if (entries[k].address - entries[i].address >= (1u << 24))
        break;
      bool fresh =
          find_common(encodings[k]) < 0 && std::find(p.own.begin(), p.own.end(), encodings[k]) == p.own.end();
      if ((fresh && common.size() + p.own.size() >= kMaxEncodings) ||
          (k - i + 1) + p.own.size() + fresh > kCompressedWords)
        break;
      if (fresh)
        p.own.push_back(encodings[k]);
    }
    p.end = k;
    std::size_t regular = std::min<std::size_t>(entries.size() - i, kRegularEntries);
    if (k - i < regular) {
      p.compressed = false;
      p.own.clear();
      p.end = i + regular;
    }
    i = p.end;
    pages.push_back(std::move(p));
  }

  u32 common_at = sizeof(UnwindInfoHeader), personality_at = common_at + static_cast<u32>(common.size() * 4);
  u32 index_at = personality_at + static_cast<u32>(personalities.size() * 4);
  u32 lsda_at = index_at + static_cast<u32>((pages.size() + 1) * sizeof(UnwindIndexEntry));
  u32 page_at = lsda_at + static_cast<u32>(lsdas * sizeof(UnwindLsdaEntry));
  auto &h = put<UnwindInfoHeader>(bytes_);
  h.version = UNWIND_SECTION_VERSION;
  h.commonEncodingsArraySectionOffset = common_at;
  h.commonEncodingsArrayCount = static_cast<u32>(common.size());
  h.personalityArraySectionOffset = personality_at;
  h.personalityArrayCount = static_cast<u32>(personalities.size());
  h.indexSectionOffset = index_at;
  h.indexCount = static_cast<u32>(pages.size() + 1);
  for (const Common &c : common)
    put<ul32>(bytes_) = c.encoding;
  for (Symbol *s : personalities)
    put<ul32>(bytes_) = static_cast<u32>(target_.got_address(link, *s) - base);
  std::size_t seen_lsdas = 0;
  u32 at = page_at;
  for (const Page &p : pages) {
    auto &ix = put<UnwindIndexEntry>(bytes_);
    ix.functionOffset = static_cast<u32>(entries[p.begin].address - base);
    ix.secondLevelPagesSectionOffset = at;
    ix.lsdaIndexArraySectionOffset = lsda_at + static_cast<u32>(seen_lsdas * sizeof(UnwindLsdaEntry));
    for (std::size_t i = p.begin; i < p.end; ++i)
      seen_lsdas += entries[i].lsda != 0;
    at += static_cast<u32>(p.compressed
                               ? sizeof(UnwindCompressedPage) + (p.end - p.begin + p.own.size()) * 4
                               : sizeof(UnwindRegularPage) + (p.end - p.begin) * sizeof(UnwindRegularEntry));
  }
  auto &end = put<UnwindIndexEntry>(bytes_);
  end.functionOffset =
      entries.empty() ? 0 : static_cast<u32>(entries.back().address + entries.back().length - base);
  end.lsdaIndexArraySectionOffset = lsda_at + static_cast<u32>(lsdas * sizeof(UnwindLsdaEntry));
  for (const Entry &e : entries)
    if (e.lsda) {
      auto &l = put<UnwindLsdaEntry>(bytes_);
      l.functionOffset = static_cast<u32>(e.address - base);
      l.lsdaOffset = static_cast<u32>(e.lsda - base);
    }
  for (const Page &p : pages) {
    std::size_t n = p.end - p.begin;
    if (!p.compressed) {
      auto &r = put<UnwindRegularPage>(bytes_);
      r.kind = UNWIND_SECOND_LEVEL_REGULAR;
      r.entryPageOffset = sizeof(UnwindRegularPage);
      r.entryCount = static_cast<u16>(n);
      for (std::size_t i = p.begin; i < p.end; ++i) {
        auto &e = put<UnwindRegularEntry>(bytes_);
        e.functionOffset = static_cast<u32>(entries[i].address - base);
        e.encoding = encodings[i];
      }
      continue;
    }
    auto &c = put<UnwindCompressedPage>(bytes_);
    c.kind = UNWIND_SECOND_LEVEL_COMPRESSED;
    c.entryPageOffset = sizeof(UnwindCompressedPage);
    c.entryCount = static_cast<u16>(n);
    c.encodingsPageOffset = static_cast<u16>(sizeof(UnwindCompressedPage) + n * 4);
    c.encodingsCount = static_cast<u16>(p.own.size());
    for (std::size_t i = p.begin; i < p.end; ++i) {
      int k = find_common(encodings[i]);
      if (k < 0)
        k = static_cast<int>(common.size()) +
            static_cast<int>(std::find(p.own.begin(), p.own.end(), encodings[i]) - p.own.begin());
      put<ul32>(bytes_) =
          static_cast<u32>(entries[i].address - entries[p.begin].address) | static_cast<u32>(k) << 24;
    }
    for (u32 e : p.own)
      put<ul32>(bytes_) = e;
  }
}

bool UnwindInfoSection::update(Link &link) {
  if (link.segments.empty()) { // it is not empty, but its size follows from addresses
    section.size = sizeof(UnwindInfoHeader);
    return true;
  }
  // Nothing that it depends on lies behind it, so it is the same while no code has moved.
  u64 key = 1;
  for (const OutputSection *o : link.outputs)
    if (o->addr < section.address() || o->flags & kSecExec)
      key = hash_combine(hash_combine(key, o->addr), o->size);
  if (key == key_)
    return false;
  key_ = key;
  std::vector<Entry> entries;
  collect(link, entries);
  encode(link, entries);
  u64 size = std::max(section.size, align_up(bytes_.size(), 4));
  bool moved = size != section.size;
  section.size = size;
  return moved;
}

void UnwindInfoSection::finish(Link &link) {
  // Only now are the addresses of the GOT's slots known, in which the personalities stand.
  std::vector<Entry> entries;
  collect(link, entries);
  encode(link, entries);
  if (bytes_.size() > section.size)
    link.diag.error("unwind information has grown after addresses were final");
}

// -- __eh_frame

void EhFrameSection::plan(Link &link) {
  u32 at = 0;
  auto bytes_of = [](const MachObject &o, u32 offset, u32 size) {
    const SectionHeader &h = *o.native[o.eh_frame].header;
    return std::string_view(reinterpret_cast<const char *>(o.bytes.data()) + h.offset + offset, size);
  };
  auto equal = [&](const OutCie &a, const MachObject &o, u32 index) {
    const Cie &x = a.file->cies[a.cie], &y = o.cies[index];
    if (x.size != y.size || x.personality != y.personality ||
        x.personality_at - x.offset != y.personality_at - y.offset)
      return false;
    std::string p(bytes_of(*a.file, x.offset, x.size)), q(bytes_of(o, y.offset, y.size));
    if (x.personality_at) {
      p.replace(x.personality_at - x.offset, 4, 4, '\0');
      q.replace(y.personality_at - y.offset, 4, 4, '\0');
    }
    return p == q;
  };
  for (InputFile *f : link.objects) {
    if (f == link.internal)
      continue;
    auto &o = static_cast<MachObject &>(*f);
    for (u32 i = 0; i < o.fdes.size(); ++i) {
      Fde &fde = o.fdes[i];
      const Section &s = o.subs[fde.sub];
      if (!s.is_live() || s.leader)
        continue;
      auto it =
          std::find_if(cies_.begin(), cies_.end(), [&](const OutCie &c) { return equal(c, o, fde.cie); });
      if (it == cies_.end()) {
        const Cie &cie = o.cies[fde.cie];
        it = cies_.insert(cies_.end(), {&o, fde.cie, at});
        if (cie.personality_at)
          personalities_.push_back({at + cie.personality_at - cie.offset, cie.personality});
        at += cie.size;
      }
      fde.output_offset = at;
      fdes_.push_back({&o, i, it->offset});
      at += fde.size;
    }
  }
  section.size = at;
}

void EhFrameSection::write(Link &link, u8 *buf) {
  u64 address = section.address();
  auto copy = [&](const MachObject &o, u32 offset, u32 size, u32 to) {
    const SectionHeader &h = *o.native[o.eh_frame].header;
    std::memcpy(buf + to, o.bytes.data() + h.offset + offset, size);
  };
  for (const OutCie &c : cies_) {
    const Cie &cie = c.file->cies[c.cie];
    copy(*c.file, cie.offset, cie.size, c.offset);
    if (cie.personality_at) {
      u32 at = c.offset + cie.personality_at - cie.offset;
      if (link.is_relocatable()) { // it has a relocation; what it adds is the field's own size on x86-64
        store<u32>(buf + at, target_.arch() == Arch::X86_64 ? 4 : 0);
        continue;
      }
      store<u32>(buf + at, static_cast<u32>(target_.got_address(link, *cie.personality) - (address + at)));
    }
  }
  for (const OutFde &f : fdes_) {
    MachObject &o = *f.file;
    const Fde &fde = o.fdes[f.fde];
    const Cie &cie = o.cies[fde.cie];
    u32 to = fde.output_offset;
    copy(o, fde.offset, fde.size, to);
    store<u32>(buf + to + 4, to + 4 - f.cie_offset);
    auto pointer = [&](u32 at, u8 encoding, u64 value) {
      u64 v = value - (address + at);
      if ((encoding & 7) == 3) // 4 bytes
        store<u32>(buf + at, static_cast<u32>(v));
      else
        store<u64>(buf + at, v);
    };
    pointer(to + 8, cie.pointer_encoding, target_.address_of(&o.subs[fde.sub], fde.sub_offset));
    if (fde.lsda_at)
      pointer(to + fde.lsda_at - fde.offset, cie.lsda_encoding,
              target_.address_of(&o.subs[fde.lsda_sub], fde.lsda_offset));
  }
}

} // namespace gold::macho
