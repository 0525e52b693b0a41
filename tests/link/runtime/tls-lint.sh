#!/usr/bin/env bash
# Code that keeps the address of a thread-local variable across a switch is reported, if the runtime can be
# reached from it, in both ways to ask for the address; with the remedy that is offered nothing is said.
. "$SRC/tests/lib/common.sh"
need gcc
include=$("$GOLD_GO" runtime include-dir)
cat > main.c <<'C'
#include <go/go.h>
extern int per_thread(void), quiet(void);
void switches(void) { go_yield(); }
int main(void) { return per_thread() + quiet(); }
C
gcc -O2 -c -fPIE -I"$include" main.c
cat > tls.c <<'C'
__thread int counter;
extern void switches(void);
int per_thread(void) { counter++; switches(); return --counter; }
C
cat > quiet.c <<'C'
__thread int unrelated;
int quiet(void) { return unrelated; }
C
check() { # CC LINK...
  local cc=$1 d
  shift
  "$cc" -O2 -c -fPIE -I"$include" main.c
  "$cc" -O2 -c -fPIC quiet.c
  for d in $dialects; do
    "$cc" -O2 -c -fPIC "$d" tls.c
    "$@" main.o tls.o quiet.o -o app 2> err
    has 'warning: tls.o:\(.text\+0x[0-9a-f]+\): .*the thread-local variable counter, ' err
    has '>>> compile it with -fPIE or -ftls-model=initial-exec' err
    lacks '(quiet|main)\.o' err
    fails_with 'error: tls.o:' "$@" main.o tls.o quiet.o -o app --go-tls=error
    "$@" main.o tls.o quiet.o -o app --go-tls=ignore 2> err
    lacks . err
  done
  for flag in -fPIE "-fPIC -ftls-model=initial-exec"; do
    # shellcheck disable=SC2086
    "$cc" -O2 -c $flag tls.c
    "$@" main.o tls.o quiet.o -o app --fatal-warnings
  done
  # A program without goroutines may do as it likes.
  sed 's/go_yield();//; s/#include.*//' main.c > plain.c
  "$cc" -O2 -c -fPIC plain.c tls.c quiet.c
  "$@" plain.o tls.o quiet.o -o app --fatal-warnings
}
dialects="-mtls-dialect=gnu -mtls-dialect=gnu2"
[ "$(uname -m)" = x86_64 ] || dialects="-mtls-dialect=desc -mtls-dialect=trad"
check gcc "$GOLD_GO" link
check gcc "$GOLD_GO" link --static
if [ "$(uname -m)" = x86_64 ] && command -v aarch64-linux-gnu-gcc > /dev/null; then
  dialects="-mtls-dialect=desc -mtls-dialect=trad"
  check aarch64-linux-gnu-gcc "$GOLD_GO" link
fi
