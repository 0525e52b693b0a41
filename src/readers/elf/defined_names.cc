#include "readers/elf/defined_names.h"

#include "formats/elf/elf.h"

namespace gold::elf {

std::vector<std::string_view> defined_names(ByteView b) {
  std::vector<std::string_view> names;
  const Ehdr &eh = b.at<Ehdr>(0, "ELF header");
  if (std::memcmp(eh.e_ident, "\177ELF\2\1", 6) != 0 || eh.e_shoff == 0)
    return names;
  u64 n = eh.e_shnum ? u64(eh.e_shnum) : u64(b.at<Shdr>(eh.e_shoff).sh_size);
  auto sections = b.array<Shdr>(eh.e_shoff, n, "section header table");
  for (const Shdr &s : sections) {
    if (s.sh_type != SHT_SYMTAB)
      continue;
    if (s.sh_link >= n)
      throw InputError("symbol table without string table", eh.e_shoff);
    const Shdr &str = sections[s.sh_link];
    ByteView strtab = b.sub(str.sh_offset, str.sh_size, "string table");
    auto syms = b.array<Sym>(s.sh_offset, s.sh_size / sizeof(Sym), "symbol table");
    for (u64 i = s.sh_info; i < syms.size(); ++i)
      if (syms[i].st_shndx != SHN_UNDEF && syms[i].bind() != STB_LOCAL)
        names.push_back(strtab.cstr(syms[i].st_name, "symbol name"));
  }
  return names;
}

} // namespace gold::elf
