// DLLs as inputs: their export tables stand for import libraries.
#pragma once

#include "formats/coff/object.h"
#include "model/link.h"

namespace gold::coff {

class DllReader final : public Reader {
public:
  Format format() const override { return Format::Coff; }
  u64 count_symbols(const InputFile &) const override;
  void parse_symbols(Link &, InputFile &) const override;
  void parse_sections(Link &, InputFile &) const override;
  void bind_symbols(Link &, InputFile &) const override;
  void reclaim_symbols(Link &, InputFile &) const override;
};

const Reader &shared_reader();
InputFile *make_shared();

} // namespace gold::coff
