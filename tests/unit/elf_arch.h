// One section of an object, its symbols and relocations, for the unit tests of the architectures.
#pragma once

#include "formats/elf/object.h"
#include "model/link.h"
#include "writers/elf/arch.h"

#include <deque>
#include <string>
#include <vector>

namespace gold::elf {

struct ArchCase {
  explicit ArchCase(const ElfArch &a, OutputKind kind = OutputKind::Executable) : arch(a) {
    opt.kind = kind;
    symbols.push_back(nullptr);
    file.path = "case.o";
    file.priority = 1;
    output.addr = 0x10000;
    section.file = &file;
    section.output = &output;
    section.name_data = ".text";
    section.name_size = 5;
    section.flags = kSecAlloc | kSecExec;
    section.p2align = 4;
    section.live = 1;
    layout.got = 0x30000;
    layout.got_plt = layout.got_base = 0x31000;
    layout.plt = 0x20000;
    layout.plt_header = 32;
    layout.plt_entry = 16;
    layout.tls_start = 0x40000;
    layout.tls_end = 0x40100;
    layout.tls_align = 16;
    layout.tp = arch.thread_pointer(layout.tls_start, layout.tls_end, layout.tls_align);
  }

  // A symbol that stands in a section of its own, so that it is neither absolute nor undefined.
  u32 symbol(u64 value, u16 flags = 0, SymClass c = SymClass::Strong) {
    Symbol &s = made.emplace_back();
    s.name_data = "sym";
    s.name_size = 3;
    s.value = value;
    s.flags = flags;
    s.file = &file;
    s.claim = make_claim(c, 1, static_cast<u32>(symbols.size()));
    s.section = c == SymClass::Strong && !(flags & (kSymAbsolute | kSymImported)) ? &other : nullptr;
    symbols.push_back(&s);
    return static_cast<u32>(symbols.size() - 1);
  }
  Symbol &operator[](u32 i) { return *symbols[i]; }
  // Gives the symbol one slot of each kind.
  void slots(u32 i, u32 got, u32 plt = 0) {
    SymbolAux &a = link.aux_of(*symbols[i]);
    a.got = a.tls_gd = a.tls_ie = a.tls_desc = got;
    a.plt = plt;
    a.dynsym = 5;
  }
  void reloc(u64 offset, u32 type, u32 sym, i64 addend) { relas.push_back(Rela{offset, type, sym, addend}); }

  void finish_input() {
    section.data = reinterpret_cast<const u8 *>(bytes.data());
    section.size = bytes.size();
    section.relocs = reinterpret_cast<const u8 *>(relas.data());
    section.num_relocs = static_cast<u32>(relas.size());
    file.symbols = symbols;
  }
  // The number of errors.
  u64 scan() {
    finish_input();
    arch.scan(link, layout, file, section);
    return link.diag.error_count();
  }
  // The section's bytes in the image.
  std::string relocate() {
    finish_input();
    std::string out = bytes;
    dyn.assign(section.dyn_relocs, Rela{});
    arch.relocate(link, layout, file, section, reinterpret_cast<u8 *>(out.data()), dyn.data());
    return out;
  }

  const ElfArch &arch;
  Options opt;
  Link link{opt};
  ElfLayout layout;
  ElfObject file;
  Section section, other;
  OutputSection output;
  std::deque<Symbol> made;
  std::vector<Symbol *> symbols;
  std::vector<Rela> relas, dyn;
  std::string bytes;
};

// "48 8b 05" as bytes.
inline std::string hex(const char *text) {
  std::string out;
  for (const char *p = text; *p; ++p)
    if (*p != ' ') {
      out += static_cast<char>(std::stoi(std::string(p, 2), nullptr, 16));
      ++p;
    }
  return out;
}
inline std::string to_hex(const std::string &s) {
  std::string out;
  for (unsigned char c : s) {
    char b[4];
    std::snprintf(b, sizeof b, "%02x ", c);
    out += b;
  }
  if (!out.empty())
    out.pop_back();
  return out;
}

} // namespace gold::elf
