// Fuzzes the readers of dylibs and of text stubs; what is no Mach-O file is read as a stub.
#include "fuzz.h"
#include "readers/macho/shared_reader.h"
#include "readers/macho/universal.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  using namespace gold;
  FuzzScope scope;
  ByteView bytes(data, size);
  try {
    if (macho::is_universal(bytes))
      bytes = macho::slice_for(bytes, Arch::Unknown);
    if (bytes.size() >= 4 && load<u32>(bytes.data()) == 0xfeedfacf)
      macho::read_dylib(bytes);
    else
      macho::read_tbd(bytes, "arm64", "macos");
  } catch (const InputError &) {
  }
  return 0;
}
