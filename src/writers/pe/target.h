// PE's share of the link: policy, synthesized tables, headers ("PE Format" of Microsoft; what MinGW's
// start code expects is GNU ld's custom).
//
// An image is a row of sections, each at a multiple of the section alignment in memory and of the
// file alignment in the file; the COFF symbol table stands behind the last one.
#pragma once

#include "formats/coff/object.h"
#include "model/link.h"
#include "model/target.h"
#include "writers/pe/relocatable.h"
#include "writers/pe/tables.h"

#include <string_view>
#include <vector>

namespace gold::coff {

class PeTarget final : public Target {
public:
  explicit PeTarget(Link &);
  Format format() const override { return Format::Coff; }
  Arch arch() const override { return Arch::X86_64; }
  const char *name() const override { return "pei-x86-64"; }

  std::string_view default_entry(const Link &) override;
  void alternatives(Link &, std::vector<Symbol *> &) override;
  void add_linker_symbols(Link &) override;
  void decide_imports_exports(Link &) override;
  u32 zero_fill_type() const override { return 0; }
  u64 writable_flags(bool) const override {
    return IMAGE_SCN_CNT_UNINITIALIZED_DATA | IMAGE_SCN_MEM_READ | IMAGE_SCN_MEM_WRITE;
  }

  bool is_root(const Link &, const Section &) override;
  void edges(Link &, const Section &, EdgeBuffer &) override;
  bool is_foldable_data(const Section &) override;
  u64 fold_key(const Link &, const Section &) override;
  void scan(Link &, Section &) override;

  std::string_view output_name(const Link &, const Section &) override;
  std::optional<u16> known_output(std::string_view) override;
  u64 rank(const Link &, const OutputSection &) override;
  void order_members(Link &, OutputSection &) override;
  void describe_output(Link &, OutputSection &) override;
  u64 linker_symbol_address(Link &, const Symbol &) override;
  void synthesize(Link &) override;
  void make_segments(Link &) override;
  u64 header_size(const Link &) override;
  u64 page_size(const Link &) override;
  u64 file_alignment(const Link &) override;
  u64 default_image_base(const Link &) override;
  void finalize(Link &) override;

  void relocate(Link &, Section &, u8 *buf) override;
  void fill(const OutputSection &, u8 *buf, u64 n) override;
  void write_headers(Link &, u8 *buf) override;
  u64 trailer_size(const Link &) override;
  void write_trailer(Link &, u8 *buf) override;
  bool wants_identity(const Link &link) override { return !link.opt.insert_timestamp; }
  bool wants_word_sum(const Link &) override { return true; }
  void finish(Link &, OutputFile &, const u8 (&identity)[64]) override;

  // -- shared by the files of this directory

  u64 image_base = 0; // once addresses are final
  u32 rva(u64 address) const { return static_cast<u32>(address - image_base); }

  std::vector<ImportedDll> dlls;
  std::vector<Import *> thunks; // imports that code jumps to, in order
  DirectorySection *import_directory = nullptr;
  LookupSection *import_lookup = nullptr, *import_addresses = nullptr;
  NameSection *import_names = nullptr;
  ThunkSection *thunk_section = nullptr;
  LocalImportSection *local_imports = nullptr;
  ListSection *ctors = nullptr, *ctors_end = nullptr, *dtors = nullptr, *dtors_end = nullptr;
  PseudoRelocSection *pseudo_relocs = nullptr;
  PdataSection *pdata = nullptr;
  BaseRelocSection *base_relocs = nullptr;
  ExportSection *export_table = nullptr;
  ResourceSection *resources = nullptr;
  BuildIdSection *build_id = nullptr;

  std::vector<Export> exports; // by what is exported where, sorted by name
  std::string_view dll_name;   // in the export table

  // The symbol of an import that carries the needs of all its aliases.
  static Symbol &canonical(const Symbol &s) { return *s.file->symbols[s.native]; }
  static CoffObject &object_of(const InputFile &f) {
    return static_cast<CoffObject &>(const_cast<InputFile &>(f));
  }
  static bool is_object(const InputFile &f) { return f.kind == FileKind::Object; }
  // Calls fn(symbol, import, file) for the symbols that imports won, in link order: the pointer `__imp_x`,
  // whose `native` is even, and the jump by it, whose is odd.
  template <class F> static void for_each_import(Link &link, F &&fn) {
    for (InputFile *f : link.shareds) {
      auto &o = object_of(*f);
      for (u32 k = 0; k < o.symbols.size(); ++k)
        if (Symbol *s = o.symbols[k]; s && s->file == &o && s->native == k)
          fn(*s, o.imports[k / 2], o);
    }
  }

  SymbolTable symtab;
  ObjectWriter object; // with -r

private:
  struct LinkerSymbol {
    Symbol *symbol;
    u32 meaning; // index into the table in linker_symbols.cc
  };
  struct Pair {
    Symbol *symbol, *other;
  };
  void claim_linker_symbols(Link &);
  void set_linker_symbols(Link &);
  void resolve_weak_aliases(Link &);
  void bind_auto_imports(Link &);
  void collect_exports(Link &);
  void export_all(Link &);
  void make_imports(Link &);
  void make_exports(Link &);
  void make_lists(Link &);
  void merge_resources(Link &);
  void write_import_library(Link &);
  void write_def_file(Link &);

  std::vector<LinkerSymbol> linker_symbols_;
  std::vector<Pair> same_values_;   // aliases whose other's value is only known at the end
  std::vector<Pair> local_imports_; // `__imp_x`, `x` of this image
};

Target *make_pe_target(Link &, Arch);

// Values of the optional header.
u16 subsystem(const Options &);
u16 dll_characteristics(const Options &);

// The output section of this name, or null.
const OutputSection *find_output(const Link &, std::string_view name);

// Is this input section's place among the members of its output section given by its name?
bool has_ordered_name(const Section &);

} // namespace gold::coff
