// The first look of `gold-go link` into its inputs, with any bytes.
#include "driver/toolchain/peek.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char *data, unsigned long size) {
  gold::InputFacts facts;
  gold::peek_bytes("archive.a", data, size, &facts);
  return 0;
}
