#!/usr/bin/env bash
# A link that is interrupted while it writes leaves nothing behind; an input that is cut short while it is
# mapped is named. Both end with exit code 1. A library put before libc makes them happen at the same place
# each time: when room for the output is asked for.
. "$SRC/tests/lib/common.sh"
cat > at_fallocate.c <<'C'
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
static int hook(void) {
  const char *cut = getenv("CUT"), *reached = getenv("REACHED");
  if (cut) {
    if (truncate(cut, 0) != 0)
      abort();
    return 0;
  }
  close(open(reached, O_CREAT | O_WRONLY, 0666));
  for (;;)
    pause();
}
int fallocate(int fd, int mode, off_t offset, off_t size) { return hook(); }
int fallocate64(int fd, int mode, off64_t offset, off64_t size) { return hook(); }
C
gcc -shared -fPIC -o at_fallocate.so at_fallocate.c
c main <<< 'int main(void) { return 0; }'
c data <<< 'int filler[65536] = {1};'
mkdir out
echo previous > out/app
export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=0}:verify_asan_link_order=0
for signal in INT TERM HUP; do
  rm -f reached
  # From a script, what runs in the background ignores SIGINT; env gives it back.
  REACHED=$WORK/reached LD_PRELOAD=$WORK/at_fallocate.so \
    env --default-signal=INT "$GOLD_GO" ld -e main -o out/app main.o data.o &
  linker=$!
  for _ in $(seq 300); do
    [ ! -e reached ] || break
    sleep 0.1
  done
  [ -e reached ] || fail "the output was not opened in 30 s"
  run "out/app out/app.tmp$linker" echo out/*
  kill -s "$signal" "$linker"
  status=0
  wait "$linker" || status=$?
  [ "$status" = 1 ] || fail "after SIG$signal the exit code is $status"
  run app ls out
  run previous cat out/app
done

cut_link() { CUT=$WORK/data.o LD_PRELOAD=$WORK/at_fallocate.so "$GOLD_GO" ld -e main -o out/app main.o data.o; }
fails_with 'data\.o: file was truncated while it was being read' cut_link
run app ls out
run previous cat out/app
