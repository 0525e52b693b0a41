// What a format and architecture decide; everything else is shared.
//
// The functions are coarse: one call a file or a section, never one a relocation or a symbol.
// Inside a call the loop is monomorphic.
#pragma once

#include "model/file.h"
#include "model/options.h"
#include "model/section.h"
#include "model/symbol.h"

#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace gold {

struct Link;
class OutputFile;

// A reference out of a section, made for one call and thrown away.
struct Edge {
  Symbol *symbol;
  u32 offset; // of the place in the section
  u32 type;   // native relocation type; with kEdgeCall when `want_calls` and it can only be a call
};
static_assert(sizeof(Edge) == 16);
constexpr u32 kEdgeCall = 1u << 31; // goes to the symbol without looking at its address

struct EdgeBuffer {
  std::vector<Edge> edges;
  std::size_t own = ~std::size_t(0); // edges from here on are of unwind records that describe the section
  std::vector<i64> addends;          // filled when `want_addends`
  bool want_addends = false;
  bool want_calls = false;
  std::vector<Section *> again; // mark: sections whose edges are others now than when they were asked for
  void clear() {
    edges.clear();
    again.clear();
    addends.clear();
    own = ~std::size_t(0);
  }
};

// How far a branch reaches and what stands in for one that reaches too far.
struct BranchModel {
  i64 reach = 0; // bytes, one direction; 0: branches always reach
  u32 thunk_size = 0, thunk_align = 4;
};

// A branch that may need a thunk.
struct Branch {
  Symbol *symbol;
  i64 addend;
  u32 offset;
};

// Of a list that orders symbols.
struct OrderLine {
  std::string_view file;   // only the symbol of this file or archive member; "": of any
  std::string_view symbol; // "": the line is for other links
};

class Target {
public:
  virtual ~Target() = default;
  virtual Format format() const = 0;
  virtual Arch arch() const = 0;
  virtual const char *name() const = 0; // "elf64-x86-64"

  // -- resolve
  // Name of the entry point when the command line gives none; "" for images that need none.
  virtual std::string_view default_entry(const Link &) = 0;
  // When nobody wants an archive member any more: appends the symbols whose members are to be linked
  // although nothing names them (PE: `__imp_x` where `x` stays undefined, and the other way around).
  virtual void alternatives(Link &, std::vector<Symbol *> &) {}
  // Symbols that the linker itself defines if they are referenced (_end, __bss_start, _DYNAMIC...):
  // interned and claimed for link.internal before resolution ends.
  virtual void add_linker_symbols(Link &) = 0;
  // After binding: which symbols are imported, exported or made local; versions.
  virtual void decide_imports_exports(Link &) = 0;

  // Native type and flags of a writable zero-fill section (for tentative definitions).
  virtual u32 zero_fill_type() const = 0;
  virtual u64 writable_flags(bool tls) const = 0;
  // Native type of a section with contents that a script makes.
  virtual u32 data_type() const { return 0; }

  // -- liveness
  // Sections that live whatever refers to them (init arrays, retained, notes).
  virtual bool is_root(const Link &, const Section &) = 0;
  // All references of a section, its unwind records' included.
  virtual void edges(Link &, const Section &, EdgeBuffer &) = 0;
  // Edges that hold by now because of what has been found to live (a method is called through an
  // interface that its type is put into). Asked for when all other edges have been followed, until
  // there are no more.
  virtual void conditional_edges(Link &, EdgeBuffer &) {}

  // -- folding
  // Read-only data whose address nothing compares, as that of unwind information: such sections may be one
  // as functions may, so that functions which refer to them may be.
  virtual bool is_foldable_data(const Section &) { return false; }
  // A hash of what must agree for two sections to be one, besides their contents and references.
  virtual u64 fold_key(const Link &, const Section &) { return 0; }

  // The first place in a section's code that asks a function for the address of a thread-local variable
  // (a result that compilers keep across other calls), if there is one.
  virtual std::optional<Edge> tls_call(Link &, const Section &) { return {}; }

  // -- scan: counts what the relocations of a live section need; reports impossible ones.
  virtual void scan(Link &, Section &) = 0;

  // -- plan
  // Adds the rules and slots of the format's default layout to link.plan. A format without rules names
  // and ranks its output sections by the two functions below instead.
  virtual void default_plan(Link &) {}
  // An output section of the default layout has its members: decides OutputSection::relro.
  virtual void describe_output(Link &, OutputSection &) {}
  // The section turned out to be `hollow`: its header must not say that it is loaded.
  virtual void describe_hollow(Link &, OutputSection &) {}
  // Output section for an input section by the default layout; "" keeps its own name.
  virtual std::string_view output_name(const Link &, const Section &) { return ""; }
  // Flags of the output section of this name, if the default layout knows it: a script may put others beside
  // it (INSERT) even if the link has none.
  virtual std::optional<u16> known_output(std::string_view) { return {}; }
  // Order of an output section in the image by the default layout; smaller is earlier.
  virtual u64 rank(const Link &, const OutputSection &) { return 0; }
  // Makes the synthesized sections that the link needs (GOT, PLT, tables, headers). After scan.
  virtual void synthesize(Link &) = 0;
  // After output sections are ordered: marks starts_segment, fills link.segments' skeleton. With a
  // script it is called again in each round of the address loop, when sections have their addresses:
  // the segments follow from these, or from the script's PHDRS.
  virtual void make_segments(Link &) = 0;
  // Bytes of the headers at the image's start (0 for none), given the current segments/sections.
  virtual u64 header_size(const Link &) = 0;
  virtual u64 page_size(const Link &) = 0;
  // The size that pages usually have: CONSTANT(COMMONPAGESIZE).
  virtual u64 common_page_size(const Link &link) { return page_size(link); }
  // Segments share no block of this size of the file. Smaller than a page where the file would otherwise
  // be mostly padding: on a system with the largest pages neighbours then map the same page of it.
  virtual u64 segment_spacing(const Link &link) { return page_size(link); }
  // For scripts: the value of a symbol that the target defines, from the addresses of the moment.
  virtual u64 linker_symbol_address(Link &, const Symbol &s) { return s.value; }
  // Bytes to which the file offset of each output section is aligned; 0: offset and address agree
  // modulo a page instead, since the loader maps the file.
  virtual u64 file_alignment(const Link &) { return 0; }
  // A piece of something that the order of the command line puts together (ELF's .init: the pieces are one
  // function). --shuffle-sections and its like leave it where it is.
  virtual bool keeps_place(const Section &) { return false; }
  // What a line of --symbol-ordering-file or -order_file means.
  virtual OrderLine order_line(std::string_view line) { return {"", line}; }
  // Puts the members of an output section into their final order; they stand in link order.
  virtual void order_members(Link &, OutputSection &) {}
  // Where an image of this kind starts when the command line doesn't say.
  virtual u64 default_image_base(const Link &) = 0;
  // After addresses are final: values of linker-defined symbols, segment sizes.
  virtual void finalize(Link &) = 0;

  // -- thunks
  virtual BranchModel branch_model() const { return {}; }
  virtual void branches(Link &, const Section &, std::vector<Branch> &) {}
  // Where a branch to the symbol goes (its PLT entry if it has one), by the addresses of the moment.
  virtual u64 destination(Link &, const Symbol &s) {
    return s.section ? s.section->address() + s.value : s.value;
  }
  virtual void write_thunk(Link &, u8 *, u64 /*place*/, u64 /*destination*/) {}

  // -- patches: instructions that a processor gets wrong where they stand. A copy of each runs elsewhere, and
  // a jump to it takes its place.
  virtual u32 patch_size(const Link &) { return 0; } // bytes of the copy and the jump back; 0: no patches
  // Appends the offsets of such instructions in a section, by the addresses of the moment.
  virtual void misplaced(Link &, const Section &, std::vector<u32> &) {}
  // The copy at `buf`, of an instruction as it is after relocation, that stood at `from`.
  virtual void write_patch(Link &, u8 * /*buf*/, u64 /*place*/, u32 /*instruction*/, u64 /*from*/) {}
  virtual void write_jump(Link &, u8 * /*buf*/, u64 /*place*/, u64 /*to*/) {}

  // -- write
  // `buf` holds the section's bytes, to be relocated in place.
  virtual void relocate(Link &, Section &, u8 *buf) = 0;
  // Byte pattern between the members of an output section.
  virtual void fill(const OutputSection &, u8 *buf, u64 n) = 0;
  // Headers at the image's start; `buf` has header_size() zeroed bytes.
  virtual void write_headers(Link &, u8 *buf) = 0;
  // What stands behind the last section at link.trailer_offset (ELF: section header table).
  virtual u64 trailer_size(const Link &) { return 0; }
  virtual void write_trailer(Link &, u8 *) {}
  // When all bytes are written: what is computed from them (checksum, time stamp, code signature).
  // `identity` is a hash of the sections' contents and places if wants_identity(), else zero.
  virtual bool wants_identity(const Link &) { return false; }
  virtual bool wants_word_sum(const Link &) { return false; } // see OutputFile
  virtual void finish(Link &, OutputFile &, const u8 (& /*identity*/)[64]) {}
};

} // namespace gold
