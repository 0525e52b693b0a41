// File header and section header table (gABI chapters 2 and 3).
#include "readers/elf/object_parts.h"

namespace gold::elf {

bool is_object(ByteView b) {
  return b.size() >= 18 && b.str().starts_with("\177ELF") && load<u16>(b.data() + 16) == ET_REL;
}

InputFile *make_object() {
  auto *o = new ElfObject;
  o->reader = &object_reader();
  o->kind = FileKind::Object;
  return o;
}

const Reader &object_reader() {
  static const ObjectReader reader;
  return reader;
}

std::string_view string_table(ByteView b) {
  std::string_view s = b.str();
  auto last = s.rfind('\0');
  return s.substr(0, last == s.npos ? 0 : last + 1);
}

ByteView section_bytes(ByteView file, const Shdr &sh, u32 index) {
  if (sh.sh_type == SHT_NOBITS)
    return {};
  if (!file.contains(sh.sh_offset, sh.sh_size))
    throw InputError("section " + std::to_string(index) + " reaches beyond the end of the file",
                     sh.sh_offset);
  return file.sub(sh.sh_offset, sh.sh_size);
}

SectionTable read_section_table(ByteView b, u16 type) {
  auto &eh = b.at<Ehdr>(0, "ELF header");
  if (!b.str().starts_with("\177ELF"))
    throw InputError("not an ELF file", 0);
  if (eh.e_ident[EI_CLASS] != ELFCLASS64)
    throw InputError("a 32-bit ELF file, which is not supported", EI_CLASS);
  if (eh.e_ident[EI_DATA] != ELFDATA2LSB)
    throw InputError("a big-endian ELF file, which is not supported", EI_DATA);
  if (eh.e_type != type)
    throw InputError("unexpected ELF file type " + std::to_string(eh.e_type), 16);
  if (eh.e_machine != EM_X86_64 && eh.e_machine != EM_AARCH64)
    throw InputError("unsupported machine " + std::to_string(eh.e_machine), 18);
  SectionTable t;
  if (eh.e_shoff == 0)
    return t;
  if (eh.e_shentsize != sizeof(Shdr))
    throw InputError("unexpected size of a section header", 58);
  auto &first = b.at<Shdr>(eh.e_shoff, "section header table");
  u64 n = eh.e_shnum ? u64(eh.e_shnum) : u64(first.sh_size);
  if (n > ~u32(0))
    throw InputError("too many sections", eh.e_shoff);
  t.shdrs = b.array<Shdr>(eh.e_shoff, n, "section header table");
  t.shstrndx = eh.e_shstrndx == SHN_XINDEX ? u32(first.sh_link) : u32(eh.e_shstrndx);
  if (t.shstrndx) {
    if (t.shstrndx >= n)
      throw InputError("the table of section names is missing", 62);
    t.shstrtab = string_table(section_bytes(b, t.shdrs[t.shstrndx], t.shstrndx));
  }
  return t;
}

void read_headers(ElfObject &o) {
  SectionTable t = read_section_table(o.bytes, ET_REL);
  auto &eh = o.bytes.at<Ehdr>(0);
  o.machine = eh.e_machine;
  o.eflags = eh.e_flags;
  o.shdrs = t.shdrs;
  o.shstrtab = t.shstrtab;
  u32 n = static_cast<u32>(o.shdrs.size());
  u32 xindex = 0;
  for (u32 i = 1; i < n; ++i) {
    u32 type = o.shdrs[i].sh_type;
    if (type == SHT_SYMTAB && !o.symtab_index)
      o.symtab_index = i;
    else if (type == SHT_SYMTAB_SHNDX)
      xindex = i;
  }
  if (!o.symtab_index)
    return;
  auto &sh = o.shdrs[o.symtab_index];
  if (sh.sh_entsize != sizeof(Sym) || sh.sh_size % sizeof(Sym))
    throw InputError("the symbol table has entries of an unexpected size", sh.sh_offset);
  u64 count = sh.sh_size / sizeof(Sym);
  if (count > 0x7fffffff)
    throw InputError("too many symbols", sh.sh_offset);
  o.esyms = o.bytes.array<Sym>(sh.sh_offset, count, "symbol table");
  if (sh.sh_info > count || (sh.sh_info == 0 && count))
    throw InputError("the symbol table's sh_info is out of range", sh.sh_offset);
  o.first_global = sh.sh_info;
  if (sh.sh_link >= n)
    throw InputError("the symbol table's string table is missing", sh.sh_offset);
  o.strtab = string_table(section_bytes(o.bytes, o.shdrs[sh.sh_link], sh.sh_link));
  if (xindex) {
    auto &x = o.shdrs[xindex];
    o.xindex = o.bytes.array<ul32>(x.sh_offset, x.sh_size / 4, "extended section indices");
  }
}

} // namespace gold::elf
