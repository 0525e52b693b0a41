// Fuzzes the reader of units, addresses and names (dwarf/index.h). An input is the sections one after the
// other, each with its size in four bytes before it.
#include "dwarf/index.h"
#include "fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  using namespace gold;
  FuzzScope scope;
  ByteView all(data, size);
  dwarf::IndexSections s;
  u64 at = 0;
  for (const char *name : {"info", "abbrev", "types", "str", "line_str", "str_offsets", "addr", "ranges",
                           "rnglists", "gnu_pubnames", "gnu_pubtypes"}) {
    if (all.size() - at < 4)
      break;
    u64 n = std::min<u64>(load<u32>(data + at), all.size() - at - 4);
    *dwarf::section_by_name(s, name) = all.sub(at + 4, n);
    at += 4 + n;
  }
  try {
    dwarf::read_index(s);
  } catch (const InputError &) {
  }
  return 0;
}
