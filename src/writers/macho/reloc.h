// The walk over a section's relocations (<mach-o/reloc.h>), which both architectures share.
//
// Records stand by descending address; some come in pairs at one address: a difference is a SUBTRACTOR
// followed by the minuend's UNSIGNED, and on arm64 an ADDEND record precedes the one it belongs to.
#pragma once

#include "writers/macho/target.h"

namespace gold::macho {

// Calls f(record, subtrahend, addend): `subtrahend` is the SUBTRACTOR before an UNSIGNED or null, `addend`
// that of an ADDEND record or 0. Checks that places lie in the section, and pairs; throws InputError.
template <class F>
inline void for_each_reloc(const MachObject &o, const Section &s, const ArchInfo &info, F &&f) {
  auto relocs = o.relocs(s);
  u64 base = o.sub_offset[s.index];
  for (std::size_t i = 0; i < relocs.size(); ++i) {
    const RelocationInfo *r = &relocs[i], *subtrahend = nullptr;
    i64 addend = 0;
    u32 type = r->type();
    if (type == info.subtractor || type == info.addend) [[unlikely]] {
      if (i + 1 == relocs.size() || i32(relocs[i + 1].r_address) != i32(r->r_address))
        throw InputError("relocation of a pair without its second half");
      if (type == info.subtractor) {
        subtrahend = r;
        if (relocs[i + 1].type() != 0 || relocs[i + 1].length() != r->length())
          throw InputError("SUBTRACTOR relocation without UNSIGNED");
      } else {
        addend = static_cast<i32>(r->symbolnum() << 8) >> 8;
      }
      r = &relocs[++i];
    }
    u64 at = static_cast<u64>(i64(r->r_address)) - base;
    if (at > s.size || s.size - at < (u64(1) << r->length()))
      throw InputError("relocation reaches beyond its section");
    f(*r, subtrahend, addend);
  }
}

inline u64 place_in(const MachObject &o, const Section &s, const RelocationInfo &r) {
  return static_cast<u64>(i64(r.r_address)) - o.sub_offset[s.index];
}

// The pointer-sized places of data sections: what an UNSIGNED record needs.
enum class PointerKind : u8 {
  Value, // a number known now: absolute symbol, offset in the TLV template
  Slide, // an address in this image
  Bind,  // found by dyld
};
PointerKind pointer_kind(const MachTarget &, const Ref &, const Section &from);

// Scan and relocation of UNSIGNED and SUBTRACTOR records; `stored` is what the place holds.
void scan_unsigned(Link &, MachTarget &, MachObject &, Section &, const RelocationInfo &,
                   const RelocationInfo *subtrahend);
void relocate_difference(Link &, MachTarget &, MachObject &, Section &, u8 *p, const RelocationInfo &,
                         const RelocationInfo &subtrahend);

inline u64 load_bytes(const u8 *p, u32 length) {
  return length == 3 ? load<u64>(p) : length == 2 ? load<u32>(p) : length == 1 ? load<u16>(p) : *p;
}

// Walks a section in `relocate`: pointers and differences are done here, with the chain of fixups carried
// from place to place; all else goes to f(record, addend).
template <class F>
inline void relocate_section(Link &link, MachTarget &t, MachObject &o, Section &s, u8 *buf, F &&f) {
  u64 next = s.dyn_index; // address of the fixup after the section's last one
  u64 address = s.address();
  for_each_reloc(o, s, t.mach_arch.info,
                 [&](const RelocationInfo &r, const RelocationInfo *subtrahend, i64 addend) {
                   u64 at = place_in(o, s, r);
                   if (r.type() != 0)
                     return f(r, addend);
                   if (subtrahend)
                     return relocate_difference(link, t, o, s, buf + at, r, *subtrahend);
                   Ref ref = t.ref_of(o, s, r);
                   i64 stored = r.is_extern() ? static_cast<i64>(load_bytes(buf + at, r.length())) : 0;
                   switch (pointer_kind(t, ref, s)) {
                   case PointerKind::Value: {
                     u64 v = t.address_of(ref) + static_cast<u64>(stored);
                     if (ref.symbol ? !ref.symbol->is_absolute() : true)
                       v -= t.tls_begin;
                     std::memcpy(buf + at, &v, u64(1) << r.length());
                     break;
                   }
                   default:
                     t.write_pointer(link, buf + at, address + at, ref, stored, next);
                     next = address + at;
                   }
                 });
}

} // namespace gold::macho
