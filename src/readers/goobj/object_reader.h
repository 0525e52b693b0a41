// Go objects: bytes → GoObject. Go's cmd/internal/goobj and cmd/link/internal/loader are what there is
// of a specification.
#pragma once

#include "formats/goobj/object.h"
#include "model/link.h"

#include <string>

namespace gold::goobj {

class ObjectReader : public Reader {
public:
  Format format() const override { return Format::Go; }
  u64 count_symbols(const InputFile &) const override;
  void parse_symbols(Link &, InputFile &) const override;
  void claim_referenced(Link &, InputFile &) const override;
  void claim_largest(Link &, InputFile &) const override;
  void parse_sections(Link &, InputFile &) const override;
  void bind_symbols(Link &, InputFile &) const override;
  void reclaim_symbols(Link &, InputFile &) const override;
  void report_duplicates(Link &, InputFile &) const override;
};

const Reader &object_reader();

// An empty GoObject of this reader; the caller fills bytes, path, priority, and the package if it
// knows it (an importcfg says it).
InputFile *make_object();

// True if a member of a Go archive is a Go object, not export data or an object of another format.
bool is_object_member(std::string_view name, ByteView);

// Reads the text and the tables of `o.bytes`; what they refer to is checked when it is used. Throws
// InputError, also when another release of Go made the object.
void read_object(GoObject &);

// Only the text in front of the payload, whichever release made it. Throws InputError.
TextHeader read_text_header(ByteView);

// The array of arrays of strings that holds cgo's directives. Throws InputError.
std::vector<Directive> parse_directives(std::string_view json);

// An import path as symbols' names and tables of packages write it.
std::string escape_path(std::string_view);

// Why a Go object or archive can't be an input of a link: for the message.
std::string refusal(ByteView);

} // namespace gold::goobj
