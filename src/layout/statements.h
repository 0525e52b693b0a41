// What statements of a script put into an output section: space and data. Both are members like others.
#pragma once

#include "model/link.h"

namespace gold {

// The space that `. = expression` skips. Its size is set in each round of the address loop.
class Padding : public Synthetic {
public:
  Padding();
  u32 parts() const override;
  u64 part_offset(u32 i) const override;
  void write(Link &, u8 *) override {}
  void write_part(Link &, u32, u8 *) override;
};

// BYTE, SHORT, LONG, QUAD, ASCIZ. The value is set in each round.
class DataBytes : public Synthetic {
public:
  explicit DataBytes(const DataRule &, u32 native_type);
  void write(Link &, u8 *) override;
  const DataRule &rule;
  u64 value = 0;
};

// `n` bytes of the pattern, begun anew.
void repeat(std::string_view pattern, u8 *buf, u64 n);

// Into how many bytes a large gap that begins there can be cut: at most `limit` if the pattern allows, whole
// patterns.
u64 gap_step(const OutputSection &, u64 offset, u64 limit);

// What fills a gap of an output section at this offset: a pattern of the script, or the target's choice.
void fill_gap(Link &, const OutputSection &, u64 offset, u8 *buf, u64 n);

// Makes the output sections of a script's rules, with all that they hold (scripted.cc).
void build_scripted_outputs(Link &);

// Adds a section to an output section that takes it as it is.
void join(Link &, OutputSection &, Section &);

// Makes plan.steps out of the script's statements, with what no rule placed beside what is alike, as GNU ld
// does (orphans.cc).
void place_orphans(Link &, const std::vector<OutputSection *> &orphans);

// NOCROSSREFS: reports references between output sections that a script keeps apart (cross_refs.cc).
void check_cross_references(Link &);

} // namespace gold
