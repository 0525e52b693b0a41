// What -r makes of a link: an object. See relocatable.cc.
#pragma once

#include "formats/coff/object.h"
#include "model/link.h"

#include <string_view>
#include <vector>

namespace gold::coff {

class ObjectWriter {
public:
  // Which symbols there are, before sections are placed.
  void collect(Link &);
  // When output sections have their numbers.
  void count_relocs(const Link &);
  u64 header_size(const Link &) const;
  void write_headers(Link &, u8 *buf) const;
  // Behind the sections: relocations, symbols, strings.
  u64 trailer_size(const Link &) const;
  void write_trailer(Link &, u8 *buf) const;

private:
  struct Entry {
    const CoffObject *file;
    u32 native;
    const Symbol *symbol;
  };
  u32 index_of(const Link &, const CoffObject &, u32 native) const; // from 1; 0: not in the output
  u32 first_symbol(const Link &) const;                             // behind those of the sections
  u64 reloc_records(const OutputSection &) const;
  bool is_kept(const Link &, const CoffObject &, const Relocation &) const;
  void write_symbol(const Link &, const Entry &, u8 *&out, std::string &strings) const;
  void write_section_symbol(const Link &, const OutputSection &, u8 *&out, std::string &strings) const;

  std::vector<Entry> symbols_;
  std::vector<std::vector<u32>> indices_; // by file, by native index: record in symbols_' part, from 1
  std::vector<u64> relocs_;               // by output section
  u64 records_ = 0, strings_ = 0;
};

} // namespace gold::coff
