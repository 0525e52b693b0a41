// Fuzzes whole links of Mach-O images.
#include "whole_link.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  using namespace gold;
#define GOLD_COMMON(arch)                                                                                    \
  "-arch", arch, "-platform_version", "macos", "13.0", "13.0", "-lSystem", "-undefined", "dynamic_lookup"
  static const LinkVariant variants[] = {
      {Dialect::Ld64, {GOLD_COMMON("arm64"), "-dylib", "-install_name", "/x.dylib"}},
      {Dialect::Ld64, {GOLD_COMMON("x86_64"), "-dylib", "-install_name", "/x.dylib", "-dead_strip"}},
      {Dialect::Ld64, {GOLD_COMMON("arm64"), "-e", "_main", "-dead_strip", "-all_load"}},
      {Dialect::Ld64, {GOLD_COMMON("x86_64"), "-e", "_main", "-all_load", "-no_fixup_chains"}},
      {Dialect::Ld64, {GOLD_COMMON("arm64"), "-r"}},
      {Dialect::Ld64, {GOLD_COMMON("x86_64"), "-r"}},
      {Dialect::Ld64, {GOLD_COMMON("arm64"), "-e", "_main", "--icf=safe"}},
      {Dialect::Ld64, {GOLD_COMMON("x86_64"), "-e", "_main", "--icf=all"}},
  };
#undef GOLD_COMMON
  return fuzz_link(data, size, variants);
}
