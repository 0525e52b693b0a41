// A check of debug builds: each byte of the output belongs to one thing, and is written once.
//
// Layout gives members places in their output sections and these places in the file; the writer cuts that
// into tasks. Both are checked: that nothing overlaps and nothing sticks out, and that what was written is
// exactly what has a place. Bytes between sections are nobody's and stay zero.
#pragma once

#include "model/link.h"

#include <mutex>
#include <string>
#include <vector>

namespace gold {

class WriteCheck {
public:
  // Bytes [offset, offset + size) of the file were written. From any thread.
  void wrote(u64 offset, u64 size) {
    if (size == 0)
      return;
    std::lock_guard lock(mutex_);
    written_.push_back({offset, offset + size, "what was written"});
  }
  // Reports faults as internal errors; false if there are any. `headers` and `trailer` are written whole.
  bool finish(Link &link);

private:
  struct Range {
    u64 begin, end;
    std::string what;
  };
  static bool disjoint(Link &link, std::vector<Range> &ranges, const char *where);

  std::mutex mutex_;
  std::vector<Range> written_;
};

} // namespace gold
