// Diagnostics: collected from all threads, printed sorted, so that their order never depends on
// scheduling.
//
// A pass reports what it finds and goes on; between passes the driver of the link asks
// `has_errors()` and stops. flush() prints what has been collected to standard error, sorted by
// (file priority, offset, text), with colour on a terminal.
//
// What is slow to find out about a message (the source line of a place, by debug information) is a
// function that is called only when the message is printed: of a hundred thousand relocations that
// don't reach, those below the error limit cost time, and which ones these are does not depend on
// threads.
#pragma once

#include "support/types.h"

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace gold {

class Diag {
public:
  std::string program = "gold-go"; // printed before each message
  bool fatal_warnings = false, suppress_warnings = false;
  bool color = false;
  int error_limit = 20; // 0: none

  // Further lines of a message, each beginning with a newline.
  using Details = std::function<std::string()>;

  // `priority` and `offset` order the messages of a flush; text may hold several lines. What `details`
  // refers to must live until the flush, which calls it on one thread.
  void error(std::string text, u64 priority = 0, u64 offset = 0, Details details = {});
  void warn(std::string text, u64 priority = 0, u64 offset = 0, Details details = {});
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
    Details details;
  };
  void add(Level level, std::string text, u64 priority, u64 offset, Details details);
  std::mutex mutex_;
  std::vector<Message> pending_;
  std::atomic<u64> errors_{0};
  u64 printed_ = 0;
};

// printf into a std::string.
[[gnu::format(printf, 1, 2)]] std::string format(const char *fmt, ...);

} // namespace gold
