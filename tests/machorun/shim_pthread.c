// <pthread.h>, <setjmp.h>. Darwin's objects begin with a signature and have initializers of their own; the
// real object is made at first use, and the opaque part keeps a pointer to it.
#define _GNU_SOURCE
#include "machorun.h"

#include <errno.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int darwin_error(int e);

enum { BOXED = 0x6d726178, RECURSIVE_INITIALIZER = 0x32AAABA2 };
struct box {
  long signature;
  void *object;
};
enum kind { MUTEX, CONDITION, RWLOCK };

static void *unbox(struct box *b, enum kind kind) {
  static pthread_mutex_t making = PTHREAD_MUTEX_INITIALIZER;
  if (__atomic_load_n(&b->signature, __ATOMIC_ACQUIRE) == BOXED)
    return b->object;
  pthread_mutex_lock(&making);
  if (b->signature != BOXED) {
    if (kind == MUTEX) {
      pthread_mutexattr_t attr;
      pthread_mutexattr_init(&attr);
      if (b->signature == RECURSIVE_INITIALIZER)
        pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_RECURSIVE);
      b->object = calloc(1, sizeof(pthread_mutex_t));
      pthread_mutex_init(b->object, &attr);
    } else {
      b->object = calloc(1, kind == CONDITION ? sizeof(pthread_cond_t) : sizeof(pthread_rwlock_t));
    }
    __atomic_store_n(&b->signature, BOXED, __ATOMIC_RELEASE);
  }
  pthread_mutex_unlock(&making);
  return b->object;
}

static int shim_mutex_init(struct box *b, const int *attr) {
  b->signature = attr && attr[2] == 2 ? RECURSIVE_INITIALIZER : 0;
  unbox(b, MUTEX);
  return 0;
}
static int shim_mutex_lock(struct box *b) { return darwin_error(pthread_mutex_lock(unbox(b, MUTEX))); }
static int shim_mutex_trylock(struct box *b) { return darwin_error(pthread_mutex_trylock(unbox(b, MUTEX))); }
static int shim_mutex_unlock(struct box *b) { return darwin_error(pthread_mutex_unlock(unbox(b, MUTEX))); }
static int shim_destroy(struct box *b) {
  if (b->signature == BOXED)
    free(b->object);
  b->signature = 0;
  return 0;
}
static int shim_mutexattr_init(int *attr) {
  attr[0] = 1;
  attr[2] = 0;
  return 0;
}
static int shim_mutexattr_settype(int *attr, int type) {
  attr[2] = type;
  return 0;
}
static int zero(void) { return 0; }

static int shim_cond_init(struct box *b, void *attr) {
  (void)attr;
  b->signature = 0;
  unbox(b, CONDITION);
  return 0;
}
static int shim_cond_wait(struct box *c, struct box *m) { return darwin_error(pthread_cond_wait(unbox(c, CONDITION), unbox(m, MUTEX))); }
static int shim_cond_timedwait(struct box *c, struct box *m, const struct timespec *t) {
  return darwin_error(pthread_cond_timedwait(unbox(c, CONDITION), unbox(m, MUTEX), t));
}
static int shim_cond_signal(struct box *c) { return pthread_cond_signal(unbox(c, CONDITION)); }
static int shim_cond_broadcast(struct box *c) { return pthread_cond_broadcast(unbox(c, CONDITION)); }
static int shim_rwlock_init(struct box *b, void *attr) {
  (void)attr;
  b->signature = 0;
  unbox(b, RWLOCK);
  return 0;
}
static int shim_rwlock_rdlock(struct box *b) { return pthread_rwlock_rdlock(unbox(b, RWLOCK)); }
static int shim_rwlock_wrlock(struct box *b) { return pthread_rwlock_wrlock(unbox(b, RWLOCK)); }
static int shim_rwlock_unlock(struct box *b) { return pthread_rwlock_unlock(unbox(b, RWLOCK)); }

static int shim_once(struct box *b, void (*f)(void)) {
  static pthread_mutex_t running = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
  if (__atomic_load_n(&b->signature, __ATOMIC_ACQUIRE) == BOXED)
    return 0;
  pthread_mutex_lock(&running);
  if (b->signature != BOXED) {
    f();
    __atomic_store_n(&b->signature, BOXED, __ATOMIC_RELEASE);
  }
  pthread_mutex_unlock(&running);
  return 0;
}
static int shim_key_create(unsigned long *key, void (*f)(void *)) { // Darwin's keys have 8 bytes
  pthread_key_t k;
  int r = pthread_key_create(&k, f);
  *key = k;
  return darwin_error(r);
}
static int shim_create(pthread_t *t, const void *attr, void *(*f)(void *), void *arg) {
  (void)attr;
  return darwin_error(pthread_create(t, NULL, f, arg));
}
static int shim_main_np(void) { return 1; }

// setjmp returns twice, so it can't be wrapped: jmp_buf's of Darwin (148 and 192 bytes) are used here with code of our own.
#if defined __x86_64__
__asm__(".globl shim_setjmp\nshim_setjmp:\n"
        " mov %rbx, (%rdi)\n mov %rbp, 8(%rdi)\n mov %r12, 16(%rdi)\n mov %r13, 24(%rdi)\n mov %r14, 32(%rdi)\n mov %r15, 40(%rdi)\n"
        " lea 8(%rsp), %rdx\n mov %rdx, 48(%rdi)\n mov (%rsp), %rdx\n mov %rdx, 56(%rdi)\n xor %eax, %eax\n ret\n"
        ".globl shim_longjmp\nshim_longjmp:\n"
        " mov %esi, %eax\n test %eax, %eax\n jne 1f\n inc %eax\n1:\n"
        " mov (%rdi), %rbx\n mov 8(%rdi), %rbp\n mov 16(%rdi), %r12\n mov 24(%rdi), %r13\n mov 32(%rdi), %r14\n mov 40(%rdi), %r15\n"
        " mov 48(%rdi), %rsp\n jmp *56(%rdi)\n");
#else
__asm__(".globl shim_setjmp\nshim_setjmp:\n"
        " stp x19, x20, [x0]\n stp x21, x22, [x0, #16]\n stp x23, x24, [x0, #32]\n stp x25, x26, [x0, #48]\n stp x27, x28, [x0, #64]\n"
        " stp x29, x30, [x0, #80]\n mov x2, sp\n str x2, [x0, #96]\n stp d8, d9, [x0, #112]\n stp d10, d11, [x0, #128]\n"
        " stp d12, d13, [x0, #144]\n stp d14, d15, [x0, #160]\n mov w0, #0\n ret\n"
        ".globl shim_longjmp\nshim_longjmp:\n"
        " ldp x19, x20, [x0]\n ldp x21, x22, [x0, #16]\n ldp x23, x24, [x0, #32]\n ldp x25, x26, [x0, #48]\n ldp x27, x28, [x0, #64]\n"
        " ldp x29, x30, [x0, #80]\n ldr x2, [x0, #96]\n mov sp, x2\n ldp d8, d9, [x0, #112]\n ldp d10, d11, [x0, #128]\n"
        " ldp d12, d13, [x0, #144]\n ldp d14, d15, [x0, #160]\n cmp w1, #0\n csinc w0, w1, wzr, ne\n ret\n");
#endif
extern char shim_setjmp[], shim_longjmp[];

const struct shim pthread_shims[] = {
    {"_pthread_mutex_init", shim_mutex_init},
    {"_pthread_mutex_lock", shim_mutex_lock},
    {"_pthread_mutex_trylock", shim_mutex_trylock},
    {"_pthread_mutex_unlock", shim_mutex_unlock},
    {"_pthread_mutex_destroy", shim_destroy},
    {"_pthread_mutexattr_init", shim_mutexattr_init},
    {"_pthread_mutexattr_settype", shim_mutexattr_settype},
    {"_pthread_mutexattr_destroy", zero},
    {"_pthread_cond_init", shim_cond_init},
    {"_pthread_cond_wait", shim_cond_wait},
    {"_pthread_cond_timedwait", shim_cond_timedwait},
    {"_pthread_cond_signal", shim_cond_signal},
    {"_pthread_cond_broadcast", shim_cond_broadcast},
    {"_pthread_cond_destroy", shim_destroy},
    {"_pthread_rwlock_init", shim_rwlock_init},
    {"_pthread_rwlock_rdlock", shim_rwlock_rdlock},
    {"_pthread_rwlock_wrlock", shim_rwlock_wrlock},
    {"_pthread_rwlock_unlock", shim_rwlock_unlock},
    {"_pthread_rwlock_destroy", shim_destroy},
    {"_pthread_once", shim_once},
    {"_pthread_key_create", shim_key_create},
    {"_pthread_create", shim_create},
    {"_pthread_main_np", shim_main_np},
    {"_setjmp", shim_setjmp},
    {"__setjmp", shim_setjmp},
    {"_longjmp", shim_longjmp},
    {"__longjmp", shim_longjmp},
    {0},
};
