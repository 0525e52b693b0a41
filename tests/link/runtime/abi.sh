#!/usr/bin/env bash
# Headers and archive of different versions don't link, and the message says so: also when the code that
# refers to the version is collected.
. "$SRC/tests/lib/common.sh"
need gcc
include=$("$GOLD_GO" runtime include-dir)
cp -r "$include/go" go
chmod -R u+w go
sed -i 's/go_rt_abi_1/go_rt_abi_2/' go/go.h
c old -I"$include" -ffunction-sections -fdata-sections <<'C'
#include <go/go.h>
int main(void) { go_yield(); return 0; }
C
c new -I. -ffunction-sections -fdata-sections <<'C'
#include <go/go.h>
int unused(void) { go_yield(); return 0; }
C
for gc in --no-gc-sections --gc-sections; do
  fails_with 'new.o: go_rt_abi_2 is not defined: .*headers of another version of the goroutine runtime' \
    "$GOLD_GO" link old.o new.o -o app $gc
  has 'the embedded goroutine runtime, which has ABI 1' .out
  has 'gold-go runtime include-dir' .out
done
"$GOLD_GO" runtime extract rt
fails_with "libgo_rt.a, which has ABI 1" "$GOLD_GO" link old.o new.o -o app \
  --go-runtime="rt/lib/$(uname -m)-linux/libgo_rt.a"

# The image says which runtime it has, also when sections are collected and the symbols are gone.
"$GOLD_GO" link old.o -o app --gc-sections --strip
readelf -nW app > notes
has 'go +0x' notes
readelf -p .note.go-rt app > text
has 'abi=1 ' text
