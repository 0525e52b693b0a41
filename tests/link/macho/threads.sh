#!/usr/bin/env bash
# Thread-local variables, threads, constructors, and setjmp; with chained fixups and with dyld's opcodes.
. "$SRC/tests/lib/common.sh"
. "$SRC/tests/link/macho/lib.sh"
for arch in x86_64 arm64; do
  mc "$arch" threads <<'S'
typedef struct { long sig; char opaque[56]; } mutex_t;
typedef void *thread_t;
int printf(const char *, ...);
int puts(const char *);
int pthread_create(thread_t *, void *, void *(*)(void *), void *);
int pthread_join(thread_t, void **);
int pthread_mutex_lock(mutex_t *), pthread_mutex_unlock(mutex_t *);
int setjmp(long *);
_Noreturn void longjmp(long *, int);
static mutex_t m = {0x32AAABA7, {0}};
static __thread int data = 5, zero;
__thread char text[64] = "template";
static int sum;
static void *run(void *arg) {
  data += (int)(long)arg;
  zero++;
  pthread_mutex_lock(&m);
  sum += data + zero;
  pthread_mutex_unlock(&m);
  return (void *)(long)data;
}
__attribute__((constructor)) static void first(int argc, char **argv) { printf("constructor %d\n", argc); }
static long buf[40];
int main(void) {
  thread_t t[4];
  long r = 0;
  for (long i = 0; i < 4; i++) pthread_create(&t[i], 0, run, (void *)i);
  for (int i = 0; i < 4; i++) { void *v; pthread_join(t[i], &v); r += (long)v; }
  int again = setjmp(buf);
  if (!again) longjmp(buf, 42);
  printf("%d %ld %d %s %d\n", sum, r, data, text, again);
  return 3;
}
S
  for min in 13.0 10.13; do
    [ "$arch$min" = arm6410.13 ] && more=-no_fixup_chains || more=
    # shellcheck disable=SC2086
    "$GOLD_GO" ld64 -arch "$arch" -platform_version macos "$min" 13.3 threads.o -lSystem -o app $more
    expect_run "$arch" 3 "$(printf 'constructor 1\n30 26 5 template 42')" ./app
  done
done
