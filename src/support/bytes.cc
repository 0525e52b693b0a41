#include "support/bytes.h"

#include <cstdio>

namespace gold {

void ByteView::fail(u64 off, u64 len, const char *what) const {
  char buf[160];
  std::snprintf(buf, sizeof buf, "%s out of bounds: 0x%llx + 0x%llx exceeds the size 0x%llx", what,
                static_cast<unsigned long long>(off), static_cast<unsigned long long>(len),
                static_cast<unsigned long long>(n_));
  throw InputError(buf, off);
}

} // namespace gold
