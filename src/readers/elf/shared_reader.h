// Shared objects as inputs: what they define, under which versions, and what they need.
#pragma once

#include "formats/elf/object.h"
#include "model/link.h"

#include <functional>

namespace gold::elf {

class SharedReader : public Reader {
public:
  Format format() const override { return Format::Elf; }
  u64 count_symbols(const InputFile &) const override;
  void parse_symbols(Link &, InputFile &) const override;
  void parse_sections(Link &, InputFile &) const override;
  void bind_symbols(Link &, InputFile &) const override;
  void reclaim_symbols(Link &, InputFile &) const override;
  void claim_referenced(Link &, InputFile &) const override;
  std::vector<Symbol *> unresolved(const Link &, const InputFile &) const override;
  Mention mention(const InputFile &, u32 native) const override;
};

const Reader &shared_reader();

// Calls fn(name) for each name that a shared object defines for others. Throws InputError.
void each_exported_name(ByteView, const std::function<void(std::string_view)> &fn);

// True for the head of a shared object (ET_DYN), whatever its machine.
bool is_shared(ByteView);

// An empty ElfShared of this reader; the caller fills bytes, path, priority and flags.
InputFile *make_shared();

} // namespace gold::elf
