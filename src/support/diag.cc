#include "support/diag.h"

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <tuple>

namespace gold {

void Diag::add(Level level, std::string text, u64 priority, u64 offset, Details details) {
  if (level == Warning) {
    if (suppress_warnings)
      return;
    if (fatal_warnings)
      level = Error;
  }
  if (level == Error)
    errors_.fetch_add(1, std::memory_order_relaxed);
  std::lock_guard lock(mutex_);
  pending_.push_back({priority, offset, level, std::move(text), std::move(details)});
}

void Diag::error(std::string text, u64 priority, u64 offset, Details details) {
  add(Error, std::move(text), priority, offset, std::move(details));
}
void Diag::warn(std::string text, u64 priority, u64 offset, Details details) {
  add(Warning, std::move(text), priority, offset, std::move(details));
}
void Diag::note(std::string text, u64 priority, u64 offset) {
  add(Note, std::move(text), priority, offset, {});
}

// Names come from inputs: they must not be able to speak to the terminal.
static void append_plain(std::string &out, const std::string &text) {
  for (char c : text)
    out += (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') || c == 0x7f ? '?' : c;
}

void Diag::flush() {
  std::lock_guard lock(mutex_);
  std::stable_sort(pending_.begin(), pending_.end(), [](const Message &a, const Message &b) {
    return std::tie(a.priority, a.offset, a.text) < std::tie(b.priority, b.offset, b.text);
  });
  std::string out;
  for (const Message &m : pending_) {
    if (m.level == Error && error_limit && printed_ >= static_cast<u64>(error_limit)) {
      if (printed_++ == static_cast<u64>(error_limit))
        out += program + ": error: too many errors (use --error-limit=0 to see them all)\n";
      continue;
    }
    if (m.level == Error)
      ++printed_;
    if (m.level != Note) {
      const char *word = m.level == Error ? "error" : "warning";
      out += program + ": ";
      if (color)
        out += m.level == Error ? "\033[1;31m" : "\033[1;35m";
      out += word;
      out += ": ";
      if (color)
        out += "\033[0m";
    }
    append_plain(out, m.text);
    if (m.details)
      append_plain(out, m.details());
    out += '\n';
  }
  pending_.clear();
  std::fflush(stdout);
  std::fwrite(out.data(), 1, out.size(), stderr);
}

std::string format(const char *fmt, ...) {
  va_list ap, aq;
  va_start(ap, fmt);
  va_copy(aq, ap);
  int n = std::vsnprintf(nullptr, 0, fmt, ap);
  va_end(ap);
  std::string s(n > 0 ? static_cast<std::size_t>(n) : 0, 0);
  std::vsnprintf(s.data(), s.size() + 1, fmt, aq);
  va_end(aq);
  return s;
}

} // namespace gold
