// chaos.cc - what a build with GO_RT_CHAOS calls before each of the runtime's atomic operations: mostly
// nothing, at times a delay from some hundred cycles to a fifth of a millisecond.
#include <sched.h>

#include <cstdint>
#include <ctime>

extern "C" [[gnu::noinline, gnu::no_sanitize("thread")]] void go_rt_chaos() {
  static thread_local std::uint32_t x = std::uint32_t(reinterpret_cast<std::uintptr_t>(&x) >> 4) | 1;
  x ^= x << 13, x ^= x >> 17, x ^= x << 5;
  if (x % 64)
    return;
  std::uint32_t what = x >> 8;
  if (what % 64 == 0) {
    timespec t{0, long(what % 200000)};
    nanosleep(&t, nullptr);
  } else if (what % 8 == 0) {
    sched_yield();
  } else {
    for (unsigned i = what % 2000; i; i--)
      asm volatile("" ::: "memory");
  }
}
