// File header, section table and string table of COFF objects ("PE Format": "COFF File Header",
// "Section Table (Section Headers)", "COFF String Table").
#include "readers/coff/parts.h"

#include <cstring>

namespace gold::coff {

namespace {

Arch arch_of_machine(u16 machine) {
  return machine == IMAGE_FILE_MACHINE_AMD64 ? Arch::X86_64 : Arch::Unknown;
}

bool has_big_header(ByteView b) {
  if (b.size() < sizeof(BigObjHeader))
    return false;
  auto &h = b.at<BigObjHeader>(0);
  return h.Sig1 == 0 && h.Sig2 == 0xffff && h.Version >= 2 &&
         std::memcmp(h.ClassID, kBigObjClassID, sizeof kBigObjClassID) == 0;
}

u64 decimal(std::string_view digits, const char *what) {
  u64 v = 0;
  for (char c : digits) {
    if (c < '0' || c > '9')
      throw InputError(std::string("malformed ") + what);
    v = v * 10 + static_cast<u64>(c - '0');
  }
  if (digits.empty())
    throw InputError(std::string("malformed ") + what);
  return v;
}

// Six digits of base 64, most significant first.
u64 base64(std::string_view digits) {
  u64 v = 0;
  for (char c : digits) {
    u64 d = c >= 'A' && c <= 'Z'   ? static_cast<u64>(c - 'A')
            : c >= 'a' && c <= 'z' ? static_cast<u64>(c - 'a') + 26
            : c >= '0' && c <= '9' ? static_cast<u64>(c - '0') + 52
            : c == '+'             ? 62
            : c == '/'             ? 63
                                   : 64;
    if (d == 64)
      throw InputError("malformed name of a section");
    v = v << 6 | d;
  }
  return v;
}

std::string_view string_at(std::string_view strtab, u64 offset, const char *what) {
  if (offset < 4 || offset >= strtab.size())
    throw InputError(std::string(what) + " lies outside of the string table", offset);
  return {strtab.data() + offset, std::strlen(strtab.data() + offset)};
}

} // namespace

InputFile *make_object() {
  auto *o = new CoffObject;
  o->reader = &object_reader();
  o->kind = FileKind::Object;
  return o;
}

const Reader &object_reader() {
  static const ObjectReader reader;
  return reader;
}

bool is_import_object(ByteView b) {
  if (b.size() < sizeof(ImportHeader))
    return false;
  auto &h = b.at<ImportHeader>(0);
  return h.Sig1 == 0 && h.Sig2 == 0xffff && h.Version == 0;
}

Arch arch_of(ByteView b) {
  if (is_definition_file(b))
    return Arch::X86_64;
  if (b.size() < sizeof(FileHeader))
    return Arch::Unknown;
  if (b.str().starts_with("MZ")) {
    if (!b.contains(kPeMagicOffset, 4))
      return Arch::Unknown;
    u64 pe = b.at<ul32>(kPeMagicOffset);
    return b.contains(pe, 4 + sizeof(FileHeader)) ? arch_of_machine(b.at<FileHeader>(pe + 4).Machine)
                                                  : Arch::Unknown;
  }
  if (is_import_object(b))
    return arch_of_machine(b.at<ImportHeader>(0).Machine);
  if (has_big_header(b))
    return arch_of_machine(b.at<BigObjHeader>(0).Machine);
  return arch_of_machine(b.at<FileHeader>(0).Machine);
}

Tables read_tables(ByteView b) {
  Tables t;
  u64 headers, symtab, sections;
  if (has_big_header(b)) {
    auto &h = b.at<BigObjHeader>(0, "COFF header");
    t.big = true;
    t.machine = h.Machine;
    headers = sizeof(BigObjHeader);
    sections = h.NumberOfSections;
    symtab = h.PointerToSymbolTable;
    t.num_symbols = h.NumberOfSymbols;
  } else {
    auto &h = b.at<FileHeader>(0, "COFF header");
    t.machine = h.Machine;
    headers = sizeof(FileHeader) + h.SizeOfOptionalHeader;
    sections = h.NumberOfSections;
    symtab = h.PointerToSymbolTable;
    t.num_symbols = h.NumberOfSymbols;
  }
  if (t.machine != IMAGE_FILE_MACHINE_AMD64)
    throw InputError(format("unsupported machine 0x%x", t.machine), t.big ? 6 : 0);
  t.shdrs = b.array<SectionHeader>(headers, sections, "section table");
  if (t.num_symbols == 0 || symtab == 0) {
    t.num_symbols = 0;
    return t;
  }
  u64 size = u64(t.num_symbols) * (t.big ? sizeof(Symbol32) : sizeof(Symbol16));
  t.symtab = b.sub(symtab, size, "symbol table").data();
  u64 end = symtab + size;
  if (!b.contains(end, 4))
    return t; // no name is longer than 8 bytes
  u32 length = b.at<ul32>(end);
  if (length < 4)
    return t;
  std::string_view s = b.sub(end, length, "string table").str();
  auto last = s.rfind('\0');
  t.strtab = s.substr(0, last == s.npos ? 0 : last + 1);
  return t;
}

std::string_view section_name(std::string_view strtab, const SectionHeader &h) {
  std::string_view name(h.Name, strnlen(h.Name, sizeof h.Name));
  if (name.size() < 2 || name[0] != '/')
    return name;
  if (name[1] == '/')
    return string_at(strtab, base64(name.substr(2)), "name of a section");
  if (name[1] < '0' || name[1] > '9')
    return name;
  return string_at(strtab, decimal(name.substr(1), "name of a section"), "name of a section");
}

std::string_view symbol_name(std::string_view strtab, const u8 *raw) {
  auto &s = *reinterpret_cast<const Symbol16 *>(raw);
  if (load<u32>(s.Name) == 0)
    return string_at(strtab, load<u32>(s.Name + 4), "name of a symbol");
  return {s.Name, strnlen(s.Name, sizeof s.Name)};
}

std::span<const Relocation> section_relocs(ByteView file, const SectionHeader &h, u32 number) {
  u64 n = h.NumberOfRelocations;
  if (n == 0)
    return {};
  if ((h.Characteristics & IMAGE_SCN_LNK_NRELOC_OVFL) && n == 0xffff) {
    n = file.at<Relocation>(h.PointerToRelocations, "relocations").VirtualAddress;
    if (n == 0)
      throw InputError("section " + std::to_string(number) + " has a broken count of relocations",
                       h.PointerToRelocations);
    return file.array<Relocation>(h.PointerToRelocations, n, "relocations").subspan(1);
  }
  return file.array<Relocation>(h.PointerToRelocations, n, "relocations");
}

std::vector<std::string_view> defined_names(ByteView b) {
  std::vector<std::string_view> names;
  if (is_import_object(b)) {
    auto &h = b.at<ImportHeader>(0);
    std::string_view symbol = b.cstr(sizeof(ImportHeader), "name of an import");
    names.push_back(Arena::copy("__imp_" + std::string(symbol)));
    if (h.type() != IMPORT_DATA)
      names.push_back(symbol);
    return names;
  }
  Tables t = read_tables(b);
  CoffObject o; // for the accessors of its symbol table
  o.big = t.big;
  o.symtab = t.symtab;
  for (u32 i = 0; i < t.num_symbols; ++i) {
    Sym s = o.sym(i);
    if (s.is_global() && (s.section != IMAGE_SYM_UNDEFINED || s.is_common() || s.is_weak()) &&
        s.section != IMAGE_SYM_DEBUG)
      names.push_back(symbol_name(t.strtab, s.raw));
    i += s.aux;
  }
  return names;
}

} // namespace gold::coff
