// atomic.h - the one door to atomic operations in the runtime.
//
// Everything lock-free in the runtime goes through rt atomics. With GO_RT_MODEL defined they are
// calls to the model checker (../model), which decides who goes next and which of the values that
// the memory model allows a load gives. In the ordinary build the wrapper compiles to the bare
// compiler builtins.
#pragma once
#include <stddef.h>
#include <stdint.h>
#if defined(GO_RT_MODEL)
#include "../model/hook.h"
#endif

namespace gort {

enum order : int {
  relaxed = __ATOMIC_RELAXED,
  acquire = __ATOMIC_ACQUIRE,
  release = __ATOMIC_RELEASE,
  acq_rel = __ATOMIC_ACQ_REL,
  seq_cst = __ATOMIC_SEQ_CST,
};

#if !defined(GO_RT_MODEL)
// A build with GO_RT_CHAOS waits now and then before an operation, for the stress tests.
#if defined(GO_RT_CHAOS)
extern "C" void go_rt_chaos(void);
#define GO_RT_POINT() go_rt_chaos()
#else
#define GO_RT_POINT() ((void)0)
#endif

template <typename T> struct atomic {
  T v_;

  T load(order o = acquire) const {
    GO_RT_POINT();
    return __atomic_load_n(&v_, o);
  }
  void store(T x, order o = release) {
    GO_RT_POINT();
    __atomic_store_n(&v_, x, o);
  }
  T exchange(T x, order o = acq_rel) {
    GO_RT_POINT();
    return __atomic_exchange_n(&v_, x, o);
  }
  // An increment by the only writer; readers may be anywhere.
  void bump() { store(load(relaxed) + 1, relaxed); }
  bool cas(T expect, T want, order o = acq_rel) {
    GO_RT_POINT();
    return __atomic_compare_exchange_n(&v_, &expect, want, false, o,
                                       o == release   ? __ATOMIC_RELAXED
                                       : o == acq_rel ? __ATOMIC_ACQUIRE
                                                      : int(o));
  }
  template <typename U> T add(U x, order o = acq_rel) {
    GO_RT_POINT();
    return __atomic_fetch_add(&v_, x, o);
  }
  template <typename U> T sub(U x, order o = acq_rel) {
    GO_RT_POINT();
    return __atomic_fetch_sub(&v_, x, o);
  }
  T fetch_or(T x, order o = acq_rel) {
    GO_RT_POINT();
    return __atomic_fetch_or(&v_, x, o);
  }
  T fetch_and(T x, order o = acq_rel) {
    GO_RT_POINT();
    return __atomic_fetch_and(&v_, x, o);
  }
};

inline void fence() {
  GO_RT_POINT();
#if defined(__SANITIZE_THREAD__)
  static unsigned dummy; // TSan knows no stand-alone fences
  __atomic_fetch_add(&dummy, 1, __ATOMIC_SEQ_CST);
#else
  __atomic_thread_fence(__ATOMIC_SEQ_CST);
#endif
}

inline void cpu_pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#else
  asm volatile("yield" ::: "memory");
#endif
}

#else

#define GO_RT_AT const char *fn = __builtin_FUNCTION(), int line = __builtin_LINE()

template <typename T> struct atomic {
  T v_;

  static uint64_t bits(T x) {
    uint64_t b = 0;
    __builtin_memcpy(&b, &x, sizeof x);
    return b;
  }
  static T value(uint64_t b) {
    T x;
    __builtin_memcpy(&x, &b, sizeof x);
    return x;
  }
  template <typename F> T rmw(F f, order o, const char *fn, int line) {
    T old = value(go_model_rmw(&v_, sizeof(T), o, fn, line));
    go_model_rmw_end(&v_, sizeof(T), bits(f(old)));
    return old;
  }
  T load(order o = acquire, GO_RT_AT) const { return value(go_model_load(&v_, sizeof(T), o, fn, line)); }
  void store(T x, order o = release, GO_RT_AT) { go_model_store(&v_, sizeof(T), bits(x), o, fn, line); }
  void bump(GO_RT_AT) { store(load(relaxed, fn, line) + 1, relaxed, fn, line); }
  T exchange(T x, order o = acq_rel, GO_RT_AT) {
    return rmw([&](T) { return x; }, o, fn, line);
  }
  bool cas(T expect, T want, order o = acq_rel, GO_RT_AT) {
    if (value(go_model_rmw(&v_, sizeof(T), o, fn, line)) != expect)
      return false;
    go_model_rmw_end(&v_, sizeof(T), bits(want));
    return true;
  }
  template <typename U> T add(U x, order o = acq_rel, GO_RT_AT) {
    return rmw([&](T v) { return T(v + T(x)); }, o, fn, line);
  }
  template <typename U> T sub(U x, order o = acq_rel, GO_RT_AT) {
    return rmw([&](T v) { return T(v - T(x)); }, o, fn, line);
  }
  T fetch_or(T x, order o = acq_rel, GO_RT_AT) {
    return rmw([&](T v) { return T(v | x); }, o, fn, line);
  }
  T fetch_and(T x, order o = acq_rel, GO_RT_AT) {
    return rmw([&](T v) { return T(v & x); }, o, fn, line);
  }
};

inline void fence(GO_RT_AT) {
  go_model_fence(fn, line);
}
inline void cpu_pause(GO_RT_AT) {
  go_model_pause(fn, line);
}

#endif

inline void compiler_barrier() {
  asm volatile("" ::: "memory");
}

// A cheap monotonic cycle-like counter; used only for rate limits, never for time.
inline uint64_t cycles() {
#if defined(GO_RT_MODEL)
  return 0; // the same in every execution
#elif defined(__x86_64__)
  return __builtin_ia32_rdtsc();
#else
  uint64_t v;
  asm volatile("mrs %0, cntvct_el0" : "=r"(v));
  return v;
#endif
}

} // namespace gort
