// The engine that executes a layout plan's addresses: one walk over its steps a round.
#pragma once

#include "layout/expr.h"
#include "model/link.h"

#include <string>
#include <unordered_set>

namespace gold {

// Gives the symbol of an assignment the value that this has.
void set_script_symbol(Link &, const Assignment &);
// The empty section at the start of an output section, for symbols of scripts.
Section &start_of(Link &, OutputSection &);

class AddressEngine final : public ExprContext {
public:
  explicit AddressEngine(Link &link);

  // One walk. Afterwards `changed` says that something depends on what this walk changed. In the last
  // one, when all has settled, what is wrong is reported.
  void walk(bool last);
  // Once all has settled: symbols get the sections that they count to in the image.
  void finish();
  bool changed = false;
  std::string moved; // the symbol or section that changed

  // -- ExprContext
  Value symbol(std::string_view name, ScriptPos) override;
  bool is_defined(std::string_view name) override;
  OutputSection *section(std::string_view name) override;
  const MemoryRegion *region(std::string_view name) override { return plan_.find_region(name); }
  std::optional<u64> constant(std::string_view name) override;
  std::optional<u64> segment_start(std::string_view name) override;
  u64 header_size() override;
  u64 data_segment_align(u64 max_page, u64 common_page) override;
  u64 data_segment_relro_end(u64 offset, u64 address) override;
  u64 data_segment_end(u64 address) override;
  void error(ScriptPos, const std::string &) override;

private:
  void begin();
  void place(OutputSection &);
  u64 address_of(OutputSection &, u64 &align);
  void place_contents(OutputSection &);
  void run(const OutputSection::BodyStep &, OutputSection &);
  void add_fill(OutputSection &, const FillRule &);
  u64 member_align(const OutputSection &, const Section &);
  void set_load_address(OutputSection &, u64 align, u64 moved);
  void account(OutputSection &);
  void check_region(MemoryRegion &, OutputSection &, u64 begin, u64 end);
  MemoryRegion *default_region(const OutputSection &);
  void bind_regions();
  void assign(Assignment &);
  void assign_dot(const Assignment &, const Evaluation &);
  void check(const AssertRule &);
  u64 number(const Expr &, u64 otherwise = 0);
  OutputSection *section_for_dot();
  OutputSection *section_beside(const OutputSection &dropped, u64 address);
  void change(std::string_view what);
  void settle_relro();
  void report_overflows();

  Link &link_;
  LayoutPlan &plan_;
  u64 page_, spacing_, tls_align_ = 1, tls_dot_ = 0;
  bool in_tls_ = false, last_ = false, checking_ = false;
  std::size_t step_ = 0;                        // of plan_.steps
  bool dot_assigned_ = false;                   // at the top level, since the last output section
  MemoryRegion no_region_;                      // where sections stand that are in none: its `last`
  std::unordered_set<const Symbol *> assigned_; // by a script in this round
  u64 relro_offset_ = 0;
  u64 relro_base_ = 0; // what settle_relro found; 0: nothing yet
  struct Overflow {
    MemoryRegion *region;
    u64 by = 0;
    std::vector<std::string> sections;
  };
  std::vector<Overflow> overflows_;
};

} // namespace gold
