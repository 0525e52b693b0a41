#!/usr/bin/env bash
# A dylib by rpath: functions, data and thread-local variables across images, weak definitions of which one
# wins for all, a weak import that is missing, a re-exported library.
. "$SRC/tests/lib/common.sh"
. "$SRC/tests/link/macho/lib.sh"
for arch in x86_64 arm64; do
  for chains in -fixup_chains -no_fixup_chains; do
    rm -rf lib && mkdir lib
    mc "$arch" low <<'S'
int low(void) { return 1; }
S
    ld64 "$arch" $chains -dylib low.o -lSystem -o lib/liblow.dylib -install_name @rpath/liblow.dylib
    mc "$arch" mid <<'S'
int data = 10;
int *pointer = &data;
__thread int local = 20;
__attribute__((weak)) int both(void) { return 100; }
int call_both(void) { return both(); }
int (*address_of_both(void))(void) { return both; }
static int hidden_value = 7;
int hidden(void) { return hidden_value; }
S
    ld64 "$arch" $chains -dylib mid.o -reexport_library lib/liblow.dylib -lSystem -o lib/libmid.dylib \
      -install_name @rpath/libmid.dylib -rpath @loader_path -unexported_symbol _hidden
    mc "$arch" main <<'S'
int printf(const char *, ...);
extern int data, *pointer;
extern __thread int local;
int low(void), call_both(void), (*address_of_both(void))(void);
__attribute__((weak)) int both(void) { return 200; }
extern int missing(void) __attribute__((weak_import));
int *second = &data + 1;
int main(void) {
  local += 1;
  *pointer += 1;
  printf("%d %d %d %d %d %d %d %d\n", low(), data, local, both(), call_both(), address_of_both() == both,
         missing != 0, second == &data + 1);
  return 0;
}
S
    sed 's/_hidden/_x/' > withmissing.tbd <<T
--- !tapi-tbd
tbd-version: 4
targets: [ x86_64-macos, arm64-macos ]
install-name: '@rpath/libother.dylib'
exports:
  - targets: [ x86_64-macos, arm64-macos ]
    symbols: [ _missing ]
...
T
    ld64 "$arch" $chains main.o lib/libmid.dylib withmissing.tbd -lSystem -o app -rpath @executable_path/lib
    expect_run "$arch" 0 "1 11 21 200 200 1 0 1" ./app
    check_macho lib/libmid.dylib lib/liblow.dylib
    llvm-objdump-19 --macho --dylibs-used app > out
    has 'libother.dylib \(.*weak\)' out
    llvm-objdump-19 --macho --exports-trie lib/libmid.dylib > out
    has '_both \[weak_def\]' out
    lacks '_hidden$' out
  done
done
