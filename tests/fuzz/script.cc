// Fuzzes the parsers of library scripts, version scripts and dynamic lists.
#include "readers/elf/script.h"

#include "readers/identify.h"
#include "readers/script/parser.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  using namespace gold;
  ByteView bytes(data, size);
  elf::looks_like_script(bytes);
  try {
    LayoutPlan plan;
    auto include = [](std::string_view, std::string &) -> ByteView { throw InputError("no file"); };
    script::parse_script(bytes, "x", plan, include);
  } catch (const InputError &) {
  }
  try {
    VersionScript versions;
    elf::parse_version_script(bytes, versions);
  } catch (const InputError &) {
  }
  try {
    std::vector<VersionPattern> list;
    elf::parse_dynamic_list(bytes, list);
  } catch (const InputError &) {
  }
  return 0;
}
