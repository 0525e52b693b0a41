// What an object's DWARF says: source lines for messages, and for the debug map the name and folder of the
// first compilation unit.
//
// An object's sections have addresses of their own, and its debug sections speak of these: only places
// that name an external symbol wait for its value. So the DWARF reader sees the object as an image. What is
// broken leaves messages without a source line, and an object without an entry in the debug map; it is no
// error of the link.
#include "dwarf/dwarf.h"
#include "readers/macho/object_parts.h"

namespace gold::macho {

struct DebugInfo {
  dwarf::Sections sections;
};

namespace {

// Names of sections are cut after 16 bytes: "__debug_str_offs".
std::string_view dwarf_name(const SectionHeader &h) {
  std::string_view name = h.sectname.view();
  if (h.segname.view() != "__DWARF" || !name.starts_with("__debug_"))
    return {};
  name.remove_prefix(8);
  return name == "str_offs" ? "str_offsets" : name;
}

ByteView contents(const MachObject &o, const SectionHeader *h) {
  return h ? o.bytes.sub(h->offset, h->size, "debug section") : ByteView();
}

ByteView relocated(const MachObject &o, const NativeSection &n) {
  ByteView in = contents(o, n.header);
  u8 *buf = nullptr;
  for (const RelocationInfo &r : n.relocs) {
    u64 width = u64(1) << r.length(), at = u32(i32(r.r_address));
    if (r.type() != 0 || !r.is_extern() || r.pcrel() || at > in.size() || width > in.size() - at ||
        r.symbolnum() >= o.nlists.size())
      continue;
    if (!buf) {
      buf = static_cast<u8 *>(Arena::allocate(in.size(), 8));
      std::memcpy(buf, in.data(), in.size());
    }
    u64 v = 0;
    std::memcpy(&v, buf + at, width);
    v += o.nlists[r.symbolnum()].n_value;
    std::memcpy(buf + at, &v, width);
  }
  return buf ? ByteView(buf, in.size()) : in;
}

const DebugInfo &debug_info(MachObject &o) {
  if (o.debug)
    return *o.debug;
  o.debug = Arena::make<DebugInfo>(); // also if reading it fails: then there is none
  dwarf::Sections d;
  for (u32 i = 1; i < o.native.size(); ++i) {
    ByteView *to = dwarf::section_by_name(d, dwarf_name(*o.native[i].header));
    if (to && to->empty())
      *to = relocated(o, o.native[i]);
  }
  o.debug->sections = d;
  return *o.debug;
}

bool is_code(const MachObject &o, u32 ordinal) {
  return o.native[ordinal].header->flags & (S_ATTR_PURE_INSTRUCTIONS | S_ATTR_SOME_INSTRUCTIONS);
}

// The symbol that begins last before a place: nlists have no sizes. One that others see is preferred.
const Nlist *symbol_at(const MachObject &o, u32 ordinal, u64 address) {
  const Nlist *best = nullptr;
  for (const Nlist &n : o.nlists) {
    if (n.is_stab() || n.type() != N_SECT || n.n_sect != ordinal || n.n_value > address ||
        is_linker_private(symbol_name(o.strtab, n)))
      continue;
    if (!best || n.n_value > best->n_value || (n.n_value == best->n_value && !best->is_external()))
      best = &n;
  }
  return best;
}

} // namespace

SourcePlace ObjectReader::source_place(InputFile &f, const Section &s, u64 offset) const {
  auto &o = static_cast<MachObject &>(f);
  SourcePlace p;
  if (s.index >= o.subs.size() || &s != &o.subs[s.index]) // a tentative definition
    return p;
  try {
    u32 ordinal = o.sub_native[s.index];
    u64 address = o.sub_address(s.index) + offset;
    const Nlist *n = symbol_at(o, ordinal, address);
    if (is_code(o, ordinal)) {
      if (n)
        p.function = symbol_name(o.strtab, *n);
      set(p, dwarf::line_of_code(debug_info(o).sections, address));
    } else if (n) { // a pointer in initialized data
      set(p, dwarf::declaration_of_data(debug_info(o).sections, n->n_value));
    }
  } catch (const InputError &) {
    // Broken debug information must not hide what the message is about.
  }
  return p;
}

SourcePlace ObjectReader::declaration(InputFile &f, u32 native) const {
  auto &o = static_cast<MachObject &>(f);
  SourcePlace p;
  if (native >= o.nlists.size() || o.nlists[native].type() != N_SECT)
    return p;
  const Nlist &n = o.nlists[native];
  if (n.n_sect == 0 || n.n_sect >= o.native.size())
    return p;
  try {
    auto &d = debug_info(o).sections;
    set(p,
        is_code(o, n.n_sect) ? dwarf::line_of_code(d, n.n_value) : dwarf::declaration_of_data(d, n.n_value));
  } catch (const InputError &) {
  }
  return p;
}

DefinedAt ObjectReader::defined_at(const InputFile &f, u32 native) const {
  auto &o = static_cast<const MachObject &>(f);
  if (native >= o.nlists.size())
    return {};
  const Nlist &n = o.nlists[native];
  if (n.is_stab() || n.type() != N_SECT || n.n_sect == 0 || n.n_sect >= o.native.size() ||
      !o.native[n.n_sect].num_subs)
    return {};
  try {
    u32 sub = o.find_sub(n.n_sect, n.n_value);
    return {&o.subs[sub], n.n_value - o.sub_address(sub)};
  } catch (const InputError &) {
    return {};
  }
}

void read_source_names(MachObject &o) {
  if (!o.debug_info || !o.debug_abbrev)
    return;
  try {
    dwarf::Sections d;
    d.info = contents(o, o.debug_info);
    d.abbrev = contents(o, o.debug_abbrev);
    d.str = contents(o, o.debug_str);
    d.str_offsets = contents(o, o.debug_str_offsets);
    dwarf::UnitName unit = dwarf::name_of_first_unit(d);
    o.source_name = unit.name;
    o.source_dir = unit.dir;
  } catch (const InputError &) {
    o.source_name = o.source_dir = {};
  }
}

} // namespace gold::macho
