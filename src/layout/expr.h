// Values of script expressions ("Expressions in Linker Scripts" of the GNU ld manual, above all "The
// Section of an Expression": what is relative to an output section, what is an absolute address, and
// what is just a number).
#pragma once

#include "model/plan.h"
#include "model/section.h"

#include <optional>
#include <string>
#include <string_view>

namespace gold {

struct Value {
  enum Kind : u8 { Number, Absolute, Relative } kind = Number;
  bool ok = false; // false: something that it needs has no value (yet)
  u64 number = 0;  // of a relative value: the offset in `section`
  OutputSection *section = nullptr;

  static Value plain(u64 n) { return {Number, true, n, nullptr}; }
  static Value absolute(u64 n) { return {Absolute, true, n, nullptr}; }
  static Value relative(OutputSection &s, u64 offset) { return {Relative, true, offset, &s}; }
  u64 address() const { return number + (section ? section->addr : 0); }
};

// What an expression can ask for.
class ExprContext {
public:
  virtual ~ExprContext() = default;
  u64 dot = 0;                      // address
  OutputSection *current = nullptr; // null: outside of output sections
  bool sane = false;                // LD_FEATURE("SANE_EXPR")

  // An absolute symbol is Absolute, any other defined one Relative.
  virtual Value symbol(std::string_view name, ScriptPos) = 0;
  virtual bool is_defined(std::string_view name) = 0;
  // The output section of this name, also one that is left out since it is empty; null: none.
  virtual OutputSection *section(std::string_view name) = 0;
  virtual const MemoryRegion *region(std::string_view name) = 0;
  virtual std::optional<u64> constant(std::string_view name) = 0;
  virtual std::optional<u64> segment_start(std::string_view name) = 0; // given on the command line
  virtual u64 header_size() = 0;
  virtual u64 data_segment_align(u64 max_page, u64 common_page) = 0;
  virtual u64 data_segment_relro_end(u64 offset, u64 address) = 0;
  virtual u64 data_segment_end(u64 address) = 0;
  // Something is wrong at this place; said in each round, to be shown once addresses have settled.
  virtual void error(ScriptPos, const std::string &) = 0;
};

struct Evaluation {
  Value value;
  bool uses_dot = false; // the value comes from the location counter or another plain address
};

Evaluation evaluate(ExprContext &, const Expr &);

// `value` rounded up to a multiple of `align`, which may be any number.
u64 align_to(u64 value, u64 align);

} // namespace gold
