// libc.h - every libc and compiler-runtime symbol that the runtime refers to, in one place.
//
// Strong references exist with the same ABI in glibc and in musl. All others are weak: they are
// used when the program has them and the runtime does without when it has not.
#pragma once
#include <stddef.h>
#include <stdint.h>

#if defined(GO_RT_MODEL) // the checker has its own, which start anew in every execution
#define pthread_create go_model_pthread_create
#define clock_gettime go_model_clock_gettime
#define malloc go_model_malloc
#define free go_model_free
#define atexit go_model_atexit
#endif

extern "C" {
// Strong: both libcs, same ABI.
int pthread_create(unsigned long *thread, const void *attr, void *(*fn)(void *), void *arg);
int pthread_attr_init(void *attr);
int pthread_attr_destroy(void *attr);
int pthread_attr_setstacksize(void *attr, size_t n);
int pthread_attr_setdetachstate(void *attr, int state);
int *__errno_location(void);
int clock_gettime(int clock, void *ts);
int sigaction(int sig, const void *act, void *old);
unsigned long getauxval(unsigned long type);
void *malloc(size_t n);
void free(void *p);
int atexit(void (*fn)(void));
int pthread_atfork(void (*before)(void), void (*parent)(void), void (*child)(void));
int pthread_key_create(unsigned *key, void (*destroy)(void *));
int pthread_setspecific(unsigned key, const void *value);
char *getenv(const char *name);
void *memcpy(void *d, const void *s, size_t n);
void *memset(void *d, int c, size_t n);
void *memmove(void *d, const void *s, size_t n);
int memcmp(const void *a, const void *b, size_t n);
size_t strlen(const char *s);

// Weak: exceptions, unwinding, demangling, name lookup, sanitizers.
[[gnu::weak]] void *__cxa_get_globals(void);
[[gnu::weak]] char *__cxa_demangle(const char *name, char *buf, size_t *n, int *status);
struct _Unwind_Context;
[[gnu::weak]] int _Unwind_Backtrace(int (*fn)(struct _Unwind_Context *, void *), void *arg);
[[gnu::weak]] uintptr_t _Unwind_GetIP(struct _Unwind_Context *);
struct addrinfo;
[[gnu::weak]] int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
                              struct addrinfo **res);
[[gnu::weak]] void freeaddrinfo(struct addrinfo *res);

#if defined(__SANITIZE_THREAD__)
void *__tsan_get_current_fiber(void);
void *__tsan_create_fiber(unsigned flags);
void __tsan_destroy_fiber(void *fiber);
void __tsan_switch_to_fiber(void *fiber, unsigned flags);
#endif
#if defined(__SANITIZE_ADDRESS__)
void __sanitizer_start_switch_fiber(void **fake, const void *bottom, size_t size);
void __sanitizer_finish_switch_fiber(void *fake, const void **bottom, size_t *size);
void __asan_unpoison_memory_region(const volatile void *p, size_t n);
#endif
}
