// Tables that the linker makes for a Mach-O image.
#pragma once

#include "formats/macho/object.h"
#include "model/link.h"

#include <string>
#include <vector>

namespace gold::macho {

class MachTarget;

// A section of the image, or a part of __LINKEDIT (which has no section headers).
class MachSynthetic : public Synthetic {
public:
  // `name` is "SEG,SECT" and lives for ever; `flags` are type and attributes.
  MachSynthetic(MachTarget &, std::string_view name, u32 flags, u64 align);

protected:
  MachTarget &target_;
};

// Bytes that are known when it is made or updated.
class BytesSection : public MachSynthetic {
public:
  using MachSynthetic::MachSynthetic;
  void write(Link &, u8 *buf) override { std::memcpy(buf, bytes.data(), bytes.size()); }
  std::vector<u8> bytes;
};

// Pointers that dyld binds or slides: __got, __thread_ptrs.
class PointerSection : public MachSynthetic {
public:
  using MachSynthetic::MachSynthetic;
  std::vector<Symbol *> slots;
  u32 first_indirect = 0; // in the table of indirect symbols
  void write(Link &, u8 *buf) override;
  void add(Symbol &s) {
    slots.push_back(&s);
    section.size = slots.size() * 8;
  }
};

class StubsSection : public MachSynthetic {
public:
  using MachSynthetic::MachSynthetic;
  std::vector<Symbol *> entries;
  u32 first_indirect = 0;
  void write(Link &, u8 *buf) override;
};

// One pointer-sized place that dyld changes.
struct Fixup {
  u64 address;
  Symbol *symbol; // bound by name; null: slid
  i64 addend;
};

// LC_DYLD_CHAINED_FIXUPS: imports, and where the chains begin.
class ChainedFixupsSection : public MachSynthetic {
public:
  using MachSynthetic::MachSynthetic;
  bool update(Link &) override;
  void write(Link &, u8 *buf) override;

private:
  u64 starts_size(const Link &) const;
};

// The streams of LC_DYLD_INFO_ONLY: rebase, bind, weak bind.
class OpcodesSection : public MachSynthetic {
public:
  using MachSynthetic::MachSynthetic;
  enum Kind : u8 { Rebase, Bind, WeakBind } kind = Rebase;
  bool update(Link &) override;
  void write(Link &, u8 *buf) override;

private:
  std::vector<u8> bytes_;
};

// The export trie.
class ExportTrieSection : public MachSynthetic {
public:
  using MachSynthetic::MachSynthetic;
  bool update(Link &) override;
  void write(Link &, u8 *buf) override { std::memcpy(buf, bytes_.data(), bytes_.size()); }
  void collect(Link &);
  std::vector<Symbol *> symbols; // by name

private:
  struct Node {
    u32 begin, end; // range of `symbols` below it
    u32 depth;      // length of the common prefix
    u32 first_child = 0, children = 0;
    Symbol *terminal = nullptr;
    u32 offset = 0, terminal_size = 0;
  };
  void build();
  u64 value_of(Link &, const Symbol &, u64 *flags) const; // of a re-export the library's ordinal
  std::vector<Node> nodes_;
  std::vector<u32> order_; // nodes as they are written
  std::vector<u8> bytes_;
};

class FunctionStartsSection : public MachSynthetic {
public:
  using MachSynthetic::MachSynthetic;
  bool update(Link &) override;
  void write(Link &, u8 *buf) override { std::memcpy(buf, bytes_.data(), bytes_.size()); }

private:
  std::vector<u8> bytes_;
};

class DataInCodeSection : public MachSynthetic {
public:
  using MachSynthetic::MachSynthetic;
  bool update(Link &) override;
  void write(Link &, u8 *buf) override;
};

class IndirectSymbolsSection : public MachSynthetic {
public:
  using MachSynthetic::MachSynthetic;
  void write(Link &, u8 *buf) override;
};

class SymtabSection;
class StrtabSection : public MachSynthetic {
public:
  using MachSynthetic::MachSynthetic;
  SymtabSection *symtab = nullptr;
  void write(Link &, u8 *) override {}
  u32 parts() const override;
  u64 part_offset(u32 i) const override;
  void write_part(Link &, u32 i, u8 *buf) override;
};

// nlists: locals file by file, then defined globals and undefined ones by name.
class SymtabSection : public MachSynthetic {
public:
  using MachSynthetic::MachSynthetic;
  StrtabSection *strtab = nullptr;
  void plan(Link &);
  void write(Link &, u8 *) override {}
  u32 parts() const override { return static_cast<u32>(files.size()) + 1; }
  u64 part_offset(u32 i) const override;
  void write_part(Link &, u32 i, u8 *buf) override;

  // What one object adds.
  struct Part {
    MachObject *file;
    u32 count = 0;           // symbols
    u32 strings = 0;         // bytes
    u32 first = 0;           // index of the first symbol
    u32 first_string = 0;    // offset in the string table
    u32 stabs = 0;           // of these, entries of the debug map
    std::string object_path; // debug map: where the object is
  };
  std::vector<Part> files;
  std::vector<Symbol *> globals; // defined by name, then undefined by name
  std::vector<u32> global_strings;
  u32 local_count = 0, defined_count = 0, undefined_count = 0;
  u32 globals_string_begin = 0;
  u64 strings_size = 0;

private:
  Nlist *write_stabs(Link &, const Part &, Nlist *, u32 &string);
};

// __TEXT,__unwind_info and what it refers to.
class UnwindInfoSection : public MachSynthetic {
public:
  using MachSynthetic::MachSynthetic;
  bool update(Link &) override;
  void write(Link &, u8 *buf) override { std::memcpy(buf, bytes_.data(), bytes_.size()); }
  void finish(Link &); // contents, once addresses are final

private:
  struct Entry {
    u64 address;
    u32 length;
    u32 encoding;
    u64 lsda;
    Symbol *personality;
  };
  void collect(Link &, std::vector<Entry> &);
  void encode(Link &, const std::vector<Entry> &);
  u64 key_ = 0; // of the addresses for which `bytes_` was made
  std::vector<u8> bytes_;
};

// The records of __eh_frame that are needed.
class EhFrameSection : public MachSynthetic {
public:
  using MachSynthetic::MachSynthetic;
  void plan(Link &);
  void write(Link &, u8 *buf) override;
  struct Personality {
    u32 at; // where the pointer to it stands
    Symbol *symbol;
  };
  const std::vector<Personality> &personalities() const { return personalities_; }

private:
  struct OutCie {
    MachObject *file;
    u32 cie;
    u32 offset;
  };
  struct OutFde {
    MachObject *file;
    u32 fde;
    u32 cie_offset;
  };
  std::vector<OutCie> cies_;
  std::vector<Personality> personalities_;
  std::vector<OutFde> fdes_;
};

// Space for the signature; its contents are hashes of all that stands before it.
class CodeSignatureSection : public MachSynthetic {
public:
  using MachSynthetic::MachSynthetic;
  bool update(Link &) override;
  void write(Link &, u8 *) override {}
  void sign(Link &, OutputFile &);

private:
  std::string identifier(const Link &) const;
};

} // namespace gold::macho
