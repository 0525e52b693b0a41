// Fuzzes the reader of ELF objects; the first byte chooses options.
#include "fuzz.h"
#include "readers/elf/defined_names.h"
#include "readers/elf/object_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  using namespace gold;
  FuzzScope scope;
  Options opt;
  u64 cut = 0;
  // Seeds are plain objects; a byte before the magic number is a choice of options.
  if (size > 1 && data[0] != 0x7f) {
    cut = 1;
    opt.strip = StripMode(data[0] % 3);
    if (data[0] & 4)
      opt.wrap = {"f", "malloc"};
    if (data[0] & 8)
      opt.kind = OutputKind::Relocatable;
  }
  ByteView bytes(data + cut, size - cut);
  try {
    elf::defined_names(bytes);
  } catch (const InputError &) {
  }
  try {
    fuzz_reader(bytes, elf::make_object, opt);
  } catch (const InputError &) {
  }
  return 0;
}
