// Fuzzes the reader of DLLs' export tables.
#include "fuzz.h"
#include "readers/coff/dll_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  using namespace gold;
  FuzzScope scope;
  Options opt;
  try {
    fuzz_reader(ByteView(data, size), coff::make_shared, opt);
  } catch (const InputError &) {
  }
  return 0;
}
