// How functions are unwound: __LD,__compact_unwind and, for those that it can't describe, the records of
// __TEXT,__eh_frame.
//
// A compact entry (<mach-o/compact_unwind_encoding.h>) names function, personality and LSDA by
// relocations. Whatever it names is turned into subsection and offset at once. A record of __eh_frame
// (DWARF 5, 6.4.1, in the variant of the LSB) counts only if its function has no compact entry or one
// that says "see DWARF"; the rest is not carried on. Its pointers are relative to their places; whether
// the assembler left relocations for them or computed the difference itself, the sum is an address of
// the object.
#include "readers/macho/object_parts.h"

#include <algorithm>

namespace gold::macho {
namespace {

constexpr u8 DW_EH_PE_absptr = 0x00, DW_EH_PE_udata4 = 0x03, DW_EH_PE_sdata4 = 0x0b, DW_EH_PE_udata8 = 0x04,
             DW_EH_PE_sdata8 = 0x0c, DW_EH_PE_pcrel = 0x10, DW_EH_PE_omit = 0xff;

u32 dwarf_mode(const MachObject &o) {
  return o.cputype == CPU_TYPE_X86_64 ? UNWIND_X86_64_MODE_DWARF : UNWIND_ARM64_MODE_DWARF;
}

struct Place {
  u32 sub = kNone, offset = 0;
};

Place place_of(const MachObject &o, u32 ordinal, u64 address) {
  u32 sub = o.find_sub(ordinal, address);
  return {sub, static_cast<u32>(address - o.sub_address(sub))};
}

const Nlist &nlist_of(const MachObject &o, const RelocationInfo &r) {
  if (r.symbolnum() >= o.nlists.size())
    throw InputError("relocation in unwind information names a symbol that is not there");
  return o.nlists[r.symbolnum()];
}

// The place in this object that an 8-byte pointer of value `content` with relocation `r` means.
Place pointee(const MachObject &o, const RelocationInfo &r, u64 content) {
  if (!r.is_extern()) {
    if (r.symbolnum() == 0 || r.symbolnum() >= o.native.size())
      throw InputError("relocation in unwind information names a section that is not there");
    return place_of(o, r.symbolnum(), content);
  }
  const Nlist &n = nlist_of(o, r);
  if (n.is_stab() || n.type() != N_SECT || n.n_sect >= o.native.size())
    throw InputError("unwind information of a function or data that the object does not define");
  return place_of(o, n.n_sect, n.n_value + content);
}

Symbol *personality(MachObject &o, const RelocationInfo &r, u64 content) {
  if (r.is_extern()) {
    nlist_of(o, r);
    return o.symbols[r.symbolnum()];
  }
  Place p = pointee(o, r, content);
  if (p.offset)
    throw InputError("personality in the middle of a function");
  return o.stand_in(p.sub);
}

void read_compact(MachObject &o) {
  for (u32 i = 1; i < o.native.size(); ++i) {
    NativeSection &n = o.native[i];
    const SectionHeader &h = *n.header;
    if (n.name != "__LD,__compact_unwind")
      continue;
    auto entries =
        o.bytes.array<CompactUnwindEntry>(h.offset, h.size / sizeof(CompactUnwindEntry), "compact unwind");
    std::size_t first = o.unwinds.size();
    for (const CompactUnwindEntry &e : entries)
      o.unwinds.push_back({.sub = kNone,
                           .offset = 0,
                           .length = e.length,
                           .encoding = e.encoding & ~(UNWIND_HAS_LSDA | UNWIND_PERSONALITY_MASK)});
    for (const RelocationInfo &r : n.relocs) {
      u64 at = static_cast<u32>(i32(r.r_address));
      if (at / sizeof(CompactUnwindEntry) >= entries.size() || r.length() != 3 || r.type() != 0)
        throw InputError("unexpected relocation in __compact_unwind", h.reloff);
      const CompactUnwindEntry &e = entries[at / sizeof(CompactUnwindEntry)];
      Unwind &u = o.unwinds[first + at / sizeof(CompactUnwindEntry)];
      switch (at % sizeof(CompactUnwindEntry)) {
      case 0: {
        Place p = pointee(o, r, e.function);
        u.sub = p.sub;
        u.offset = p.offset;
        break;
      }
      case 16:
        u.personality = personality(o, r, e.personality);
        break;
      case 24: {
        Place p = pointee(o, r, e.lsda);
        u.lsda_sub = p.sub;
        u.lsda_offset = p.offset;
        break;
      }
      default:
        throw InputError("unexpected relocation in __compact_unwind", h.reloff);
      }
    }
  }
  std::erase_if(o.unwinds, [](const Unwind &u) { return u.sub == kNone; });
}

// One section of records. A cursor over one record; every step is checked.
struct Cursor {
  ByteView bytes;
  u64 at;
  u64 end;
  u64 take(u32 n) {
    if (n > end - at)
      throw InputError("record in __eh_frame is too short", at);
    u64 v = 0;
    std::memcpy(&v, bytes.data() + at, n);
    at += n;
    return v;
  }
  u64 uleb() {
    u64 v = 0;
    for (u32 shift = 0;; shift += 7) {
      u64 b = take(1);
      if (shift < 64)
        v |= (b & 0x7f) << shift;
      if (!(b & 0x80))
        return v;
    }
  }
};

u32 pointer_size(u8 encoding) {
  switch (encoding & 0x0f) {
  case DW_EH_PE_absptr:
  case DW_EH_PE_udata8:
  case DW_EH_PE_sdata8:
    return 8;
  case DW_EH_PE_udata4:
  case DW_EH_PE_sdata4:
    return 4;
  default:
    throw InputError("pointer encoding " + std::to_string(encoding) + " in __eh_frame is not supported");
  }
}

class EhFrame {
public:
  explicit EhFrame(MachObject &o)
      : o_(o), n_(o.native[o.eh_frame]),
        bytes_(o.bytes.sub(n_.header->offset, n_.header->size, "__eh_frame")) {}

  void read() {
    std::size_t compact = o_.unwinds.size();
    for (u64 at = 0; at + 4 <= bytes_.size();) {
      u64 size = load<u32>(bytes_.data() + at);
      if (size == 0) { // the end, or padding
        at += 4;
        continue;
      }
      if (size == ~u32(0))
        throw InputError("64-bit records in __eh_frame are not supported", at);
      if (size > bytes_.size() - at - 4 || size < 4)
        throw InputError("record in __eh_frame reaches beyond the section", at);
      Cursor c{bytes_, at + 4, at + 4 + size};
      u64 id_at = c.at, id = c.take(4);
      if (id == 0)
        read_cie(at, c);
      else
        read_fde(at, c, id_at, id + subtractor_adjustment(id_at), compact);
      at += 4 + size;
    }
  }

private:
  // The first relocation at `at` of the section; null if there is none.
  const RelocationInfo *reloc_at(u64 at) const {
    auto it = std::partition_point(n_.relocs.begin(), n_.relocs.end(), [&](const RelocationInfo &r) {
      return static_cast<u32>(i32(r.r_address)) > at;
    });
    return it != n_.relocs.end() && static_cast<u32>(i32(it->r_address)) == at ? &*it : nullptr;
  }

  // What the pair of relocations at `at`, if any, adds to the stored difference.
  u64 subtractor_adjustment(u64 at) const {
    const RelocationInfo *r = reloc_at(at);
    if (!r || r->type() != (o_.cputype == CPU_TYPE_X86_64 ? u32(X86_64_RELOC_SUBTRACTOR)
                                                          : u32(ARM64_RELOC_SUBTRACTOR)))
      return 0;
    const RelocationInfo *minuend = r + 1;
    if (minuend == n_.relocs.data() + n_.relocs.size() || i32(minuend->r_address) != i32(r->r_address))
      throw InputError("subtraction without minuend in __eh_frame", at);
    u64 v = 0;
    if (minuend->is_extern())
      v += nlist_of(o_, *minuend).n_value;
    if (r->is_extern())
      v -= nlist_of(o_, *r).n_value;
    return v;
  }

  // The place that the pointer at `c` means; kNone for a null pointer.
  Place pointer(Cursor &c, u8 encoding) const {
    u64 at = c.at;
    u32 size = pointer_size(encoding);
    u64 v = c.take(size);
    if (size == 4)
      v = static_cast<u64>(i64(static_cast<i32>(v)));
    const RelocationInfo *r = reloc_at(at);
    if (v == 0 && !r)
      return {};
    if ((encoding & 0x70) == DW_EH_PE_pcrel) {
      u64 address = n_.header->addr + at + v + subtractor_adjustment(at);
      u32 sub = o_.find_sub(address);
      if (sub == kNone)
        return {};
      return {sub, static_cast<u32>(address - o_.sub_address(sub))};
    }
    if (!r)
      throw InputError("absolute pointer without relocation in __eh_frame", at);
    return pointee(o_, *r, v);
  }

  void read_cie(u64 at, Cursor &c) {
    Cie cie{.offset = static_cast<u32>(at), .size = static_cast<u32>(c.end - at)};
    u64 version = c.take(1);
    if (version != 1 && version != 3)
      throw InputError("CIE of unknown version", at);
    std::string_view augmentation = bytes_.cstr(c.at, "augmentation");
    if (augmentation.size() >= c.end - c.at)
      throw InputError("CIE is too short", at);
    c.at += augmentation.size() + 1;
    c.uleb();
    c.uleb(); // the sign does not matter
    version == 1 ? c.take(1) : c.uleb();
    if (!augmentation.empty() && augmentation[0] != 'z')
      throw InputError("CIE with augmentation '" + std::string(augmentation) + "'", at);
    if (!augmentation.empty())
      c.uleb();
    for (char a : augmentation)
      switch (a) {
      case 'P': {
        u8 encoding = static_cast<u8>(c.take(1));
        cie.personality_at = static_cast<u32>(c.at);
        const RelocationInfo *r = reloc_at(c.at);
        if (!r || pointer_size(encoding) != 4 || !r->is_extern())
          throw InputError("CIE's personality is not a 4-byte reference to a symbol", at);
        c.take(4);
        cie.personality = personality(o_, *r, 0);
        break;
      }
      case 'L':
        cie.lsda_encoding = static_cast<u8>(c.take(1));
        break;
      case 'R':
        cie.pointer_encoding = static_cast<u8>(c.take(1));
        break;
      case 'z':
      case 'S':
      case 'B':
        break;
      default:
        throw InputError("CIE with augmentation '" + std::string(augmentation) + "'", at);
      }
    o_.cies.push_back(cie);
  }

  void read_fde(u64 at, Cursor &c, u64 id_at, u64 id, std::size_t compact) {
    u64 cie_at = id_at - (id & ~u32(0));
    auto it = std::lower_bound(o_.cies.begin(), o_.cies.end(), cie_at,
                               [](const Cie &cie, u64 v) { return cie.offset < v; });
    if (it == o_.cies.end() || it->offset != cie_at)
      throw InputError("FDE without CIE", at);
    const Cie &cie = *it;
    Fde fde{.offset = static_cast<u32>(at),
            .size = static_cast<u32>(c.end - at),
            .cie = static_cast<u32>(it - o_.cies.begin()),
            .sub = kNone,
            .sub_offset = 0};
    if ((cie.pointer_encoding & 0x70) != DW_EH_PE_pcrel)
      throw InputError("FDE whose pointers are not relative", at);
    Place function = pointer(c, cie.pointer_encoding);
    if (function.sub == kNone)
      return; // of something that is not there
    fde.sub = function.sub;
    fde.sub_offset = function.offset;
    auto key = [](const Unwind &u) { return u64(u.sub) << 32 | u.offset; };
    auto begin = o_.unwinds.begin(), end = begin + static_cast<std::ptrdiff_t>(compact);
    u64 wanted = u64(function.sub) << 32 | function.offset;
    auto u = std::lower_bound(begin, end, wanted, [&](const Unwind &x, u64 v) { return key(x) < v; });
    bool has_compact = u != end && key(*u) == wanted;
    u32 mode = dwarf_mode(o_);
    if (has_compact && (u->encoding & UNWIND_MODE_MASK) != mode)
      return;
    u64 length = c.take(pointer_size(cie.pointer_encoding));
    if (cie.lsda_encoding != DW_EH_PE_omit) {
      c.uleb();
      fde.lsda_at = static_cast<u32>(c.at);
      if ((cie.lsda_encoding & 0x70) != DW_EH_PE_pcrel)
        throw InputError("LSDA pointer that is not relative", at);
      Place lsda = pointer(c, cie.lsda_encoding);
      fde.lsda_sub = lsda.sub;
      fde.lsda_offset = lsda.offset;
      if (lsda.sub == kNone)
        fde.lsda_at = 0;
    }
    u32 index = static_cast<u32>(o_.fdes.size());
    o_.fdes.push_back(fde);
    Unwind &to = has_compact ? *u
                             : o_.unwinds.emplace_back(Unwind{.sub = fde.sub,
                                                              .offset = fde.sub_offset,
                                                              .length = static_cast<u32>(length),
                                                              .encoding = mode});
    to.personality = cie.personality;
    to.lsda_sub = fde.lsda_sub;
    to.lsda_offset = fde.lsda_offset;
    to.fde = index;
  }

  MachObject &o_;
  const NativeSection &n_;
  ByteView bytes_;
};

void sort_unwinds(MachObject &o) {
  auto less = [](const Unwind &a, const Unwind &b) {
    return a.sub != b.sub ? a.sub < b.sub : a.offset < b.offset;
  };
  if (!std::is_sorted(o.unwinds.begin(), o.unwinds.end(), less))
    std::stable_sort(o.unwinds.begin(), o.unwinds.end(), less);
}

} // namespace

void read_unwind(MachObject &o) {
  read_compact(o);
  sort_unwinds(o);
  if (o.eh_frame) {
    // Records that are missed would leave functions that can't be unwound: reserve, so that references
    // into the list hold while it grows.
    o.unwinds.reserve(o.unwinds.size() + o.native[o.eh_frame].header->size / 16);
    EhFrame(o).read();
    sort_unwinds(o);
  }
  for (u32 i = 0; i < o.unwinds.size(); ++i) {
    Section &s = o.subs[o.unwinds[i].sub];
    if (s.assoc_count++ == 0)
      s.assoc_begin = i;
  }
}

} // namespace gold::macho
