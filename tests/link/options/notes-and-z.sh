#!/usr/bin/env bash
# --package-metadata with its escapes; -z x86-64-v3; -z dead-reloc-in-nonalloc; --use-android-relr-tags;
# -z start-stop-gc; --gc-keep-exported.
. "$SRC/tests/lib/common.sh"
c start -fPIC <<< 'static int x; int *p = &x; void _start(void) {}'
"$GOLD_GO" ld -o app start.o --package-metadata='{"type":"deb","name":"a b"}'
readelf -nW app > notes
has '"name":"a b"' notes
for text in '%7B%22type%22%3A%22deb%22%7D' '%[lbrace]%[quot]type%[quot]:%[quot]deb%[quot]%[rbrace]'; do
  "$GOLD_GO" ld -o app start.o --package-metadata="$text"
  readelf -nW app > notes
  has '\{"type":"deb"\}' notes
done

if [ "$(uname -m)" = x86_64 ]; then
  for level in baseline v2 v3 v4; do
    for f in app gnu; do
      if [ $f = app ]; then "$GOLD_GO" ld -o app start.o -z x86-64-$level; else ld -o gnu start.o -z x86-64-$level; fi
      readelf -nW $f | grep -o 'x86 ISA needed:.*' > $f.isa
    done
    diff -u gnu.isa app.isa || fail "x86-64-$level is another than with GNU ld"
  done
fi

"$GOLD_GO" ld -pie -o app start.o --pack-dyn-relocs=relr --use-android-relr-tags
readelf -dW app > dynamic
has '0x0*6fffe000 ' dynamic
has '0x0*6fffe001 ' dynamic
has '0x0*6fffe003 ' dynamic
lacks '\(RELR' dynamic

c dead -g -ffunction-sections -fno-pic <<< 'void dead(void) {} void _start(void) {}'
"$GOLD_GO" ld --gc-sections -o app dead.o -z dead-reloc-in-nonalloc='.debug_*'=0xabcdef
objdump -s -j .debug_info app > info
has 'efcdab' info
"$GOLD_GO" ld --gc-sections -o app dead.o
objdump -s -j .debug_info app > info
lacks 'efcdab' info

c named -fno-pic <<< '__attribute__((section("things"), used)) int thing = 1; extern int __start_things[] __attribute__((weak)); void *volatile v; void _start(void) { v = __start_things; }'
"$GOLD_GO" ld --gc-sections -o app named.o
nm app > names
has ' thing$' names
"$GOLD_GO" ld --gc-sections -z start-stop-gc -o app named.o
nm app > names
lacks ' thing$' names

c exported -ffunction-sections -fno-pic <<< 'void visible(void) {} __attribute__((visibility("hidden"))) void hidden(void) {} static void local(void) {} void (*volatile p)(void); void unused(void) { p = local; } void _start(void) {}'
"$GOLD_GO" ld --gc-sections -o app exported.o
nm app > names
lacks 'visible' names
"$GOLD_GO" ld --gc-sections --gc-keep-exported -o app exported.o
nm app > names
has ' T visible$' names
lacks 'hidden' names
