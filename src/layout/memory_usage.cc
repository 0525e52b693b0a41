// --print-memory-usage, in the form of GNU ld, which tools read.
#include "layout/layout.h"

#include <cstdio>
#include <string>

namespace gold {

namespace {
// A size in the largest unit that divides it.
std::string size_text(u64 n) {
  const char *unit = n & 1023 ? "B" : (n >>= 10) & 1023 ? "KB" : (n >>= 10) & 1023 ? "MB" : "GB";
  if (*unit == 'G')
    n >>= 10;
  return std::to_string(n) + " " + unit;
}
} // namespace

void print_memory_usage(Link &link) {
  if (!link.opt.print_memory_usage)
    return;
  std::printf("Memory region         Used Size  Region Size  %%age Used\n");
  for (const MemoryRegion &r : link.plan.regions) {
    std::printf("%16.*s:", static_cast<int>(r.name.size()), r.name.data());
    u64 used = r.current - r.origin;
    std::printf("%14s%13s", size_text(used).c_str(), size_text(r.length).c_str());
    if (r.length)
      std::printf("    %6.2f%%", static_cast<double>(used) * 100 / static_cast<double>(r.length));
    std::printf("\n");
  }
  std::fflush(stdout);
}

} // namespace gold
