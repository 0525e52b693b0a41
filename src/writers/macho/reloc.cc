// Relocations of data: pointers, which dyld slides or binds, and differences, which are final.
#include "writers/macho/reloc.h"

#include "support/demangle.h"

namespace gold::macho {

namespace {

bool is_tlv_data(const Section *s) {
  return s && (s->native_type == S_THREAD_LOCAL_REGULAR || s->native_type == S_THREAD_LOCAL_ZEROFILL);
}

} // namespace

Ref MachTarget::ref_of(MachObject &o, const Section &s, const RelocationInfo &r) const {
  u32 n = r.symbolnum();
  if (r.is_extern()) {
    if (n >= o.symbols.size() || !o.symbols[n])
      throw InputError("relocation names symbol " + std::to_string(n) + ", which is not there");
    return {o.symbols[n]};
  }
  if (n == 0 || n >= o.native.size())
    throw InputError("relocation names section " + std::to_string(n) + ", which is not there");
  u64 address = mach_arch.local_target(o, s, r);
  u32 sub = o.find_sub(n, address);
  return {nullptr, &o.subs[sub], address - o.sub_address(sub)};
}

void MachTarget::reloc_error(Link &link, const MachObject &o, const Section &s, const RelocationInfo &r,
                             const std::string &what) const {
  std::string text = Link::place_text(o, s, place_in(o, s, r)) + ": relocation " +
                     mach_arch.reloc_name(r.type()) + " " + what;
  if (r.is_extern() && r.symbolnum() < o.symbols.size() && o.symbols[r.symbolnum()])
    text += "; references " + demangle(o.symbols[r.symbolnum()]->name());
  link.diag.error(std::move(text), o.priority, u64(s.index) << 32 | u32(i32(r.r_address)),
                  link.referenced_at(*s.file, s, place_in(o, s, r)));
}

PointerKind pointer_kind(const MachTarget &t, const Ref &ref, const Section &from) {
  if (ref.symbol) {
    if (t.binds(*ref.symbol))
      return PointerKind::Bind;
    if (ref.symbol->is_absolute())
      return PointerKind::Value;
  }
  const Section *to = ref.symbol ? ref.symbol->section : ref.section;
  if (from.native_type == S_THREAD_LOCAL_VARIABLES && is_tlv_data(to))
    return PointerKind::Value;
  return PointerKind::Slide;
}

void scan_unsigned(Link &link, MachTarget &t, MachObject &o, Section &s, const RelocationInfo &r,
                   const RelocationInfo *subtrahend) {
  Ref ref = t.ref_of(o, s, r);
  if (r.pcrel())
    return t.reloc_error(link, o, s, r, "is relative, which has no meaning");
  if (subtrahend) {
    if (!subtrahend->is_extern())
      return t.reloc_error(link, o, s, *subtrahend, "names no symbol");
    Ref sub = t.ref_of(o, s, *subtrahend);
    for (Symbol *y : {ref.symbol, sub.symbol})
      if (y && t.binds(*y) && !y->section)
        return t.reloc_error(link, o, s, r,
                             "takes a difference with the address of a symbol in another library");
    if (r.length() < 2)
      t.reloc_error(link, o, s, r, "has an unsupported length");
    return;
  }
  PointerKind kind = pointer_kind(t, ref, s);
  if (kind == PointerKind::Value)
    return;
  if (r.length() != 3)
    return t.reloc_error(
        link, o, s, r,
        "wants an address in less than 64 bits, which an image that is loaded anywhere can't give");
  if (!(s.flags & kSecWrite))
    return t.reloc_error(link, o, s, r, "wants an address in a section that is not writable");
  if (kind == PointerKind::Bind)
    ref.symbol->need(kNeedsDynsym);
  if (kind == PointerKind::Bind && t.chained) {
    i64 addend = static_cast<i64>(load<u64>(s.data + place_in(o, s, r)));
    if (addend < 0 || addend > 255)
      ref.symbol->need(kNeedsCopy); // see collect_needs: an import with an addend of its own
  }
  ++s.dyn_relocs;
}

void relocate_difference(Link &link, MachTarget &t, MachObject &o, Section &s, u8 *p, const RelocationInfo &r,
                         const RelocationInfo &subtrahend) {
  u64 stored = r.length() == 3 ? load<u64>(p) : static_cast<u64>(i64(load<i32>(p)));
  // Of a reference without symbol the stored value is the address in the object (less the subtrahend's
  // distance from its symbol), else an addend.
  Ref a = t.ref_of(o, s, r), b = t.ref_of(o, s, subtrahend);
  u64 v = t.address_of(a) + (r.is_extern() ? stored : 0);
  v -= t.address_of(b);
  if (r.length() == 3) {
    store<u64>(p, v);
  } else {
    i64 d = static_cast<i64>(v);
    if (d != static_cast<i32>(d) && v != u32(v))
      t.reloc_error(link, o, s, r, "out of range");
    store<u32>(p, static_cast<u32>(v));
  }
}

} // namespace gold::macho
