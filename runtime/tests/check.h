// What the tests that are programs of their own share: a condition that must hold, and the error of a call.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <system_error>

#define CHECK(x)                                                                                             \
  do {                                                                                                       \
    if (!(x)) {                                                                                              \
      std::fprintf(stderr, "%s:%d: failed: %s\n", __FILE__, __LINE__, #x);                                   \
      std::exit(1);                                                                                          \
    }                                                                                                        \
  } while (0)

// The code of the std::system_error that `f` throws; none if it doesn't.
template <typename F> std::error_code error_of(F f) {
  try {
    f();
  } catch (const std::system_error &e) {
    return e.code();
  }
  return {};
}
