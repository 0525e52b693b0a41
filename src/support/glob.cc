#include "support/glob.h"

#include <cstddef>

namespace gold {

bool glob_is_literal(std::string_view p) {
  return p.find_first_of("*?[\\") == std::string_view::npos;
}

// Matches one character class that begins at p[i] == '['; advances i behind it.
static bool match_class(std::string_view p, std::size_t &i, char c) {
  std::size_t j = i + 1;
  bool negate = j < p.size() && (p[j] == '!' || p[j] == '^');
  if (negate)
    ++j;
  bool hit = false, first = true;
  while (j < p.size() && (first || p[j] != ']')) {
    first = false;
    char lo = p[j];
    if (lo == '\\' && j + 1 < p.size())
      lo = p[++j];
    char hi = lo;
    if (j + 2 < p.size() && p[j + 1] == '-' && p[j + 2] != ']') {
      hi = p[j + 2];
      j += 2;
    }
    if (static_cast<unsigned char>(c) >= static_cast<unsigned char>(lo) &&
        static_cast<unsigned char>(c) <= static_cast<unsigned char>(hi))
      hit = true;
    ++j;
  }
  if (j >= p.size()) { // no closing bracket: a literal '['
    ++i;
    return c == '[';
  }
  i = j + 1;
  return hit != negate;
}

bool glob_match(std::string_view p, std::string_view s) {
  // Iterative with one backtracking point: linear in practice, quadratic at worst.
  std::size_t i = 0, k = 0, star = std::string_view::npos, mark = 0;
  while (k < s.size()) {
    if (i < p.size() && p[i] == '*') {
      star = i++;
      mark = k;
      continue;
    }
    bool ok = false;
    std::size_t next = i;
    if (i < p.size()) {
      if (p[i] == '?') {
        ok = true;
        next = i + 1;
      } else if (p[i] == '[') {
        ok = match_class(p, next, s[k]);
      } else if (p[i] == '\\' && i + 1 < p.size()) {
        ok = p[i + 1] == s[k];
        next = i + 2;
      } else {
        ok = p[i] == s[k];
        next = i + 1;
      }
    }
    if (ok) {
      i = next;
      ++k;
    } else if (star != std::string_view::npos) {
      i = star + 1;
      k = ++mark;
    } else {
      return false;
    }
  }
  while (i < p.size() && p[i] == '*')
    ++i;
  return i == p.size();
}

} // namespace gold
