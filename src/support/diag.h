// Diagnostics: collected from all threads, printed sorted, so that their order never depends on
// scheduling.
//
// A pass reports what it finds and goes on; between passes the driver of the link asks
// `has_errors()` and stops. flush() prints what has been collected to standard error, sorted by
// (file priority, offset, text), with colour on a terminal.
#pragma once

#include <atomic>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "support/types.h"

namespace gold {

class Diag {
public:
  std::string program = "gold-go"; // printed before each message
  bool fatal_warnings = false, suppress_warnings = false;
  bool color = false;
  int error_limit = 20; // 0: none

  // `priority` and `offset` order the messages of a flush; text may hold several lines.
  void error(std::string text, u64 priority = 0, u64 offset = 0);
  void warn(std::string text, u64 priority = 0, u64 offset = 0);
  void note(std::string text, u64 priority = 0, u64 offset = 0); // printed as it is

  bool has_errors() const { return errors_.load(std::memory_order_relaxed) != 0; }
  u64 error_count() const { return errors_.load(std::memory_order_relaxed); }
  void flush();

private:
  enum Level : u8 { Error, Warning, Note };
  struct Message {
    u64 priority, offset;
    Level level;
    std::string text;
  };
  void add(Level level, std::string text, u64 priority, u64 offset);
  std::mutex mutex_;
  std::vector<Message> pending_;
  std::atomic<u64> errors_{0};
  u64 printed_ = 0;
};

// printf into a std::string.
[[gnu::format(printf, 1, 2)]] std::string format(const char *fmt, ...);

} // namespace gold
