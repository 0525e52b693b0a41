// sys.h - raw system calls.
//
// The runtime talks to the kernel itself: results are -errno, nothing touches the caller's errno,
// no libc structure layouts leak in, and one archive serves every libc. The few libc functions
// that are unavoidable (threads need the libc's TLS) are declared in libc.h.
#pragma once
#include "atomic.h"

#include <asm/unistd.h>
#include <stddef.h>
#include <stdint.h>

namespace gort::sys {

#if defined(GO_RT_MODEL)
inline long call(long n, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0, long f = 0) {
  return go_model_syscall(n, a, b, c, d, e, f);
}
#elif defined(__x86_64__)
inline long call(long n, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0, long f = 0) {
  long r;
  register long r10 asm("r10") = d;
  register long r8 asm("r8") = e;
  register long r9 asm("r9") = f;
  asm volatile("syscall"
               : "=a"(r)
               : "a"(n), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
               : "rcx", "r11", "memory");
  return r;
}
#elif defined(__aarch64__)
inline long call(long n, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0, long f = 0) {
  register long x8 asm("x8") = n;
  register long x0 asm("x0") = a;
  register long x1 asm("x1") = b;
  register long x2 asm("x2") = c;
  register long x3 asm("x3") = d;
  register long x4 asm("x4") = e;
  register long x5 asm("x5") = f;
  asm volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
  return x0;
}
#else
#error "unsupported architecture"
#endif

template <typename T> inline long arg(T *p) {
  return reinterpret_cast<long>(p);
}

struct timespec64 {
  int64_t sec;
  int64_t nsec;
};

inline void *map(void *hint, size_t n, int prot, int flags) {
  return reinterpret_cast<void *>(call(__NR_mmap, arg(hint), long(n), prot, flags, -1, 0));
}
inline bool map_failed(void *p) {
  return reinterpret_cast<uintptr_t>(p) > uintptr_t(-4096);
}
inline long unmap(void *p, size_t n) {
  return call(__NR_munmap, arg(p), long(n));
}
inline long advise(void *p, size_t n, int what) {
  return call(__NR_madvise, arg(p), long(n), what);
}
inline long protect(void *p, size_t n, int prot) {
  return call(__NR_mprotect, arg(p), long(n), prot);
}
inline long write(int fd, const void *p, size_t n) {
  return call(__NR_write, fd, arg(p), long(n));
}
inline long read(int fd, void *p, size_t n) {
  return call(__NR_read, fd, arg(p), long(n));
}
inline long openat(const char *path, int flags, int mode = 0) {
  return call(__NR_openat, -100, arg(path), flags, mode);
}
inline long close(int fd) {
  return call(__NR_close, fd);
}
inline int gettid() {
  return int(call(__NR_gettid));
}
inline int getpid() {
  return int(call(__NR_getpid));
}
[[noreturn]] inline void exit_group(int code) {
  for (;;)
    call(__NR_exit_group, code);
}
// FUTEX_WAIT_PRIVATE with a relative timeout in nanoseconds (negative: none).
inline long futex_wait(const void *w, uint32_t expect, int64_t ns = -1) {
  timespec64 ts{ns / 1000000000, ns % 1000000000};
  return call(__NR_futex, arg(w), 0 | 128, long(expect), ns < 0 ? 0 : arg(&ts));
}
inline long futex_wake(const void *w, int n) {
  return call(__NR_futex, arg(w), 1 | 128, n);
}
inline void nanosleep(int64_t ns) {
  timespec64 ts{ns / 1000000000, ns % 1000000000};
  call(__NR_nanosleep, arg(&ts), 0);
}
inline void sched_yield() {
  call(__NR_sched_yield);
}

enum {
  prot_none = 0,
  prot_rw = 3,
  map_private_anon = 0x22,
  map_noreserve = 0x4000,
  madv_dontneed = 4,
  madv_nohugepage = 15,
  madv_guard_install = 102,
  eperm = 1,
  enoent = 2,
  eintr = 4,
  ebadf = 9,
  eagain = 11,
  efault = 14,
  einval = 22,
  emfile = 24,
  epipe = 32,
  enosys = 38,
};

} // namespace gort::sys
