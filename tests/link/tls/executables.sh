# Every TLS model and dialect gives the right variables in every kind of executable.
. "$SRC/tests/lib/common.sh"
need gcc

cat > vars.c <<'C'
__thread int first = 11;
__thread int zero;
__thread __attribute__((aligned(64))) int aligned = 33;
C
cat > main.c <<'C'
#include <stdint.h>
#include <stdio.h>
#include <pthread.h>
extern __thread int first, zero, aligned;
extern __thread int nowhere __attribute__((weak));
static __thread int local = 44, local2 = 55;
__attribute__((noinline)) int *p_local(void) { return &local; }
__attribute__((noinline)) int *p_local2(void) { return &local2; }
__attribute__((noinline)) int sum(void) { return local + local2; }
static void *run(void *arg) {
  printf("%d %d %d %d %d %d ", first, zero, aligned, *p_local(), *p_local2(), sum());
  printf("%d %d\n", (int)((uintptr_t)&aligned % 64), &zero != &first);
  first = zero = aligned = local = local2 = 7;
  return arg;
}
int main() {
  pthread_t t;
  run(0);
  pthread_create(&t, 0, run, 0);
  pthread_join(t, 0);
  printf("%d\n", first + zero + aligned + local + local2);
}
C
expected="11 0 33 44 55 99 0 1
11 0 33 44 55 99 0 1
35"

try() {
  local cc=$1 link=$2
  shift 2
  "$cc" -c -O2 "$@" -o main.o main.c
  "$cc" -c -O2 "$@" -o vars.o vars.c
  # shellcheck disable=SC2086
  gcc -B "$GOLD_GO_B" $link -o app main.o vars.o -pthread || fail "$cc $* $link does not link"
  run "$expected" ./app
}
compilers="gcc"
command -v clang-19 > /dev/null && compilers="gcc clang-19"
for cc in $compilers; do
  dialects="gnu"
  [ "$cc" = gcc ] && [ "$(uname -m)" = x86_64 ] && dialects="gnu gnu2"
  for model in global-dynamic local-dynamic initial-exec local-exec; do
    for dialect in $dialects; do
      d=""
      [ "$dialect" = gnu2 ] && d="-mtls-dialect=gnu2"
      # shellcheck disable=SC2086
      {
        try "$cc" "-pie" -fPIC -ftls-model=$model $d
        try "$cc" "-no-pie" -fno-pic -ftls-model=$model $d
        try "$cc" "-static" -fno-pic -ftls-model=$model $d
        try "$cc" "-static-pie" -fPIE -ftls-model=$model $d
        try "$cc" "-pie" -fPIC -fno-plt -ftls-model=$model $d
      }
    done
  done
done
