// Mach-O's share of the link: policy, synthesized sections, load commands.
//
// MachTarget is the same for both architectures; what relocations of instructions mean and how a stub
// looks is MachArch's (arch.h). It holds what is made in one pass and needed in a later one.
//
// Names of sections are "SEG,SECT" throughout. What is in __LINKEDIT is made of sections, too, so that the
// shared passes place and write it; they have no section headers.
#pragma once

#include "model/link.h"
#include "model/output_file.h"
#include "model/target.h"
#include "writers/macho/arch.h"
#include "writers/macho/tables.h"

#include <string>
#include <string_view>
#include <vector>

namespace gold::macho {

class ObjectWriter;

class MachTarget final : public Target {
public:
  MachTarget(Link &, const MachArch &);
  Format format() const override { return Format::MachO; }
  Arch arch() const override { return mach_arch.info.arch; }
  const char *name() const override { return mach_arch.info.name; }

  std::string_view default_entry(const Link &) override;
  void alternatives(Link &, std::vector<Symbol *> &) override;
  void default_plan(Link &) override;
  void add_linker_symbols(Link &) override;
  void decide_imports_exports(Link &) override;
  u32 zero_fill_type() const override { return S_ZEROFILL; }
  u64 writable_flags(bool) const override { return 0; }

  bool is_root(const Link &, const Section &) override;
  void edges(Link &, const Section &, EdgeBuffer &) override;
  bool is_foldable_data(const Section &) override;
  u64 fold_key(const Link &, const Section &) override;
  void scan(Link &, Section &) override;

  std::string_view output_name(const Link &, const Section &) override;
  u64 rank(const Link &, const OutputSection &) override;
  OrderLine order_line(std::string_view line) override;
  void describe_output(Link &, OutputSection &) override;
  void synthesize(Link &) override;
  void make_segments(Link &) override;
  u64 header_size(const Link &) override;
  u64 page_size(const Link &) override { return mach_arch.info.page_size; }
  u64 default_image_base(const Link &) override;
  void finalize(Link &) override;

  BranchModel branch_model() const override { return object ? BranchModel() : mach_arch.branch_model(); }
  void branches(Link &, const Section &, std::vector<Branch> &) override;
  u64 destination(Link &, const Symbol &) override;
  void write_thunk(Link &, u8 *buf, u64 place, u64 destination) override {
    mach_arch.write_thunk(buf, place, destination);
  }

  void relocate(Link &, Section &, u8 *buf) override;
  void fill(const OutputSection &, u8 *buf, u64 n) override;
  void write_headers(Link &, u8 *buf) override;
  bool wants_identity(const Link &link) override { return !object && !link.opt.no_uuid; }
  void finish(Link &, OutputFile &, const u8 (&identity)[64]) override;

  // -- shared by the files of this directory

  const MachArch &mach_arch;
  ObjectWriter *object = nullptr; // with -r
  bool addresses_final = false;
  bool chained = true; // chained fixups, else dyld's opcodes
  bool flat = false;   // imports are looked up in all images (-flat_namespace)
  u32 platform = PLATFORM_MACOS, min_version = 0, sdk_version = 0;

  PointerSection *got = nullptr, *thread_ptrs = nullptr;
  StubsSection *stubs = nullptr;
  ChainedFixupsSection *chained_fixups = nullptr;
  OpcodesSection *rebase = nullptr, *bind = nullptr, *weak_bind = nullptr;
  ExportTrieSection *exports = nullptr;
  FunctionStartsSection *function_starts = nullptr;
  DataInCodeSection *data_in_code = nullptr;
  SymtabSection *symtab = nullptr;
  StrtabSection *strtab = nullptr;
  IndirectSymbolsSection *indirect = nullptr;
  UnwindInfoSection *unwind_info = nullptr;
  EhFrameSection *eh_frame = nullptr;
  CodeSignatureSection *signature = nullptr;
  std::vector<MachDylib *> dylibs; // as load commands name them
  std::vector<Symbol *> reexports; // symbols of other libraries that this one exports, by name
  std::vector<Symbol *> imports;   // that dyld binds by name; SymbolAux::dynsym is an index here, from 1
  struct OutlineImport {           // import with an addend that does not fit into the pointer
    Symbol *symbol;
    i64 addend;
    bool operator==(const OutlineImport &) const = default;
  };
  std::vector<OutlineImport> outline_imports; // numbered behind `imports`
  u64 tls_begin = 0;                          // address of the TLV template
  bool has_tlv = false, has_weak_exports = false, binds_weak = false;

  // The value of a symbol now: its address, also while addresses are still being assigned.
  u64 address_of(const Symbol &) const;
  u64 address_of(const Section *, u64 offset) const;
  u64 address_of(const Ref &r) const {
    return r.symbol ? address_of(*r.symbol) : address_of(r.section, r.offset);
  }
  u64 got_address(Link &, const Symbol &) const;
  u64 stub_address(Link &, const Symbol &) const;
  u64 thread_ptr_address(Link &, const Symbol &) const;

  // What a relocation refers to. Throws InputError if that is not there.
  Ref ref_of(MachObject &, const Section &, const RelocationInfo &) const;
  // True when pointers to the symbol are bound by dyld.
  bool binds(const Symbol &s) const { return s.is_imported(); }
  bool is_weak_export(const Symbol &) const; // other images' equal definitions may win
  // Ordinal of the library that an import comes from, or BIND_SPECIAL_DYLIB_*.
  int ordinal_of(const Symbol &) const;
  bool is_weak_import(const Symbol &) const;
  // Position in the table of imports of a chained bind.
  u32 import_index(Link &, const Symbol &, i64 addend) const;
  // All places that dyld changes, by address. For opcodes.
  void collect_fixups(Link &, std::vector<Fixup> &);
  // Writes a pointer to `ref` at `address`; `next` is the address of the next such place.
  void write_pointer(Link &, u8 *p, u64 address, const Ref &, i64 addend, u64 next);
  // Errors of relocations, with file, section and offset.
  void reloc_error(Link &, const MachObject &, const Section &, const RelocationInfo &,
                   const std::string &) const;

  // Index of a segment among the load commands; -1 for sections outside.
  int segment_index(const Link &, const OutputSection &) const;
  // Files' load commands as bytes.
  const std::vector<u8> &load_commands(Link &);
  bool is_exported(const Symbol &) const; // in the export trie
  bool is_global(const Symbol &) const;   // in the symbol table among the globals
  std::string_view text_symbol_name() const;
  bool signs(const Link &) const;
  static std::string platform_name(u32);

  struct PageStarts {
    u64 address = 0;        // of the segment
    std::vector<u16> start; // by page
    bool any = false;
  };
  std::vector<PageStarts> page_starts; // by segment

private:
  friend class UnwindInfoSection;
  void set_platform(Link &);
  void check_platforms(Link &);
  void find_reexports(Link &);
  void mark_sub_libraries(Link &);
  void number_dylibs(Link &);
  void follow_folded(Link &);
  void collect_needs(Link &);
  void make_unwind(Link &);
  void make_linkedit(Link &);
  void make_created_sections(Link &);
  void chain_fixups(Link &);
  void set_linker_symbols(Link &);
  void set_segments(Link &);
  void append_commands(Link &, std::vector<u8> &);
  void append_platform(std::vector<u8> &) const;

  struct LinkerSymbol {
    Symbol *symbol;
    enum Kind : u8 { Header, SectionStart, SectionEnd, SegmentStart, SegmentEnd } kind;
    std::string_view place; // "SEG,SECT" or "SEG"
  };
  std::vector<LinkerSymbol> linker_symbols_;
  bool only_listed_ = false; // an -exported_symbol(s_list) was given
  std::vector<u8> commands_;
  u32 uuid_at_ = 0; // in the commands
  u64 header_size_ = 0;
};

Target *make_macho_target(Link &, Arch);

// Where sections of objects go: "__DATA,__const" is "__DATA_CONST,__const" in the image.
std::string_view renamed(std::string_view);

} // namespace gold::macho
