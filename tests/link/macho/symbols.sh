#!/usr/bin/env bash
# Tentative definitions, private externs, aliases, boundary symbols, lists of exports, what -x, -s and -S leave.
. "$SRC/tests/lib/common.sh"
. "$SRC/tests/link/macho/lib.sh"
for arch in x86_64 arm64; do
  mc "$arch" a -fcommon <<'S'
int shared;
char big[100];
__attribute__((visibility("hidden"))) int inner = 2;
int *get(void) { return &shared; }
__attribute__((weak)) int pick(void) { return 1; }
int weak_user(void) { return pick(); }
S
  mc "$arch" b -fcommon <<'S'
int shared;
char big[4000];
extern int inner, *get(void);
int pick(void) { return 2; }
int weak_user(void);
int renamed(void);
int first(void) { return 9; }
static int only_here(void) { return 5; }
extern char begin[] __asm("section$start$__DATA$__list"), end[] __asm("section$end$__DATA$__list");
__attribute__((section("__DATA,__list"), used)) static int list[3] = {1, 2, 3};
extern const char __dso_handle;
int (*volatile fn)(void) = only_here;
int main(void) {
  big[3999] = 1;
  shared = 1;
  return *get() + inner + weak_user() + renamed() + (int)(end - begin) + (fn() == 5) + (__dso_handle != 0);
}
S
  ld64 "$arch" a.o b.o -lSystem -o app -alias _first _renamed
  expect_run "$arch" 28 "" ./app
  llvm-nm-19 -m app > out
  has '\(__DATA,__common\) external _big' out
  has 'non-external \(was a private external\) _inner' out
  has 'non-external _only_here' out
  has 'external _renamed' out
  ld64 "$arch" a.o b.o -lSystem -o app -alias _first _renamed -x
  llvm-nm-19 -m app > out
  lacks _only_here out
  has 'external _first' out
  ld64 "$arch" a.o b.o -lSystem -o app -alias _first _renamed -s
  expect_run "$arch" 28 "" ./app
  llvm-nm-19 -m app > out
  lacks _first out
  printf '# what is for others\n_g*\n_main\n' > list
  ld64 "$arch" a.o b.o -lSystem -o app -alias _first _renamed -exported_symbols_list list
  llvm-objdump-19 --macho --exports-trie app > out
  has _get out
  lacks _weak_user out
  expect_run "$arch" 28 "" ./app
done
