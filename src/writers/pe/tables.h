// The sections that the linker makes for a PE image, one class a section.
#pragma once

#include "formats/coff/object.h"
#include "model/link.h"

#include <string>
#include <string_view>
#include <vector>

namespace gold::coff {

class PeTarget;

class PeSynthetic : public Synthetic {
public:
  PeSynthetic(PeTarget &t, std::string_view name, u32 characteristics, u64 align);

protected:
  PeTarget &target_;
};

// -- imports (".idata")

struct ImportedDll {
  std::string_view name;
  std::vector<Import *> imports; // by name, then by ordinal
  u32 first_slot = 0;            // of its tables; a null word follows each
  u32 name_offset = 0;           // in the section of names
};

// .idata$2 and .idata$3: the import directory table. What import libraries in the long form bring is
// placed between its descriptors and the empty one at the end.
class DirectorySection final : public PeSynthetic {
public:
  explicit DirectorySection(PeTarget &);
  void write(Link &, u8 *buf) override;
};
class ZeroSection final : public PeSynthetic {
public:
  ZeroSection(PeTarget &t, std::string_view name, u32 characteristics, u64 align, u64 size)
      : PeSynthetic(t, name, characteristics, align) {
    section.size = size;
  }
  void write(Link &, u8 *) override {}
};

// .idata$4 and .idata$5: import lookup tables and, as the file has it, the equal address tables.
class LookupSection final : public PeSynthetic {
public:
  LookupSection(PeTarget &, std::string_view name);
  void write(Link &, u8 *buf) override;
};

// .idata$6: hints and names, names of the DLLs.
class NameSection final : public PeSynthetic {
public:
  explicit NameSection(PeTarget &);
  std::string bytes;
  std::vector<u32> offsets; // by slot
  void write(Link &, u8 *buf) override { std::memcpy(buf, bytes.data(), bytes.size()); }
};

// Jumps by the import address table, for calls of what was not declared dllimport.
class ThunkSection final : public PeSynthetic {
public:
  static constexpr u32 kSize = 8;
  explicit ThunkSection(PeTarget &);
  void write(Link &, u8 *buf) override;
};

// Pointers for references to `__imp_x` where x is defined in this image.
class LocalImportSection final : public PeSynthetic {
public:
  explicit LocalImportSection(PeTarget &);
  std::vector<Symbol *> symbols; // what they point to
  void write(Link &, u8 *buf) override;
};

// -- lists that start code walks

// The word before the first and after the last constructor or destructor.
class ListSection final : public PeSynthetic {
public:
  ListSection(PeTarget &, std::string_view name, u64 word);
  void write(Link &, u8 *buf) override { store<u64>(buf, word_); }

private:
  u64 word_;
};

// Places that MinGW's start code corrects by the pointers of the import address table.
class PseudoRelocSection final : public PeSynthetic {
public:
  PseudoRelocSection(PeTarget &, std::string_view name);
  void write(Link &, u8 *buf) override;
};

// -- what the loader reads

// .pdata: all live entries, sorted by the address of the code.
class PdataSection final : public PeSynthetic {
public:
  explicit PdataSection(PeTarget &);
  void plan(Link &);
  void write(Link &, u8 *buf) override;

private:
  std::vector<CoffObject *> files_;
  std::vector<u64> first_; // entry of each file; one more at the end
};

// .reloc: blocks of a page each.
class BaseRelocSection final : public PeSynthetic {
public:
  explicit BaseRelocSection(PeTarget &);
  bool update(Link &) override;
  void write(Link &, u8 *buf) override;

private:
  std::vector<u64> places_; // RVA and, in bits 32 and up, type; sorted
};

// .edata
class ExportSection final : public PeSynthetic {
public:
  explicit ExportSection(PeTarget &);
  void plan(Link &);
  void write(Link &, u8 *buf) override;

private:
  u32 base_ = 1, count_ = 0;      // ordinals
  std::vector<u32> named_;        // indices of exports with a name, by name
  std::vector<u32> name_offsets_; // of those, in `strings_`
  std::vector<u32> forward_offsets_;
  std::string strings_;
  u32 addresses_ = 0, names_ = 0, ordinals_ = 0, strings_at_ = 0; // offsets of the tables
};

// .buildid: a debug directory whose one entry is the identity that debuggers know a PDB by.
class BuildIdSection final : public PeSynthetic {
public:
  static constexpr u32 kDirectory = 28, kGuidAt = kDirectory + 4, kGuid = 16;
  explicit BuildIdSection(PeTarget &);
  void write(Link &, u8 *buf) override;
};

// .rsrc, when several objects have resources.
class ResourceSection final : public PeSynthetic {
public:
  explicit ResourceSection(PeTarget &);
  std::string bytes;             // data is addressed from the section's start
  std::vector<u32> data_entries; // offsets of those addresses
  void write(Link &, u8 *buf) override;
};

// -- the symbol table behind the sections

class SymbolTable {
public:
  void plan(Link &);
  void write(Link &, u8 *buf);
  // Records and strings; 0 when nothing is written.
  u64 size(const Link &) const;
  u64 records = 0;
  // "/123" for names of sections that are too long.
  u32 section_name_offset(const Link &, std::string_view) const;

private:
  struct Group {
    u32 first_file, last_file;
    u64 records = 0, strings = 0, first_record = 0, first_string = 0;
  };
  std::vector<Group> groups_;
  u64 strings_ = 0; // bytes, without those of sections' names
  bool wanted_ = false;
};

} // namespace gold::coff
