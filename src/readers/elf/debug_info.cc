// From a place in an object to its source line: what messages ask for.
//
// The debug sections of an object hold relocations in place of addresses, and all its code sections
// begin at 0. Here they are copied and relocated to addresses that exist nowhere: section number n
// begins at n << 40. The DWARF reader then sees an image like any other. This works on the file itself,
// not on what the link made of it: sections may have been stripped, discarded or folded meanwhile.
#include "dwarf/dwarf.h"
#include "formats/elf/aarch64.h"
#include "formats/elf/x86_64.h"
#include "readers/elf/object_parts.h"

namespace gold::elf {

struct DebugInfo {
  dwarf::Sections sections;
};

namespace {

constexpr u32 kSectionBits = 40;

u64 address_of(u32 shndx, u64 offset) {
  return (u64(shndx) << kSectionBits) + offset;
}

// Bytes of an absolute relocation's field; 0 for other types.
u32 absolute_width(u16 machine, u32 type) {
  if (machine == EM_X86_64)
    return type == R_X86_64_64                           ? 8
           : type == R_X86_64_32 || type == R_X86_64_32S ? 4
           : type == R_X86_64_16                         ? 2
           : type == R_X86_64_8                          ? 1
                                                         : 0;
  return type == R_AARCH64_ABS64 ? 8 : type == R_AARCH64_ABS32 ? 4 : type == R_AARCH64_ABS16 ? 2 : 0;
}

// The contents of a section, decompressed and relocated.
ByteView relocated(ElfObject &o, u32 index) {
  const Shdr &sh = o.shdrs[index];
  Section s; // decompress() works on one
  s.file = &o;
  s.native_flags = sh.sh_flags;
  ByteView in = section_bytes(o.bytes, sh, index);
  std::string_view name = section_name(o, index);
  s.name_data = name.data();
  s.name_size = static_cast<u32>(name.size());
  s.data = in.data();
  s.size = in.size();
  if (sh.sh_flags & SHF_COMPRESSED || name.starts_with(".zdebug"))
    decompress(s);
  u8 *buf = nullptr;
  for (const Shdr &r : o.shdrs) {
    if (r.sh_type != SHT_RELA || r.sh_info != index || r.sh_entsize != sizeof(Rela))
      continue;
    if (!buf) {
      buf = static_cast<u8 *>(Arena::allocate(s.size, 8));
      std::memcpy(buf, s.data, s.size);
    }
    for (const Rela &rel : o.bytes.array<Rela>(r.sh_offset, r.sh_size / sizeof(Rela), "relocations")) {
      u32 width = absolute_width(o.machine, rel.r_type);
      if (!width || rel.r_offset > s.size || width > s.size - rel.r_offset || rel.r_sym >= o.esyms.size())
        continue;
      const Sym &e = o.esyms[rel.r_sym];
      u64 v = e.st_value + static_cast<u64>(i64(rel.r_addend));
      if (o.in_section(rel.r_sym)) {
        u32 x = o.shndx(rel.r_sym);
        if (x < o.shdrs.size() && o.shdrs[x].sh_flags & SHF_ALLOC)
          v = address_of(x, v); // others refer to debug sections, which are tables that begin at 0
      }
      std::memcpy(buf + rel.r_offset, &v, width);
    }
  }
  return {buf ? buf : s.data, s.size};
}

const DebugInfo &debug_info(ElfObject &o) {
  if (o.debug_info)
    return *o.debug_info;
  o.debug_info = Arena::make<DebugInfo>(); // also if reading it fails: then there is none
  dwarf::Sections d;
  for (u32 i = 1; i < o.shdrs.size(); ++i) {
    if (o.shdrs[i].sh_flags & (SHF_ALLOC | SHF_GROUP) || o.shdrs[i].sh_type == SHT_NOBITS)
      continue;
    std::string_view name = section_name(o, i);
    name = name.starts_with(".debug_") ? name.substr(7) : name.starts_with(".zdebug_") ? name.substr(8) : "";
    ByteView *to = dwarf::section_by_name(d, name);
    if (to && to->empty())
      *to = relocated(o, i);
  }
  o.debug_info->sections = d;
  return *o.debug_info;
}

// The symbol of a function, or of a variable, around a place; one that others see is preferred.
const Sym *symbol_at(const ElfObject &o, bool function, u32 shndx, u64 offset) {
  const Sym *best = nullptr;
  for (u32 i = 1; i < o.esyms.size(); ++i) {
    const Sym &e = o.esyms[i];
    bool kind = function ? e.type() == STT_FUNC || e.type() == STT_GNU_IFUNC : e.type() == STT_OBJECT;
    if (!kind || !o.in_section(i) || o.shndx(i) != shndx || e.st_value > offset ||
        offset - e.st_value >= std::max<u64>(e.st_size, 1))
      continue;
    if (!best || e.st_value > best->st_value || (e.st_value == best->st_value && best->bind() == STB_LOCAL))
      best = &e;
  }
  return best;
}

} // namespace

SourcePlace ObjectReader::source_place(InputFile &f, const Section &s, u64 offset) const {
  auto &o = static_cast<ElfObject &>(f);
  SourcePlace p;
  try {
    if (s.flags & kSecExec) {
      if (const Sym *e = symbol_at(o, true, s.index, offset))
        p.function = string_at(o.strtab, e->st_name, "name of a symbol");
      set(p, dwarf::line_of_code(debug_info(o).sections, address_of(s.index, offset)));
    } else if (const Sym *e = symbol_at(o, false, s.index, offset)) { // a pointer in initialized data
      set(p, dwarf::declaration_of_data(debug_info(o).sections, address_of(s.index, e->st_value)));
    }
  } catch (const InputError &) {
    // Broken debug information must not hide what the message is about.
  }
  return p;
}

SourcePlace ObjectReader::declaration(InputFile &f, u32 native) const {
  auto &o = static_cast<ElfObject &>(f);
  SourcePlace p;
  if (native >= o.esyms.size() || !o.in_section(native))
    return p;
  try {
    const Sym &e = o.esyms[native];
    u64 address = address_of(o.shndx(native), e.st_value);
    auto &d = debug_info(o).sections;
    set(p, e.type() == STT_OBJECT ? dwarf::declaration_of_data(d, address) : dwarf::line_of_code(d, address));
  } catch (const InputError &) {
  }
  return p;
}

DefinedAt ObjectReader::defined_at(const InputFile &f, u32 native) const {
  auto &o = static_cast<const ElfObject &>(f);
  if (native >= o.esyms.size() || !o.in_section(native))
    return {};
  u32 x = o.shndx(native);
  return {x < o.sections.size() ? o.sections[x] : nullptr, o.esyms[native].st_value};
}

} // namespace gold::elf
