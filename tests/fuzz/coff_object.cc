// Fuzzes the reader of COFF objects, import objects and .def files; a byte before the magic number
// chooses options.
#include "fuzz.h"
#include "readers/coff/object_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  using namespace gold;
  FuzzScope scope;
  Options opt;
  u64 cut = 0;
  if (size > 1 && data[0] >= 0xf0) { // no object and no text begins so
    cut = 1;
    opt.strip = StripMode(data[0] % 3);
    if (data[0] & 4)
      opt.wrap = {"f", "malloc"};
  }
  ByteView bytes(data + cut, size - cut);
  coff::arch_of(bytes);
  try {
    coff::defined_names(bytes);
  } catch (const InputError &) {
  }
  try {
    fuzz_reader(bytes, coff::make_object, opt);
  } catch (const InputError &) {
  }
  return 0;
}
