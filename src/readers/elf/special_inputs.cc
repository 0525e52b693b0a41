// --just-symbols and -b binary; see special_inputs.h.
#include "readers/elf/special_inputs.h"

#include "readers/elf/object_parts.h"

#include <algorithm>

namespace gold::elf {
namespace {

// The symbol table as it will be: defined global symbols, made absolute.
struct Globals {
  std::vector<Sym> syms{Sym{}};
  std::string_view strtab;
};

Globals read_globals(ByteView b) {
  u16 type = b.at<Ehdr>(0, "ELF header").e_type;
  SectionTable t = read_section_table(b, type);
  // A stripped executable still has the symbols that others may use.
  const Shdr *table = nullptr;
  for (const Shdr &sh : t.shdrs)
    if (sh.sh_type == SHT_SYMTAB || (sh.sh_type == SHT_DYNSYM && !table))
      table = &sh;
  Globals g;
  if (!table)
    throw InputError("no symbol table");
  if (table->sh_entsize != sizeof(Sym) || table->sh_link >= t.shdrs.size())
    throw InputError("the symbol table has entries of an unexpected size", table->sh_offset);
  g.strtab = string_table(section_bytes(b, t.shdrs[table->sh_link], table->sh_link));
  for (const Sym &e : b.array<Sym>(table->sh_offset, table->sh_size / sizeof(Sym), "symbol table")) {
    if ((e.bind() != STB_GLOBAL && e.bind() != STB_WEAK && e.bind() != STB_GNU_UNIQUE) ||
        e.type() == STT_TLS || e.st_shndx == SHN_UNDEF || e.st_shndx == SHN_COMMON ||
        e.visibility() == STV_HIDDEN || e.visibility() == STV_INTERNAL)
      continue;
    Sym s = e;
    s.st_shndx = SHN_ABS;
    s.st_other = 0;
    // Weak: what the link defines itself wins.
    s.st_info = u8(STB_WEAK << 4 | (e.type() == STT_GNU_IFUNC ? u8(STT_FUNC) : e.type()));
    g.syms.push_back(s);
  }
  return g;
}

class SymbolsOnlyReader final : public ObjectReader {
public:
  u64 count_symbols(const InputFile &f) const override { return read_globals(f.bytes).syms.size(); }
  void parse_symbols(Link &link, InputFile &f) const override {
    auto &o = static_cast<ElfObject &>(f);
    Globals g = read_globals(o.bytes);
    auto &eh = o.bytes.at<Ehdr>(0);
    o.machine = eh.e_machine;
    auto copy = Arena::array<Sym>(g.syms.size());
    std::copy(g.syms.begin(), g.syms.end(), copy.begin());
    o.esyms = copy;
    o.strtab = g.strtab;
    o.first_global = 1;
    o.features_1_and = ~u32(0); // it brings no code that could lack a feature
    intern_globals(link, o);
  }
};

template <class T> void append(std::string &s, const T &t) {
  s.append(reinterpret_cast<const char *>(&t), sizeof t);
}

} // namespace

InputFile *make_symbols_only() {
  static const SymbolsOnlyReader reader;
  auto *o = new ElfObject;
  o->reader = &reader;
  o->kind = FileKind::Object;
  return o;
}

ByteView binary_object(ByteView contents, std::string_view path, Arch arch) {
  std::string name = "_binary_" + std::string(path);
  for (char &c : name)
    if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')))
      c = '_';
  static constexpr std::string_view names("\0.data\0.symtab\0.strtab\0.shstrtab\0.note.GNU-stack\0", 49);
  std::string strtab(1, '\0'), symtab;
  append(symtab, Sym{});
  auto symbol = [&](const char *suffix, u16 shndx, u64 value) {
    Sym s{};
    s.st_name = static_cast<u32>(strtab.size());
    s.st_info = STB_GLOBAL << 4 | STT_NOTYPE;
    s.st_shndx = shndx;
    s.st_value = value;
    append(symtab, s);
    strtab += name + suffix + '\0';
  };
  symbol("_start", 1, 0);
  symbol("_end", 1, contents.size());
  symbol("_size", SHN_ABS, contents.size());

  u64 at = sizeof(Ehdr);
  auto place = [&](u64 size) {
    u64 offset = at;
    at = align_up(at + size, 8);
    return offset;
  };
  u64 data = place(contents.size()), syms = place(symtab.size()), strs = place(strtab.size()),
      shstrs = place(names.size()), shoff = place(6 * sizeof(Shdr));
  auto shdr = [](u32 name_offset, u32 type, u64 flags, u64 offset, u64 size, u32 link, u32 info, u64 align,
                 u64 entsize) {
    Shdr s{};
    s.sh_name = name_offset;
    s.sh_type = type;
    s.sh_flags = flags;
    s.sh_offset = offset;
    s.sh_size = size;
    s.sh_link = link;
    s.sh_info = info;
    s.sh_addralign = align;
    s.sh_entsize = entsize;
    return s;
  };
  const Shdr shdrs[] = {
      Shdr{},
      shdr(1, SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, data, contents.size(), 0, 0, 1, 0),
      shdr(7, SHT_SYMTAB, 0, syms, symtab.size(), 3, 1, 8, sizeof(Sym)),
      shdr(15, SHT_STRTAB, 0, strs, strtab.size(), 0, 0, 1, 0),
      shdr(23, SHT_STRTAB, 0, shstrs, names.size(), 0, 0, 1, 0),
      shdr(33, SHT_PROGBITS, 0, shstrs, 0, 0, 0, 1, 0),
  };
  Ehdr eh{};
  std::memcpy(eh.e_ident, "\177ELF", 4);
  eh.e_ident[EI_CLASS] = ELFCLASS64;
  eh.e_ident[EI_DATA] = ELFDATA2LSB;
  eh.e_ident[EI_VERSION] = EV_CURRENT;
  eh.e_type = ET_REL;
  eh.e_machine = arch == Arch::AArch64 ? EM_AARCH64 : EM_X86_64;
  eh.e_version = EV_CURRENT;
  eh.e_shoff = shoff;
  eh.e_ehsize = sizeof(Ehdr);
  eh.e_shentsize = sizeof(Shdr);
  eh.e_shnum = 6;
  eh.e_shstrndx = 4;

  u8 *p = static_cast<u8 *>(zeroed_pages(at));
  auto put = [&](u64 offset, const void *from, u64 n) {
    if (n)
      std::memcpy(p + offset, from, n);
  };
  put(0, &eh, sizeof eh);
  put(data, contents.data(), contents.size());
  put(syms, symtab.data(), symtab.size());
  put(strs, strtab.data(), strtab.size());
  put(shstrs, names.data(), names.size());
  put(shoff, shdrs, sizeof shdrs);
  return {p, at};
}

} // namespace gold::elf
