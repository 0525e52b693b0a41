// net.h - socket addresses and text in a caller's buffer.
#pragma once
#include "rt.h"

namespace gort {

struct Addr { // struct sockaddr as the kernel has it, then its length
  uint16_t family;
  char raw[126];
  uint32_t len;
};

struct Line {
  char *p, *end;
  Line(char *b, size_t n) : p(b), end(b + n) {
    if (n)
      *b = 0;
  }
  Line &c(char ch) {
    if (p + 1 < end) {
      *p++ = ch;
      *p = 0;
    }
    return *this;
  }
  Line &s(const char *t) {
    while (*t)
      c(*t++);
    return *this;
  }
  Line &u(unsigned v) {
    if (v >= 10)
      u(v / 10);
    return c(char('0' + v % 10));
  }
  Line &x(unsigned v) {
    if (v >= 16)
      x(v / 16);
    return c("0123456789abcdef"[v % 16]);
  }
};

bool parse_ip(const char *s, Addr *a, uint16_t port);
void print_addr(Line &t, const Addr &a, bool with_port);
int thread_create(void *(*fn)(void *), void *arg, size_t stack); // 0 or an errno

} // namespace gort
