// Fuzzes whole links of PE images.
#include "whole_link.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  using namespace gold;
  static const LinkVariant variants[] = {
      {Dialect::Gnu, {"-m", "i386pep", "--unresolved-symbols=ignore-all", "-e", "main"}},
      {Dialect::Gnu,
       {"-m", "i386pep", "-shared", "--export-all-symbols", "--unresolved-symbols=ignore-all", "-e", "0"}},
      {Dialect::Gnu,
       {"-m", "i386pep", "--gc-sections", "--icf=all", "--unresolved-symbols=ignore-all", "-s", "-e", "f"}},
      {Dialect::Gnu, {"-m", "i386pep", "--whole-archive", "--unresolved-symbols=ignore-all", "-e", "main"}},
      {Dialect::Gnu, {"-m", "i386pep", "-r"}},
      {Dialect::Gnu, {"-m", "i386pep", "--icf=safe", "--unresolved-symbols=ignore-all", "-e", "main"}},
  };
  return fuzz_link(data, size, variants);
}
