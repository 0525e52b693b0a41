// Merging by content. Sections are cut and their pieces interned in parallel; offsets are then given
// in link order, so that the result does not depend on threads.
#include "layout/merge.h"

#include "layout/layout.h"
#include "layout/match.h"
#include "support/threads.h"

#include <algorithm>

namespace gold {

namespace {

// Length of the string at p (terminator of `width` zero bytes included), or 0 if there is none.
std::size_t string_length(const u8 *p, const u8 *end, std::size_t width) {
  if (width == 1) {
    auto *e = static_cast<const u8 *>(std::memchr(p, 0, static_cast<std::size_t>(end - p)));
    return e ? static_cast<std::size_t>(e - p) + 1 : 0;
  }
  for (const u8 *q = p; q + width <= end; q += width)
    if (std::all_of(q, q + width, [](u8 b) { return b == 0; }))
      return static_cast<std::size_t>(q - p) + width;
  return 0;
}

void cut(Section &s, std::vector<u32> &starts) {
  starts.clear();
  const u8 *end = s.data + s.size;
  if (s.flags & kSecStrings) {
    for (const u8 *p = s.data; p < end;) {
      std::size_t n = string_length(p, end, s.entsize);
      if (n == 0)
        throw InputError("string in mergeable section " + std::string(s.name()) + " is not terminated",
                         static_cast<u64>(p - s.data));
      starts.push_back(static_cast<u32>(p - s.data));
      p += n;
    }
  } else {
    for (u64 o = 0; o < s.size; o += s.entsize)
      starts.push_back(static_cast<u32>(o));
  }
}

u64 piece_size(const Section &s, std::span<const u32> starts, std::size_t k) {
  return (k + 1 < starts.size() ? starts[k + 1] : s.size) - starts[k];
}

struct Key {
  std::string_view name;
  const OutputRule *owner; // null: no rule takes it
  u64 flags;
  u32 entsize;
  u8 p2align;
  bool operator==(const Key &) const = default;
};

} // namespace

void MergedSection::place() {
  u64 off = 0, align = section.align();
  for (Section *s : inputs)
    for (Piece *p : s->merge->pieces)
      if (!p->placed) {
        p->placed = 1;
        off = align_up(off, align);
        if (part_starts_.empty() || off - part_starts_.back().second >= (256 << 10))
          part_starts_.emplace_back(order.size(), off);
        p->offset = off;
        off += p->name_size;
        order.push_back(p);
      }
  section.size = off;
}

void MergedSection::write_part(Link &, u32 i, u8 *buf) {
  u64 base = part_starts_[i].second;
  std::size_t end = i + 1 < part_starts_.size() ? part_starts_[i + 1].first : order.size();
  for (std::size_t k = part_starts_[i].first; k < end; ++k)
    std::memcpy(buf + (order[k]->offset - base), order[k]->name_data, order[k]->name_size);
}

void merge_pieces(Link &link) {
  std::vector<std::pair<Key, MergedSection *>> outs;
  std::vector<Section *> all;
  PlanMatcher::Cursor cursor;
  for (InputFile *f : link.objects)
    for (Section *s : f->sections) {
      if (!s || s->kind != SectionKind::Merge || !s->is_live())
        continue;
      if (s->size >= ~u32(0) || s->entsize == 0) {
        s->kind = SectionKind::Regular;
        continue;
      }
      s->rule = rule_of(link, cursor, *s);
      Key key{planned_output_name(link, *s, s->rule), s->rule ? link.matcher->rule(s->rule).owner : nullptr,
              s->native_flags, s->entsize, s->p2align};
      auto it = std::find_if(outs.begin(), outs.end(), [&](auto &o) { return o.first == key; });
      if (it == outs.end()) {
        auto *m =
            link.synthesize<MergedSection>(key.name, s->native_type, s->native_flags, s->flags, s->align());
        m->section.entsize = s->entsize;
        m->section.rule = s->rule; // the pieces stand where the first of their sections would
        it = outs.insert(outs.end(), {key, m});
      }
      s->merge = Arena::make<MergeInput>();
      s->merge->out = it->second;
      it->second->inputs.push_back(s);
      all.push_back(s);
    }
  std::vector<u64> counts(outs.size());
  parallel_for_each(
      all,
      [&](Section *s) {
        static thread_local std::vector<u32> starts;
        try {
          cut(*s, starts);
        } catch (const InputError &e) {
          link.report(*s->file, e);
          starts.clear();
        }
        s->merge->starts = Arena::array<u32>(starts.size());
        std::copy(starts.begin(), starts.end(), s->merge->starts.begin());
        s->merge->pieces = Arena::array<Piece *>(starts.size());
      },
      16);
  for (auto &[key, m] : outs) {
    u64 n = 0;
    for (Section *s : m->inputs)
      n += s->merge->starts.size();
    m->table.reserve(n);
  }
  parallel_for_each(
      all,
      [&](Section *s) {
        MergeInput &mi = *s->merge;
        constexpr std::size_t kBatch = 16;
        u64 hash[kBatch];
        for (std::size_t k = 0; k < mi.starts.size(); k += kBatch) {
          std::size_t n = std::min(kBatch, mi.starts.size() - k);
          auto bytes = [&](std::size_t j) {
            return std::string_view(reinterpret_cast<const char *>(s->data) + mi.starts[k + j],
                                    piece_size(*s, mi.starts, k + j));
          };
          for (std::size_t j = 0; j < n; ++j) {
            hash[j] = hash_string(bytes(j));
            mi.out->table.prefetch(hash[j]);
          }
          for (std::size_t j = 0; j < n; ++j)
            mi.pieces[k + j] = mi.out->table.intern(bytes(j), hash[j]);
        }
      },
      4);
  parallel_for(outs.size(), 1, [&](std::size_t i) { outs[i].second->place(); });
}

OutputSection *merged_output(const Section &s) {
  return s.merge ? s.merge->out->section.output : nullptr;
}

u64 merged_address(const Section &s, u64 offset) {
  const MergeInput *mi = s.merge;
  if (!mi || mi->starts.empty())
    return 0;
  auto it = std::upper_bound(mi->starts.begin(), mi->starts.end(), offset);
  if (it == mi->starts.begin())
    return mi->out->section.address();
  std::size_t k = static_cast<std::size_t>(it - mi->starts.begin()) - 1;
  return mi->out->section.address() + mi->pieces[k]->offset + (offset - mi->starts[k]);
}

} // namespace gold
