// The layout plan: how input sections become output sections, and where these stand.
//
// The default layout of a format and a linker script are the same thing here: rules that say which
// input sections an output section is made of, statements that move the location counter or give
// symbols their values, regions and program headers. A target builds the plan of its format out of a
// table (Target::default_plan), the reader of scripts builds one out of a text, and both are executed
// by the same code (layout/match.cc, place.cc, address.cc). The vocabulary is that of "Linker
// Scripts" in the GNU ld manual.
//
// A plan lives as long as the link. Its strings point into the script or into constant tables.
#pragma once

#include "support/types.h"

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gold {

struct MemoryRegion;
struct OutputRule;
struct OutputSection;
struct Section;
struct Symbol;

// Where something stands in a script; `file` is an index in LayoutPlan::files.
struct ScriptPos {
  u32 file = 0;
  u32 line = 0, column = 0; // from 1; line 0: no place in a file (command line, built-in)
};

// -- expressions

enum class ExprOp : u8 {
  Number,
  Dot,
  Symbol,
  // Unary and binary operators of C.
  Negate,
  Not,
  Complement,
  Multiply,
  Divide,
  Modulo,
  Add,
  Subtract,
  ShiftLeft,
  ShiftRight,
  Less,
  LessEqual,
  Greater,
  GreaterEqual,
  Equal,
  NotEqual,
  BitAnd,
  BitXor,
  BitOr,
  And,
  Or,
  Conditional,
  // Functions. `name` is the section, region, symbol, segment or constant that they are of.
  Absolute,
  Addr,
  Align, // of the location counter, or with two arguments of the first
  AlignOf,
  Assert, // value of `a`, once it has been found not to be zero; the message is `name`
  Constant,
  DataSegmentAlign,
  DataSegmentEnd,
  DataSegmentRelroEnd,
  Defined,
  Length,
  LoadAddr,
  Log2Ceil,
  Max,
  Min,
  Next,
  Origin,
  SegmentStart,
  SizeOf,
  SizeOfHeaders,
};

struct Expr {
  ExprOp op = ExprOp::Number;
  ScriptPos at;
  u64 number = 0;
  std::string_view name;
  const Expr *a = nullptr, *b = nullptr, *c = nullptr;
};

// -- statements

// `symbol = value`, also for the location counter (name ".").
struct Assignment {
  enum Kind : u8 {
    Plain,
    Hidden,
    Provide, // only if something refers to the symbol and nothing defines it
    ProvideHidden,
  } kind = Plain;
  bool active = true;       // false: a PROVIDE that nobody wants
  bool from_option = false; // --defsym
  std::string_view name;
  const Expr *value = nullptr; // of `a += b`: a + b
  ScriptPos at;
  bool is_dot() const { return name == "."; }
  bool is_provide() const { return kind >= Provide; }
  bool is_hidden() const { return kind == Hidden || kind == ProvideHidden; }

  // Set by the engine.
  Symbol *symbol = nullptr;
  u64 address = 0;                  // value in the latest round of the address loop, made absolute
  OutputSection *section = nullptr; // that the value counts to; null: absolute
  bool done = false;                // has had a value in this round
  bool known = false;               // has had a valid value in some round
};

// Which files a rule speaks of: "file", "archive:file", "archive:" (any member), ":file" (no member).
struct FilePattern {
  std::string_view archive, file;
  bool has_colon = false;
  bool is_any() const { return !has_colon && file == "*"; }
};

enum class SortKey : u8 { Default, None, Name, Alignment, InitPriority };

struct SectionPattern {
  std::string_view glob;
  std::vector<FilePattern> exclude;
  SortKey sort = SortKey::Default, then = SortKey::Default;
  bool reverse = false;
};

// `KEEP(file(pattern pattern ...))`: what an output section takes. Which rule takes a section is
// decided by the first one in the plan that matches.
struct InputRule {
  OutputRule *owner = nullptr;
  FilePattern file{{}, "*"};
  std::vector<FilePattern> exclude;
  std::vector<SectionPattern> sections;
  SortKey file_sort = SortKey::Default;
  bool keep = false;
  bool reverse = false;
  u16 must = 0, must_not = 0; // SectionFlags
  u64 native_must = 0, native_must_not = 0;
  bool (*accepts)(const Section &) = nullptr; // a further condition, of built-in plans only
  ScriptPos at;

  // Set by the engine: the sections that it took, with the index of the pattern.
  std::vector<std::pair<Section *, u32>> found;
};

struct DataRule { // BYTE, SHORT, LONG, QUAD, SQUAD, ASCIZ
  u8 size = 0;    // bytes; 0: `text`
  const Expr *value = nullptr;
  std::string_view text; // with its terminator
  ScriptPos at;
};

struct AssertRule {
  const Expr *condition = nullptr;
  std::string_view message;
  ScriptPos at;
};

// What fills gaps: the bytes in the order in which they are repeated; empty: the target's choice.
struct FillRule {
  const Expr *value = nullptr; // used when `bytes` is empty: four bytes, most significant first
  std::string bytes;
};

// A statement of a script: exactly one of the pointers is set.
struct Statement {
  Assignment *assign = nullptr;
  InputRule *input = nullptr;
  DataRule *data = nullptr;
  AssertRule *check = nullptr;
  FillRule *fill = nullptr;
  OutputRule *output = nullptr; // only at the top level
};

enum class OutputType : u8 {
  Normal,
  NoLoad,  // takes room in memory, not in the file
  NoAlloc, // COPY, INFO, OVERLAY, DSECT: not part of the memory image
  ReadOnly,
};
enum class OnlyIf : u8 { Always, ReadOnly, Writable };

// An output section description. One without a place (`floating`) stands where the plan's slots say.
struct OutputRule {
  std::string_view name; // "/DISCARD/" drops what it takes
  const Expr *address = nullptr, *align = nullptr, *subalign = nullptr, *lma = nullptr;
  const Expr *native_type = nullptr; // TYPE = value
  OutputType type = OutputType::Normal;
  OnlyIf only_if = OnlyIf::Always;
  bool align_with_input = false;
  bool floating = false;
  bool overlay = false; // shares its address with others
  u16 usual_flags = 0;  // of a built-in one: what a section of its name has (SectionFlags)
  std::string_view region, lma_region;
  std::vector<std::string_view> phdrs;
  FillRule *fill = nullptr;
  std::vector<Statement> body;
  std::string_view insert_at; // INSERT: the section beside which it stands
  bool insert_after = false;
  ScriptPos at;
  bool discards() const { return name == "/DISCARD/"; }

  // Set by the engine.
  bool disabled = false; // ONLY_IF_... does not hold
  OutputSection *out = nullptr;
  std::vector<Section *> orphans; // of its name, but taken by no rule
  MemoryRegion *memory = nullptr, *load_memory = nullptr;
};

struct MemoryRegion {
  std::string_view name;
  std::vector<std::string_view> aliases;
  const Expr *origin_expr = nullptr, *length_expr = nullptr;
  u16 must = 0, must_not = 0; // SectionFlags of what goes there without being told; kRegionReadOnly
  ScriptPos at;

  // Set by the engine.
  u64 origin = 0, length = 0;
  u64 current = 0;
  OutputSection *last = nullptr; // the section whose distance of LMA and VMA the next one keeps
  bool overflowed = false;       // reported
};
// In a region's masks, beside SectionFlags.
constexpr u16 kRegionReadOnly = 1 << 15, kRegionLoaded = 1 << 14;

struct PhdrRule {
  std::string_view name;
  std::string_view type; // PT_... or empty if `type_value` is set
  const Expr *type_value = nullptr, *flags = nullptr, *lma = nullptr;
  bool file_header = false, program_headers = false;
  ScriptPos at;

  // Set by the engine.
  u64 type_number = 0, flags_number = 0, lma_number = 0;
};

// A place in the image for output sections that no script places: the first slot whose conditions
// hold gives the order. Conditions that are empty hold for all.
struct PlanSlot {
  std::string_view name;
  bool or_under = false; // also NAME.anything
  u16 must = 0, must_not = 0;
  u32 native_type = ~u32(0);
  u64 native_flags = 0; // all of them
  u32 rank = 0;         // 0: slots of a lower index come first
};

// NOCROSSREFS: output sections that must not refer to each other; with NOCROSSREFS_TO, the others not to the
// first.
struct CrossRefRule {
  std::vector<std::string_view> sections;
  bool to_first = false;
  ScriptPos at;
};

struct LayoutPlan {
  bool scripted = false;              // a script has SECTIONS: what no rule takes is an orphan
  std::vector<std::string> files{""}; // ScriptPos::file; [0] is the command line
  std::vector<Statement> statements;
  std::vector<InputRule *> inputs; // in the order in which they are asked
  std::vector<OutputRule *> outputs;
  std::vector<MemoryRegion> regions;
  std::vector<PhdrRule> phdrs;
  std::vector<CrossRefRule> no_cross_refs;
  std::span<const PlanSlot> slots;
  bool sane_expr = false;                 // LD_FEATURE("SANE_EXPR")
  bool uses_headers = false;              // SIZEOF_HEADERS occurs: the headers are part of the image
  bool force_common_allocation = false;   // tentative definitions get space also with -r
  bool inhibit_common_allocation = false; // they get none in a shared object

  // What the engine walks over in each round: output sections and statements in image order.
  struct Step {
    OutputSection *out = nullptr;
    Assignment *assign = nullptr;
    AssertRule *check = nullptr;
  };
  std::vector<Step> steps;
  std::vector<Assignment *> assignments; // to symbols, in the order of the scripts
  bool matched = false;                  // Section::rule has been set for all sections

  // DATA_SEGMENT_ALIGN ... DATA_SEGMENT_RELRO_END: what is read-only after relocation, as of the latest
  // round. `relro_shift` is what the begin is moved by so that the end stands at the end of a page.
  u64 relro_begin = 0, relro_end = 0, relro_shift = 0;
  bool has_relro = false;

  // True if there is more than sections to walk over.
  bool has_statements() const { return scripted || !assignments.empty() || !statements.empty(); }

  // "FILE:LINE:COLUMN: ", or "" if that is not known.
  std::string place(ScriptPos at) const {
    return at.line && at.file
               ? files[at.file] + ":" + std::to_string(at.line) + ":" + std::to_string(at.column) + ": "
               : "";
  }

  MemoryRegion *find_region(std::string_view name) {
    for (MemoryRegion &r : regions) {
      if (r.name == name)
        return &r;
      for (std::string_view a : r.aliases)
        if (a == name)
          return &r;
    }
    return nullptr;
  }
};

} // namespace gold
