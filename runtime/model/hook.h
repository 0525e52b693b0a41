// hook.h - what the runtime calls instead of atomic instructions, system calls and libc when it is
// built for the model checker (GO_RT_MODEL). See engine.h.
#pragma once
#include <stddef.h>
#include <stdint.h>

extern "C" {
// `order` is a __ATOMIC constant. The site is the function and line of the caller.
uint64_t go_model_load(const void *a, unsigned size, int order, const char *fn, int line);
void go_model_store(void *a, unsigned size, uint64_t v, int order, const char *fn, int line);
// A read-modify-write: the old value, then, unless it fails, the new one. Nothing comes between.
uint64_t go_model_rmw(void *a, unsigned size, int order, const char *fn, int line);
void go_model_rmw_end(void *a, unsigned size, uint64_t v);
void go_model_fence(const char *fn, int line);
void go_model_pause(const char *fn, int line); // in a loop that waits for another thread
long go_model_syscall(long n, long a, long b, long c, long d, long e, long f);
void *go_model_self(void); // the calling thread's M
void go_model_set_self(void *m);
}
