// Fuzzes the reader of ELF shared objects.
#include "fuzz.h"
#include "readers/elf/shared_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  using namespace gold;
  FuzzScope scope;
  Options opt;
  try {
    fuzz_reader(ByteView(data, size), elf::make_shared, opt);
  } catch (const InputError &) {
  }
  return 0;
}
