#!/usr/bin/env bash
# --icf: equal functions are one, subsection by subsection. Functions that are unwound in other ways or whose
# handlers differ stay apart; "safe" leaves alone those whose addresses are compared, as clang's table says, or,
# without one, those that are not only called.
. "$SRC/tests/lib/common.sh"
. "$SRC/tests/link/macho/lib.sh"
need clang++-19
# at IMAGE SYMBOL...: the addresses, in one line.
at() {
  local image=$1 s
  shift
  for s; do llvm-nm-19 "$image" | awk -v s="$s" '$NF == s { printf "%s ", $1 }'; done
}
one() { [ "$(at "$1" "$2")" = "$(at "$1" "$3")" ] && [ -n "$(at "$1" "$2")" ] || fail "$2 and $3 are not one in $1 ($arch $mode)"; }
two() { [ "$(at "$1" "$2")" != "$(at "$1" "$3")" ] || fail "$2 and $3 are one in $1 ($arch $mode)"; }
for arch in x86_64 arm64; do
  mc "$arch" ext <<< 'int ext(int x) { return x + 1; } __attribute__((used)) static void last(void) {}'
  cat > main.c <<'S'
int ext(int);
#define F(name, n) __attribute__((noinline)) int name(int a) { return ext(a) * n; }
F(f, 3) F(g, 3) F(h, 3) F(k, 4) F(same, 3)
__attribute__((noinline)) int rec_a(int a); 
__attribute__((noinline)) int rec_b(int a) { return a > 9 ? a : ext(rec_a(a + 1)) + 1; }
__attribute__((noinline)) int rec_a(int a) { return a > 9 ? a : ext(rec_b(a + 1)) + 1; }
__attribute__((noinline)) int compared(int a) { return ext(a) * 3; }
int (*volatile pointer)(int) = compared;
int main(int c, char **v) {
  return f(c) + g(c) + h(c) + k(c) == 26 && rec_a(1) == rec_b(1) && pointer(c) == 6 ? pointer == same : 9;
}
__attribute__((used)) static void last(void) {}
S
  for mode in none safe-table safe-calls all; do
    table=-fno-addrsig
    [ $mode = safe-table ] && table=-faddrsig
    clang-19 -target "$arch-apple-macos13" -O1 $table -c main.c
    ld64 "$arch" main.o ext.o -lSystem -o app -dead_strip --icf="${mode%-*}" -verbose_deduplicate > notes 2>&1
    lacks addrsig <(llvm-objdump-19 --macho --private-headers app)
    two app _f _k
    case $mode in
      none) two app _f _g; expect_run "$arch" 0 "" ./app ;;
      safe*)
        one app _f _g; one app _f _h; one app _rec_a _rec_b
        two app _same _compared
        expect_run "$arch" 0 "" ./app
        ;;
      all)
        one app _f _g; one app _same _compared
        expect_run "$arch" 1 "" ./app
        has 'folding identical section main.o:\(__TEXT,__text\) into main.o' notes
        ;;
    esac
  done
  ld64 "$arch" main.o ext.o -lSystem -o app --icf=all -no_deduplicate
  two app _f _g

  # Weak definitions of which another file's copy lost: references to these mean the winner's leader.
  mc "$arch" w1 <<< 'int ext(int); __attribute__((weak, noinline)) int w(int a) { return ext(a) * 3; } int use1(int a) { return w(a) + 1; } __attribute__((used)) static void last(void) {}'
  mc "$arch" w2 <<< 'int ext(int); __attribute__((weak, noinline)) int w(int a) { return ext(a) * 3; } int use2(int a) { return w(a) + 1; } __attribute__((used)) static void last(void) {}'
  mc "$arch" wm <<< 'int ext(int), use1(int), use2(int); __attribute__((noinline)) int first(int a) { return ext(a) * 3; } int main(int c, char **v) { return first(c) + use1(c) + use2(c); } __attribute__((used)) static void last(void) {}'
  mode=weak
  ld64 "$arch" wm.o w1.o w2.o ext.o -lSystem -o app --icf=all
  one app _use1 _use2
  one app _first _w
  expect_run "$arch" 20 "" ./app

  # Exceptions: equal code, equal and different handlers.
  cat > cxx.tbd <<'S'
--- !tapi-tbd
tbd-version: 4
targets: [ x86_64-macos, arm64-macos ]
install-name: '/usr/lib/libc++.1.dylib'
exports:
  - targets: [ x86_64-macos, arm64-macos ]
    symbols: [ ___cxa_begin_catch, ___cxa_end_catch, ___gxx_personality_v0, __ZTIi, __ZTIc, __ZSt9terminatev, __Unwind_Resume ]
...
S
  cat > e.cc <<'S'
void may_throw(int);
extern "C" {
int e1(int x) { try { may_throw(x); } catch (int e) { return 5; } return 1; }
int e2(int x) { try { may_throw(x); } catch (int e) { return 5; } return 1; }
int e3(int x) { try { may_throw(x); } catch (char e) { return 5; } return 1; }
int n1(int x) noexcept { may_throw(x); return 1; }
int n2(int x) { may_throw(x); return 1; }
}
int main() { return e1(1) + e2(2) + e3(3) + n1(4) + n2(5); }
S
  clang++-19 -target "$arch-apple-macos13" -O1 -c e.cc -o e.o
  clang++-19 -target "$arch-apple-macos13" -O1 -c -x c++ - -o t.o <<< 'void may_throw(int) {}'
  mode=exceptions
  ld64 "$arch" e.o t.o cxx.tbd -lSystem -o app --icf=all
  check_macho app
  one app _e1 _e2
  two app _e1 _e3
  two app _n1 _n2
  python3 "$SRC/tests/lib/macho_unwind.py" app > unwind
  [ "$(grep -c ' personality lsda' unwind)" -ge 3 ] || fail "handlers are missing: $(cat unwind)"

  # The same code, saved registers at other places: no compact encoding is equal.
  mode=unwind
  masm "$arch" u <<S
        .text
        .globl _u1, _u2, _u3
        .p2align 4
_u1:    .cfi_startproc
        nop
        .cfi_def_cfa_offset 32
        nop
        .cfi_endproc
        .p2align 4
_u2:    .cfi_startproc
        nop
        .cfi_def_cfa_offset 48
        nop
        .cfi_endproc
        .p2align 4
_u3:    .cfi_startproc
        nop
        .cfi_def_cfa_offset 32
        nop
        .cfi_endproc
        .p2align 4
_u4:    nop
        .subsections_via_symbols
S
  ld64 "$arch" -dylib u.o -lSystem -o u.dylib --icf=all
  two u.dylib _u1 _u2
  check_macho u.dylib
done
