// Relocatable Mach-O objects: bytes → MachObject.
#pragma once

#include "formats/macho/object.h"
#include "model/link.h"

namespace gold::macho {

class ObjectReader : public Reader {
public:
  Format format() const override { return Format::MachO; }
  u64 count_symbols(const InputFile &) const override;
  void parse_symbols(Link &, InputFile &) const override;
  void parse_sections(Link &, InputFile &) const override;
  void bind_symbols(Link &, InputFile &) const override;
  void reclaim_symbols(Link &, InputFile &) const override;
  void report_duplicates(Link &, InputFile &) const override;
  SourcePlace source_place(InputFile &, const Section &, u64 offset) const override;
  SourcePlace declaration(InputFile &, u32 native) const override;
  DefinedAt defined_at(const InputFile &, u32 native) const override;
};

const Reader &object_reader();

// An empty MachObject of this reader; the caller fills bytes, path, priority and flags.
InputFile *make_object();

// The global names that an object defines, for archives without an index. Throws InputError.
std::vector<std::string_view> defined_names(ByteView);

// Machine of a thin Mach-O file, or of a text stub when only one of its targets is known here.
Arch arch_of(ByteView);

// True for an object that defines Objective-C classes or categories, which only their runtime finds.
bool has_objc(ByteView);

// The words of LC_LINKER_OPTION commands, joined by NULs, a command each. Empty if the object is broken.
std::vector<std::string_view> linker_options(ByteView);

} // namespace gold::macho
