// Fuzzes whole links of ELF files.
#include "whole_link.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  using namespace gold;
  static const LinkVariant variants[] = {
      {Dialect::Gnu, {"--unresolved-symbols=ignore-all", "-static", "-e", "0"}},
      {Dialect::Gnu, {"-shared", "--gc-sections", "--hash-style=both", "-z", "pack-relative-relocs"}},
      {Dialect::Gnu, {"-pie", "--unresolved-symbols=ignore-all", "--icf=all", "--whole-archive", "-E"}},
      {Dialect::Gnu, {"-r", "--whole-archive"}},
      {Dialect::Gnu,
       {"-q", "--unresolved-symbols=ignore-all", "--noinhibit-exec", "--build-id", "--whole-archive"}},
      {Dialect::Gnu, {"-m", "aarch64linux", "-pie", "--unresolved-symbols=ignore-all", "-O2"}},
  };
  return fuzz_link(data, size, variants);
}
