// Mergeable pieces: strings and constants of which equal ones share one place.
#pragma once

#include "model/link.h"

namespace gold {

// One distinct content. Interned by its bytes (terminator included).
struct Piece {
  const char *name_data = nullptr;
  u32 name_size = 0;
  u32 placed = 0;
  u64 offset = 0; // in the merged section
};

class MergedSection;

// How an input section was cut: piece k covers [starts[k], starts[k+1]).
struct MergeInput {
  MergedSection *out = nullptr;
  std::span<u32> starts;
  std::span<Piece *> pieces;
};

class MergedSection : public Synthetic {
public:
  using Synthetic::Synthetic;
  void write(Link &, u8 *) override {}
  u32 parts() const override { return static_cast<u32>(part_starts_.size()); }
  u64 part_offset(u32 i) const override {
    return i < part_starts_.size() ? part_starts_[i].second : section.size;
  }
  void write_part(Link &, u32 i, u8 *buf) override;

  InternTable<Piece> table;
  std::vector<Section *> inputs; // in link order
  std::vector<Piece *> order;    // as placed
  void place();                  // gives each piece its offset, in the order of first appearance

private:
  std::vector<std::pair<std::size_t, u64>> part_starts_; // index into `order`, offset
};

// The output section that the pieces of a section of kind Merge are in, or null.
OutputSection *merged_output(const Section &);

} // namespace gold
