// COFF objects and short import objects: bytes → CoffObject.
#pragma once

#include "formats/coff/object.h"
#include "model/link.h"

#include <string_view>
#include <vector>

namespace gold::coff {

class ObjectReader final : public Reader {
public:
  Format format() const override { return Format::Coff; }
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

// An empty CoffObject of this reader; the caller fills bytes, path, priority and flags.
InputFile *make_object();

// True for the text of a module definition file.
bool is_definition_file(ByteView);

// Machine of an object, an import object or an image; of a .def file the one that there is.
Arch arch_of(ByteView);

// The global names that an object or import object defines. May throw InputError.
std::vector<std::string_view> defined_names(ByteView);

// Libraries that .drectve asks for by -defaultlib, as -lNAME.
std::vector<std::string_view> requested_libraries(ByteView);

} // namespace gold::coff
