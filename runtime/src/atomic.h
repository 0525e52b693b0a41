// atomic.h - the one door to atomic operations in the runtime.
//
// Everything lock-free in the runtime goes through rt atomics, so that a model-checking build can
// put a scheduling point in front of each of them: with GO_RT_MODEL defined, `model_point` is
// called before every operation and a bounded exhaustive scheduler decides who goes next. In the
// ordinary build the wrapper compiles to the bare compiler builtins.
#pragma once
#include <stddef.h>
#include <stdint.h>

namespace gort {

#if defined(GO_RT_MODEL)
extern "C" void go_rt_model_point(const volatile void *address, int is_write);
#define GO_RT_POINT(addr, w) go_rt_model_point(addr, w)
#else
#define GO_RT_POINT(addr, w) ((void)0)
#endif

enum order : int {
  relaxed = __ATOMIC_RELAXED,
  acquire = __ATOMIC_ACQUIRE,
  release = __ATOMIC_RELEASE,
  acq_rel = __ATOMIC_ACQ_REL,
  seq_cst = __ATOMIC_SEQ_CST,
};

template <typename T> struct atomic {
  T v_;

  T load(order o = acquire) const {
    GO_RT_POINT(&v_, 0);
    return __atomic_load_n(&v_, o);
  }
  void store(T x, order o = release) {
    GO_RT_POINT(&v_, 1);
    __atomic_store_n(&v_, x, o);
  }
  T exchange(T x, order o = acq_rel) {
    GO_RT_POINT(&v_, 1);
    return __atomic_exchange_n(&v_, x, o);
  }
  // An increment by the only writer; readers may be anywhere.
  void bump() { store(load(relaxed) + 1, relaxed); }
  bool cas(T expect, T want, order o = acq_rel) {
    GO_RT_POINT(&v_, 1);
    return __atomic_compare_exchange_n(&v_, &expect, want, false, o,
                                       o == release   ? __ATOMIC_RELAXED
                                       : o == acq_rel ? __ATOMIC_ACQUIRE
                                                      : int(o));
  }
  template <typename U> T add(U x, order o = acq_rel) {
    GO_RT_POINT(&v_, 1);
    return __atomic_fetch_add(&v_, x, o);
  }
  template <typename U> T sub(U x, order o = acq_rel) {
    GO_RT_POINT(&v_, 1);
    return __atomic_fetch_sub(&v_, x, o);
  }
  T fetch_or(T x, order o = acq_rel) {
    GO_RT_POINT(&v_, 1);
    return __atomic_fetch_or(&v_, x, o);
  }
  T fetch_and(T x, order o = acq_rel) {
    GO_RT_POINT(&v_, 1);
    return __atomic_fetch_and(&v_, x, o);
  }
};

inline void fence() {
  GO_RT_POINT(nullptr, 1);
#if defined(__SANITIZE_THREAD__)
  static unsigned dummy; // TSan knows no stand-alone fences
  __atomic_fetch_add(&dummy, 1, __ATOMIC_SEQ_CST);
#else
  __atomic_thread_fence(__ATOMIC_SEQ_CST);
#endif
}

inline void compiler_barrier() { asm volatile("" ::: "memory"); }

inline void cpu_pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#else
  asm volatile("yield" ::: "memory");
#endif
}

// A cheap monotonic cycle-like counter; used only for rate limits, never for time.
inline uint64_t cycles() {
#if defined(__x86_64__)
  return __builtin_ia32_rdtsc();
#else
  uint64_t v;
  asm volatile("mrs %0, cntvct_el0" : "=r"(v));
  return v;
#endif
}

} // namespace gort
