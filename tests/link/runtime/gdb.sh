#!/usr/bin/env bash
# The image brings commands for gdb that list goroutines and show the stack of each, without debug
# information; a stripped image brings none.
. "$SRC/tests/lib/common.sh"
need g++ gdb
include=$("$GOLD_GO" runtime include-dir)
cxx main -std=c++20 -O1 -fPIE -I"$include" <<'S'
#include <go/go.hpp>
#include <csignal>
#include <cstdio>
#include <unistd.h>
extern "C" [[gnu::noinline]] int waits_for_a_number(const go::chan<int> &c) { return c.recv().value_or(1) + 1; }
extern "C" [[gnu::noinline]] void stop_here() { asm volatile(""); }
int main() {
  go::chan<int> c;
  go::go([c] { go_set_name("the one that waits"); std::printf("%d\n", waits_for_a_number(c)); std::fflush(stdout); });
  go::go([] { go::sleep_for(std::chrono::hours(1)); });
  go::sleep_for(std::chrono::milliseconds(20));
  stop_here();
  c.send(41);
  go::sleep_for(std::chrono::milliseconds(50));
}
S
cat > commands <<'G'
set debuginfod enabled off
set pagination off
break stop_here
run
info goroutines
goroutine 2 bt
goroutine 1 bt
python
try:
  gdb.execute("goroutine 99 bt")
except gdb.error as e:
  print(e)
end
continue
G
for kind in --pie --static; do
  "$GOLD_GO" link main.o -o app $kind --gc-sections
  timeout 100 gdb -nx -batch -iex "set auto-load safe-path /" -x commands ./app > out 2>&1 || true
  grep -qi "ptrace: operation not permitted" out && skip "gdb may not trace programs here"
  has '^ +1 +running .*on thread' out
  has '^ +2 +chan receive +"the one that waits" created by main' out
  has '^ +3 +sleep .*created by main' out
  has 'waits_for_a_number' out
  has '^#[0-9]+ .* (in )?main \(\)' out
  has '^#[0-9]+ .* go_rt_start' out
  has 'no goroutine 99' out
  has '^42$' out # the program goes on as if nothing had been
  has 'exited normally' out
done

# In a core file, too: of a process that ended badly, with the goroutines where they were.
cxx dies -std=c++20 -O1 -fPIE -I"$include" <<'S'
#include <go/go.hpp>
#include <cstdlib>
extern "C" [[gnu::noinline]] int waits_for_a_number(const go::chan<int> &c) { return c.recv().value_or(1) + 1; }
extern "C" [[gnu::noinline]] void gives_up() { std::abort(); }
int main() {
  go::chan<int> c;
  go::go([c] { go_set_name("the one that waits"); waits_for_a_number(c); });
  go::sleep_for(std::chrono::milliseconds(20));
  gives_up();
}
S
cat > in-core <<'G'
set debuginfod enabled off
set pagination off
info goroutines
goroutine 2 bt
goroutine 2 frame
goroutine 1 bt
bt
G
for kind in --pie --static; do
  "$GOLD_GO" link dies.o -o app $kind --gc-sections
  (ulimit -c unlimited && exec ./app) > out 2>&1 || true
  core=$(find . -name 'core*' -type f)
  [ -n "$core" ] || break # the system keeps them elsewhere, or nowhere
  timeout 100 gdb -nx -batch -iex "set auto-load safe-path /" -x in-core ./app "$core" > out 2>&1 || true
  has '^ +1 +running .*on thread' out
  has '^ +2 +chan receive +"the one that waits" created by main' out
  has '^#[2-9] .*waits_for_a_number' out
  has '^#[0-9]+ .* go_rt_start' out
  has '^#1 ' out
  has '^#[0-9]+ .*gives_up' out
  [ "$(grep -c waits_for_a_number out)" = 1 ] || fail "goroutine 2's frames are shown outside of its command"
  lacks 'Error|error' out
  rm "$core"
done
[ -n "$core" ] || echo "no core file was written here: core_pattern is $(cat /proc/sys/kernel/core_pattern)"
"$GOLD_GO" link main.o -o app --strip
readelf -SW app > sections
lacks 'debug_gdb_scripts' sections
run 42 ./app
