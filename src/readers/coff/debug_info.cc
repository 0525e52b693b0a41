// From a place in an object to its source line, for messages: the debug sections are copied and
// relocated to addresses that exist nowhere (section n begins at n << 40), and the DWARF reader sees
// an image like any other. This works on the file itself, not on what the link made of it.
#include "dwarf/dwarf.h"
#include "readers/coff/parts.h"

namespace gold::coff {

struct DebugInfo {
  dwarf::Sections sections;
};

namespace {

u64 address_of(u32 section, u64 offset) {
  return (u64(section) << 40) + offset;
}

ByteView relocated(CoffObject &o, u32 x) {
  const SectionHeader &h = o.shdrs[x - 1];
  ByteView in = o.bytes.sub(h.PointerToRawData, h.SizeOfRawData, "section");
  auto relocs = section_relocs(o.bytes, h, x);
  if (relocs.empty())
    return in;
  u8 *buf = static_cast<u8 *>(Arena::allocate(in.size(), 8));
  std::memcpy(buf, in.data(), in.size());
  for (const Relocation &r : relocs) {
    u32 width = r.Type == IMAGE_REL_AMD64_ADDR64                                       ? 8
                : r.Type == IMAGE_REL_AMD64_ADDR32 || r.Type == IMAGE_REL_AMD64_SECREL ? 4
                                                                                       : 0;
    if (!width || r.VirtualAddress > in.size() || width > in.size() - r.VirtualAddress ||
        r.SymbolTableIndex >= o.num_symbols)
      continue;
    Sym s = o.sym(r.SymbolTableIndex);
    u64 v = s.value;
    if (width == 8 && s.section > 0) // others are offsets in debug sections
      v = address_of(static_cast<u32>(s.section), v);
    u8 *p = buf + r.VirtualAddress;
    v += width == 8 ? load<u64>(p) : load<u32>(p);
    std::memcpy(p, &v, width);
  }
  return {buf, in.size()};
}

const DebugInfo &debug_info(CoffObject &o) {
  if (o.debug_info)
    return *o.debug_info;
  o.debug_info = new DebugInfo; // also if reading it fails: then there is none
  dwarf::Sections d;
  for (u32 x = 1; x <= o.shdrs.size(); ++x) {
    std::string_view name = section_name(o.strtab, o.shdrs[x - 1]);
    if (!name.starts_with(".debug_"))
      continue;
    name.remove_prefix(7);
    ByteView *to = dwarf::section_by_name(d, name);
    if (to && to->empty())
      *to = relocated(o, x);
  }
  o.debug_info->sections = d;
  return *o.debug_info;
}

// The function or variable that begins last before a place: COFF symbols have no size.
std::string_view symbol_at(const CoffObject &o, bool function, u32 section, u64 offset, u64 *begin) {
  std::string_view best;
  *begin = 0;
  for (u32 i = 0; i < o.num_symbols; ++i) {
    Sym s = o.sym(i);
    u32 aux = s.aux;
    bool is_section = s.storage_class == IMAGE_SYM_CLASS_STATIC && aux && s.type != kTypeFunction;
    if (s.section == static_cast<i32>(section) && !is_section && (s.type == kTypeFunction) == function &&
        s.value <= offset && (best.empty() || s.value > *begin)) {
      best = symbol_name(o.strtab, s.raw);
      *begin = s.value;
    }
    i += aux;
  }
  return best;
}

} // namespace

SourcePlace ObjectReader::source_place(InputFile &f, const Section &s, u64 offset) const {
  auto &o = static_cast<CoffObject &>(f);
  SourcePlace p;
  try {
    u64 begin;
    bool code = s.flags & kSecExec;
    std::string_view name = symbol_at(o, code, s.index, offset, &begin);
    if (code) {
      p.function = name;
      set(p, dwarf::line_of_code(debug_info(o).sections, address_of(s.index, offset)));
    } else if (!name.empty()) { // a pointer in initialized data
      set(p, dwarf::declaration_of_data(debug_info(o).sections, address_of(s.index, begin)));
    }
  } catch (const InputError &) {
    // Broken debug information must not hide what the message is about.
  }
  return p;
}

SourcePlace ObjectReader::declaration(InputFile &f, u32 native) const {
  auto &o = static_cast<CoffObject &>(f);
  SourcePlace p;
  if (native >= o.num_symbols)
    return p;
  Sym s = o.sym(native);
  if (s.section <= 0)
    return p;
  try {
    u64 address = address_of(static_cast<u32>(s.section), s.value);
    auto &d = debug_info(o).sections;
    set(p,
        s.type == kTypeFunction ? dwarf::line_of_code(d, address) : dwarf::declaration_of_data(d, address));
  } catch (const InputError &) {
  }
  return p;
}

DefinedAt ObjectReader::defined_at(const InputFile &f, u32 native) const {
  auto &o = static_cast<const CoffObject &>(f);
  if (native >= o.num_symbols)
    return {};
  Sym s = o.sym(native);
  if (s.section <= 0 || static_cast<u32>(s.section) >= o.sections.size())
    return {};
  return {o.sections[static_cast<u32>(s.section)], s.value};
}

} // namespace gold::coff
