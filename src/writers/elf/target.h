// ELF's share of the link: policy, synthesized sections, headers.
//
// ElfTarget is the same for every architecture; what relocations mean and how the PLT's code looks
// is ElfArch's (arch.h). It holds what is made in one pass and needed in a later one: the tables
// (tables.h), the symbols that the linker defines, the segments' policy.
#pragma once

#include "model/link.h"
#include "model/target.h"
#include "writers/elf/arch.h"
#include "writers/elf/tables.h"

#include <mutex>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace gold::elf {

class ElfTarget final : public Target {
public:
  explicit ElfTarget(const ElfArch &a) : elf_arch(a) {}
  Format format() const override { return Format::Elf; }
  Arch arch() const override { return elf_arch.info.arch; }
  const char *name() const override { return elf_arch.info.name; }

  std::string_view default_entry(const Link &) override;
  void add_linker_symbols(Link &) override;
  void decide_imports_exports(Link &) override;
  u32 zero_fill_type() const override { return SHT_NOBITS; }
  u64 writable_flags(bool tls) const override { return SHF_ALLOC | SHF_WRITE | (tls ? u64(SHF_TLS) : 0); }

  bool is_root(const Link &, const Section &) override;
  void edges(Link &, const Section &, EdgeBuffer &) override;
  std::optional<Edge> tls_call(Link &, const Section &) override;
  void scan(Link &, Section &) override;

  u32 data_type() const override { return SHT_PROGBITS; }
  void default_plan(Link &) override;
  void describe_hollow(Link &, OutputSection &) override;
  void describe_output(Link &, OutputSection &) override;
  void synthesize(Link &) override;
  void make_segments(Link &) override;
  u64 header_size(const Link &) override;
  u64 page_size(const Link &) override;
  u64 common_page_size(const Link &) override;
  u64 segment_spacing(const Link &) override;
  bool keeps_place(const Section &) override;
  u64 linker_symbol_address(Link &, const Symbol &) override;
  u64 default_image_base(const Link &) override;
  void finalize(Link &) override;

  BranchModel branch_model() const override;
  void branches(Link &, const Section &, std::vector<Branch> &) override;
  u64 destination(Link &, const Symbol &) override;
  void write_thunk(Link &, u8 *buf, u64 place, u64 destination) override;
  u32 patch_size(const Link &link) override { return elf_arch.patch_size(link); }
  void misplaced(Link &, const Section &, std::vector<u32> &) override;
  void write_patch(Link &, u8 *buf, u64 place, u32 instruction, u64 from) override;
  void write_jump(Link &, u8 *buf, u64 place, u64 to) override;

  void relocate(Link &, Section &, u8 *buf) override;
  void fill(const OutputSection &, u8 *buf, u64 n) override;
  void write_headers(Link &, u8 *buf) override;
  u64 trailer_size(const Link &) override;
  void write_trailer(Link &, u8 *buf) override;

  // -- shared by the files of this directory

  const ElfArch &elf_arch;
  bool addresses_final = false;       // Symbol::value is an address, and `layout` is filled
  ElfLayout layout;                   // addresses that relocation needs
  u32 features = 0;                   // GNU_PROPERTY_*_FEATURE_1_AND of the image
  std::vector<Rela> static_irelative; // of .got, in an image without a dynamic section

  GotSection *got = nullptr;
  GotPltSection *got_plt = nullptr;
  PltSection *plt = nullptr;
  PltGotSection *plt_got = nullptr;
  RelaDynSection *rela_dyn = nullptr;
  RelaPltSection *rela_plt = nullptr;
  RelrSection *relr_dyn = nullptr;
  DynamicSection *dynamic = nullptr;
  DynsymSection *dynsym = nullptr;
  DynstrSection *dynstr = nullptr;
  HashSection *hash = nullptr;
  GnuHashSection *gnu_hash = nullptr;
  VersymSection *versym = nullptr;
  BytesSection *relro_padding = nullptr;
  BytesSection *verneed = nullptr, *verdef = nullptr, *interp = nullptr, *property = nullptr,
               *build_id = nullptr;
  u32 verneed_count = 0, verdef_count = 0;
  CopySection *copies = nullptr, *relro_copies = nullptr;
  EhFrameSection *eh_frame = nullptr;
  EhFrameHdrSection *eh_frame_hdr = nullptr;
  SymtabSection *symtab = nullptr;
  StrtabSection *strtab = nullptr;
  SymtabShndxSection *symtab_shndx = nullptr;
  ShstrtabSection *shstrtab = nullptr;
  BytesSection *gdb_index = nullptr;

  // A symbol whose value only the linker knows; `output`: the section that it counts to.
  struct LinkerSymbol {
    Symbol *symbol;
    u32 meaning; // index into the table in binding.cc
    const OutputSection *output = nullptr;
  };
  std::vector<LinkerSymbol> linker_symbols;

  // Where a symbol is in the output, as the symbol tables say it.
  struct Place {
    u32 shndx;
    u64 value;
  };
  static constexpr u32 kAbsolute = ~u32(0), kCommon = kAbsolute - 1; // as shndx
  Place place_of(Link &, const Symbol &) const;
  const OutputSection *find_tls(const Link &) const;
  const OutputSection *output_at(const Link &, u64 address) const;
  u32 write_symbol(Link &, const Symbol &, Sym &, bool local);
  // True when the address of the symbol is that of its PLT entry.
  bool canonical_plt(const Symbol &) const;

  // True when a dynamic linker loads other images and looks symbols up.
  bool has_loader(const Link &) const;
  PltEntry plt_entry(const Link &, u32 index) const;
  // With -r: indices in the output's symbol table, by file priority and native index.
  std::vector<std::vector<u32>> symbol_indices;
  std::unordered_map<const Symbol *, u32> internal_indices; // of those that no file with a table owns
  u32 symbol_index(const Symbol &) const;
  bool has_relr(const Link &) const;
  u64 copy_count() const;
  void add_copy_relocs(Link &, Rela *out);
  bool is_relro(const Link &, const OutputSection &) const;

private:
  friend class DynamicSection;
  void check_distances(const Link &);
  void check_version_script(Link &);
  void find_features(Link &);
  void collect_needs(Link &);
  GotSection &make_got(Link &);
  void add_dynsym(Link &, Symbol &);
  void make_copies(Link &, std::vector<Symbol *> &wanted);
  void make_dynamic(Link &);
  void make_versions(Link &);
  void make_notes(Link &);
  void make_relocation_tables(Link &);
  void set_linker_symbols(Link &);
  void set_segments(Link &);
  void drop_lone_padding(Link &);
  void make_usual_segments(Link &);
  void make_listed_segments(Link &);
  void add_loads(Link &, const std::vector<OutputSection *> &alloc);
  void add_loads_by_address(Link &, const std::vector<OutputSection *> &alloc);
  void add_scripted_relro(Link &, const std::vector<OutputSection *> &alloc);
  void set_scripted_base(Link &);
  void find_layout(Link &);
  void compress_debug_sections(Link &);
  void rewrite_endbr(Link &);
  void make_gdb_index_section(Link &);
  void make_gdb_index(Link &);
  void place_unloaded(Link &);
  void link_sections(Link &);
  void make_relocatable(Link &);
  void link_relocatable(Link &);
  void make_emitted_relocs(Link &);
  // Symbols that no file with a symbol table owns: made by the linker, by --defsym, undefined roots.
  std::vector<Symbol *> linker_made(Link &) const;

  std::vector<Symbol *> dynamic_symbols_; // before they are sorted
  std::vector<ElfShared *> needed_;
  std::vector<std::string_view> start_stop_; // sections with a C identifier for a name
  std::string runpath_;
  u32 tlsld_slot_ = 0;
  bool has_variant_pcs_ = false;
  std::size_t script_segments_ = 0; // as many as there were in the round before
  bool headers_loaded_ = true;      // until a script turns out to leave no room for them
};

Target *make_elf_target(Link &, Arch);

// A symbol's name without a version ("f" of "f@@V2").
inline std::string_view plain_name(const Symbol &s) {
  std::string_view n = s.name();
  auto at = n.find('@');
  return at == std::string_view::npos || at == 0 ? n : n.substr(0, at);
}
inline const ElfShared *as_shared(const InputFile *f) {
  return f && f->kind == FileKind::Shared ? static_cast<const ElfShared *>(f) : nullptr;
}

u32 sysv_hash(std::string_view); // the hash of .hash and of version names

// .ctors and .dtors, but for the bounds that crtbegin.o and crtend.o put around them: joined with
// .init_array and .fini_array, whose words run in the opposite order.
bool is_old_array(const Section &);
// Once placed: it is old, and its output section is new.
bool runs_backwards(const Section &);

Segment &add_segment(Link &, u32 type, u32 flags, OutputSection *first, OutputSection *last, u64 align);

// The bytes of an output section as they would be written. When addresses are final.
std::vector<u8> output_contents(Link &, const OutputSection &);

// The output section of this name, or null.
const OutputSection *find_output(const Link &, std::string_view name);

} // namespace gold::elf
