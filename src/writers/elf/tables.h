// The sections that the linker makes for an ELF image, one class a section (gABI 4.3, chapters
// "Sections" and "Dynamic Linking"; GNU extensions as the GNU C library reads them).
//
// All are made by ElfTarget::synthesize after the scan, when it is known which symbols need what.
// Sizes are known then, but for those that depend on the plan (.shstrtab) or on addresses
// (.relr.dyn), which `update` finds.
#pragma once

#include "formats/elf/object.h"
#include "model/link.h"

#include <functional>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gold::elf {

class ElfTarget;

// A synthesized section that knows its target.
class ElfSynthetic : public Synthetic {
public:
  ElfSynthetic(ElfTarget &t, std::string_view name, u32 type, u64 flags, u64 align, u32 entsize = 0);

protected:
  ElfTarget &target_;
};

// A section whose bytes are known when it is made.
class BytesSection final : public ElfSynthetic {
public:
  using ElfSynthetic::ElfSynthetic;
  std::string bytes;
  void set(std::string b) {
    bytes = std::move(b);
    section.size = bytes.size();
  }
  void write(Link &, u8 *buf) override { std::memcpy(buf, bytes.data(), bytes.size()); }
};

// A table of strings: a few that are deduplicated, then the names of many symbols.
class StringTable : public ElfSynthetic {
public:
  using ElfSynthetic::ElfSynthetic;
  u32 add(std::string_view s);
  u32 find(std::string_view s) const; // offset of an added string
  void write(Link &, u8 *buf) override;

protected:
  std::string bytes_ = std::string(1, '\0');
  std::vector<std::pair<std::string, u32>> strings_; // sorted; few, or the insertion sort would cost
};

// -- the global offset table and the procedure linkage table

struct GotEntry {
  enum Kind : u8 { Reserved, Address, TlsGd, TlsIe, TlsDesc, TlsLd } kind;
  u32 slot; // first slot; TlsGd, TlsDesc and TlsLd have two
  Symbol *symbol;
};

class GotSection final : public ElfSynthetic {
public:
  explicit GotSection(ElfTarget &);
  std::vector<GotEntry> entries;
  u32 slots = 0;
  u32 add(GotEntry::Kind, Symbol *); // the first slot
  u32 dynamic_relocs(const Link &) const;
  bool is_relative(const Link &, const Symbol &) const; // the slot moves with the image
  // Writes the slots; appends dynamic relocations at `rel` (null: none are wanted).
  Rela *emit(Link &, u8 *buf, Rela *rel);
  void write(Link &, u8 *buf) override;
};

class GotPltSection final : public ElfSynthetic {
public:
  explicit GotPltSection(ElfTarget &);
  void write(Link &, u8 *buf) override;
};

class PltSection final : public ElfSynthetic {
public:
  explicit PltSection(ElfTarget &);
  std::vector<Symbol *> lazy, irelative; // in the order of their slots in .got.plt
  u32 size() const { return u32(lazy.size() + irelative.size()); }
  Symbol *at(u32 i) const { return i < lazy.size() ? lazy[i] : irelative[i - lazy.size()]; }
  void write(Link &, u8 *buf) override;
};

class PltGotSection final : public ElfSynthetic {
public:
  explicit PltGotSection(ElfTarget &);
  std::vector<Symbol *> symbols;
  void write(Link &, u8 *buf) override;
};

// -- dynamic relocations

// .rela.dyn. The records are collected in memory, in one slice for each section that has any, in the
// order of the image. The slice of the GOT holds those of copies, too.
class RelaDynSection final : public ElfSynthetic {
public:
  explicit RelaDynSection(ElfTarget &);
  Rela *records = nullptr;
  u64 fixed = 0;       // of GOT and copies
  u64 fixed_index = 0; // where these begin
  u64 count = 0;
  u64 relative = 0;          // of them RELATIVE; known when finished
  void place_slices(Link &); // sets Section::dyn_index; once addresses are final
  void finish(Link &);       // sorts; whoever comes first
  u32 parts() const override { return u32((count + kPartRecords - 1) / kPartRecords); }
  u64 part_offset(u32 i) const override { return std::min(u64(i) * kPartRecords, count) * sizeof(Rela); }
  void write(Link &, u8 *buf) override;
  void write_part(Link &, u32 i, u8 *buf) override;

private:
  static constexpr u64 kPartRecords = 20000;
  std::once_flag once_;
};

class RelaPltSection final : public ElfSynthetic {
public:
  explicit RelaPltSection(ElfTarget &);
  void write(Link &, u8 *buf) override;
};

class RelrSection final : public ElfSynthetic {
public:
  explicit RelrSection(ElfTarget &);
  std::vector<u64> words;
  bool update(Link &) override;
  void write(Link &, u8 *buf) override;
};

// -- dynamic linking

class DynstrSection final : public StringTable {
public:
  explicit DynstrSection(ElfTarget &);
  void write(Link &, u8 *buf) override;
};

class DynsymSection final : public ElfSynthetic {
public:
  explicit DynsymSection(ElfTarget &);
  std::vector<Symbol *> symbols{nullptr}; // [0] is the null symbol
  std::vector<u32> names;                 // offsets in .dynstr
  std::vector<u32> hashes;                // GNU hashes, from first_hashed on
  u32 first_hashed = 1, buckets = 1;
  void sort(Link &);
  void place_names(Link &);
  void write(Link &, u8 *buf) override;
};

class HashSection final : public ElfSynthetic {
public:
  explicit HashSection(ElfTarget &);
  void write(Link &, u8 *buf) override;
};

class GnuHashSection final : public ElfSynthetic {
public:
  explicit GnuHashSection(ElfTarget &);
  u32 bloom_words = 1;
  void write(Link &, u8 *buf) override;
};

class VersymSection final : public ElfSynthetic {
public:
  explicit VersymSection(ElfTarget &);
  std::vector<u16> versions; // by dynsym index
  void write(Link &, u8 *buf) override;
};

class DynamicSection final : public ElfSynthetic {
public:
  explicit DynamicSection(ElfTarget &);
  bool update(Link &) override;
  void write(Link &, u8 *buf) override;

private:
  std::vector<Dyn> entries(Link &) const;
};

// Room in .bss or .bss.rel.ro for data of shared objects that the executable addresses directly.
class CopySection final : public ElfSynthetic {
public:
  CopySection(ElfTarget &, bool relro);
  std::vector<Symbol *> symbols; // one for each copy
  void write(Link &, u8 *) override {}
};

// -- unwinding

class EhFrameSection final : public ElfSynthetic {
public:
  explicit EhFrameSection(ElfTarget &);
  struct Entry {
    u64 pc, fde; // addresses of the function and of its FDE
  };
  std::vector<ElfObject *> files; // with live records
  std::vector<u64> offsets;       // of the files' parts
  std::vector<u64> first_fde;     // index of the files' first entries
  std::span<Entry> table;         // filled when written
  void plan(Link &);
  u32 parts() const override { return u32(files.size()) + 1; }
  u64 part_offset(u32 i) const override { return i < offsets.size() ? offsets[i] : section.size; }
  void write(Link &, u8 *buf) override;
  void write_part(Link &, u32 i, u8 *buf) override;
};

class EhFrameHdrSection final : public ElfSynthetic {
public:
  explicit EhFrameHdrSection(ElfTarget &);
  void write(Link &, u8 *buf) override;
};

// -- the static symbol table

// What a group of files adds to .symtab and .strtab.
struct SymtabGroup {
  u32 first_file, last_file; // in Link::objects
  u64 locals = 0, globals = 0, strings = 0, local_strings = 0;
  u64 local_begin = 0, global_begin = 0, string_begin = 0;
  std::vector<const Symbol *> kept; // the local ones first
};

class SymtabSection final : public ElfSynthetic {
public:
  explicit SymtabSection(ElfTarget &);
  std::vector<SymtabGroup> groups;
  u64 locals = 1;          // the null symbol included
  u32 section_symbols = 0; // with -r: the first symbols stand for the output sections
  void plan(Link &);
  void number(); // from the groups' counts to their places
  // fn(symbol, its index in the table) for all but the section symbols; fn may run on any thread.
  void each_index(const std::function<void(const Symbol &, u64)> &fn) const;
  u32 parts() const override { return u32(groups.size()) * 2 + 1; }
  u64 part_offset(u32 i) const override;
  void write(Link &, u8 *buf) override;
  void write_part(Link &, u32 i, u8 *buf) override;
};

class SymtabShndxSection final : public ElfSynthetic {
public:
  explicit SymtabShndxSection(ElfTarget &t) : ElfSynthetic(t, ".symtab_shndx", SHT_SYMTAB_SHNDX, 0, 4, 4) {
    late = true; // .symtab fills `values`
    table = true;
  }
  std::vector<ul32> values;
  bool update(Link &) override;
  void write(Link &, u8 *buf) override;
};

class StrtabSection final : public ElfSynthetic {
public:
  explicit StrtabSection(ElfTarget &);
  u32 parts() const override;
  u64 part_offset(u32 i) const override;
  void write(Link &, u8 *buf) override;
  void write_part(Link &, u32 i, u8 *buf) override;
};

class ShstrtabSection final : public StringTable {
public:
  explicit ShstrtabSection(ElfTarget &);
  bool update(Link &) override;
};

} // namespace gold::elf
