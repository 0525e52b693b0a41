// Relocatable ELF objects: bytes → ElfObject.
#pragma once

#include "formats/elf/object.h"
#include "model/link.h"

namespace gold::elf {

class ObjectReader : public Reader {
public:
  Format format() const override { return Format::Elf; }
  u64 count_symbols(const InputFile &) const override;
  void parse_symbols(Link &, InputFile &) const override;
  void parse_sections(Link &, InputFile &) const override;
  void bind_symbols(Link &, InputFile &) const override;
  void reclaim_symbols(Link &, InputFile &) const override;
  void report_duplicates(Link &, InputFile &) const override;
  SourcePlace source_place(InputFile &, const Section &, u64 offset) const override;
  SourcePlace declaration(InputFile &, u32 native) const override;
  Mention mention(const InputFile &, u32 native) const override;
  Mention mention_unread(const InputFile &, std::string_view name) const override;
  DefinedAt defined_at(const InputFile &, u32 native) const override;
};

const Reader &object_reader();

// True for the head of an ELF object (ET_REL), whatever its machine.
bool is_object(ByteView);

// An empty ElfObject of this reader; the caller fills bytes, path, priority and flags.
InputFile *make_object();

} // namespace gold::elf
