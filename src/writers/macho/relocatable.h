// What -r makes of a link: tables of an object. See relocatable.cc.
#pragma once

#include "writers/macho/target.h"

namespace gold::macho {

class ObjectWriter {
public:
  ObjectWriter(Link &link, MachTarget &t) : link_(link), target_(t) {}
  // After the scan: the symbol table is known, and all tables have their sizes.
  void make(Link &);
  // All members have their offsets: gives addresses, fills the tables.
  void finish();
  // Corrects the section's bytes for where they and what they name stand now. Throws InputError.
  void relocate(const Section &, u8 *buf) const;
  // Segment, symbol tables, linker options.
  void append_commands(std::vector<u8> &) const;
  bool subsections() const { return subsections_; }

private:
  struct Entry {
    std::string_view name;
    const Symbol *symbol;   // null: a label for `section`
    const Section *section; // null: absolute, common or undefined
    u8 type;
    u16 desc;
  };
  void collect(Link &);
  void collect_locals(Link &, MachObject &);
  static void add(std::vector<Entry> &, const Nlist &, const Symbol *, std::string_view name);
  u64 value_of(const Symbol &) const;
  u32 index_of(const MachObject &, u32 native) const; // in the output's table, from 1; 0: not there
  void write_symbols();
  void write_unwind();
  void write_eh_frame_relocs();
  void copy_relocs(const Section &);

  Link &link_;
  MachTarget &target_;
  std::vector<Entry> symbols_;
  std::vector<std::vector<u32>> indices_; // by file, by native index: in symbols_, from 1
  std::vector<u32> first_reloc_;          // by output section's number
  BytesSection *relocs_ = nullptr, *symtab_ = nullptr, *strtab_ = nullptr, *unwind_ = nullptr;
  u64 reloc_count_ = 0, unwind_count_ = 0, size_ = 0;
  u32 local_count = 0, defined_count = 0, undefined_count = 0, labels_ = 0;
  bool dwarf_ = false, subsections_ = true;
};

} // namespace gold::macho
