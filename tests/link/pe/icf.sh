#!/usr/bin/env bash
# --icf: equal functions with equal unwind information are one, and so is their unwind information. "safe" leaves
# alone those whose addresses are compared: what clang's table says, or, without one, all that is not only called.
. "$SRC/tests/link/pe/lib.sh"
need clang-19 clang++-19
at() { $MINGW-nm "$1" | awk -v s="$2" '$NF == s { print $1 }'; }
one() { [ "$(at "$1" "$2")" = "$(at "$1" "$3")" ] && [ -n "$(at "$1" "$2")" ] || fail "$2 and $3 are not one in $1 ($who $mode)"; }
two() { [ "$(at "$1" "$2")" != "$(at "$1" "$3")" ] || fail "$2 and $3 are one in $1 ($who $mode)"; }
functions() { llvm-readobj-19 --unwind "$1" | grep -c 'RuntimeFunction {'; }
cat > a.c <<'S'
#include <stdio.h>
int ext(int);
#define F(name, n) __attribute__((noinline)) int name(int a) { return ext(a) * n; }
F(f, 3) F(g, 3) F(k, 4) F(same, 3)
__attribute__((noinline)) int big(int a) { volatile char room[200]; room[a] = 1; return ext(a) * 3; }
__attribute__((noinline)) int rec_a(int a);
__attribute__((noinline)) int rec_b(int a) { return a > 9 ? a : ext(rec_a(a + 1)) + 1; }
__attribute__((noinline)) int rec_a(int a) { return a > 9 ? a : ext(rec_b(a + 1)) + 1; }
__attribute__((noinline)) int compared(int a) { return ext(a) * 3; }
int (*volatile pointer)(int) = compared;
int main(int c, char **v) {
  printf("%d %d %d\n", f(c) + g(c) + k(c) + big(c), rec_a(1) == rec_b(1), pointer == same);
  return 0;
}
S
echo '#include <windows.h>
int ext(int x) { void *frames[8]; return RtlCaptureStackBackTrace(0, 8, frames, 0) >= 2 ? x + 1 : 100; }' > b.c
for who in gcc clang; do
  build=mingw
  [ $who = clang ] && build=win_clang
  flags="gcc -fno-ipa-icf"
  [ $who = clang ] && flags=
  for mode in none safe all; do
    # shellcheck disable=SC2086
    $build $flags -O2 -ffunction-sections a.c b.c -o $mode.exe -Wl,--icf=$mode,--gc-sections,--print-icf-sections > notes 2>&1
    two $mode.exe f k
    two $mode.exe f big
    [ $mode = none ] && two $mode.exe f g
    [ $mode = none ] || { one $mode.exe f g; one $mode.exe rec_a rec_b; has 'folding identical section .*\(\.xdata' notes; }
    [ $mode = all ] || { two $mode.exe same compared; wine_run "26 1 0" $mode.exe; }
    [ $mode != all ] || { one $mode.exe same compared; wine_run "26 1 1" $mode.exe; }
    checked $mode.exe
  done
  [ "$(functions all.exe)" -lt "$(functions none.exe)" ] || fail "entries of folded functions are still in .pdata"
done
# Without the table of addresses.
who=clang-without-table mode=safe
win_clang -O2 -fno-addrsig -ffunction-sections a.c b.c -o safe.exe -Wl,--icf=safe
one safe.exe f g
two safe.exe same compared
wine_run "26 1 0" safe.exe

# Exceptions: equal code with equal and with different handlers.
cat > e.cc <<'S'
#include <cstdio>
__attribute__((noinline)) void may_throw(int x) { if (x == 1) throw 7; if (x == 2) throw 'c'; }
extern "C" {
__attribute__((noinline)) int e1(int x) { try { may_throw(x); } catch (int) { return 5; } return 1; }
__attribute__((noinline)) int e2(int x) { try { may_throw(x); } catch (int) { return 5; } return 1; }
__attribute__((noinline)) int e3(int x) { try { may_throw(x); } catch (char) { return 5; } return 1; }
}
int main() {
  int n = 0;
  try { n = e3(1); } catch (int i) { n = i; }
  std::printf("%d %d %d %d\n", e1(1), e2(1), e3(2), n);
}
S
who=gcc mode=exceptions
mingw g++ -O2 -fno-ipa-icf -ffunction-sections e.cc -o e.exe -static -Wl,--icf=all,--gc-sections
one e.exe e1 e2
two e.exe e1 e3
wine_run "5 5 5 7" e.exe
