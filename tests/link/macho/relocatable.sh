#!/usr/bin/env bash
# -r: objects made one, which is linked again, by gold-go and by ld64.lld, with what the parts give: literals,
# thread-local and tentative definitions, weak ones of which one survives, private ones, unwind information.
. "$SRC/tests/lib/common.sh"
. "$SRC/tests/link/macho/lib.sh"
need clang++-19 ld64.lld-19
cat > libSystem.tbd <<'S'
--- !tapi-tbd
tbd-version: 4
targets: [ x86_64-macos, arm64-macos ]
install-name: '/usr/lib/libSystem.B.dylib'
exports:
  - targets: [ x86_64-macos, arm64-macos ]
    symbols: [ _printf, dyld_stub_binder, __tlv_bootstrap, ___gxx_personality_v0, __Unwind_Resume, ___cxa_begin_catch,
               ___cxa_end_catch, __ZTIi, __ZTIc ]
...
S
for arch in x86_64 arm64; do
  mc "$arch" a -fcommon <<'S'
int printf(const char *, ...);
int b(int), zeros[100], zeros_b(void), common, *pointer_b(void), pick(int);
extern __thread int tls_b;
static __thread int tls_a = 3, tls_zero;
static const char *texts[] = { "one", "two" };
static int helper(int x) { return x + 1; }
static int (*table[])(int) = { helper, b };
__attribute__((weak)) int both(void) { return 7; }
__attribute__((visibility("hidden"))) int hidden = 11;
double d(double x) { return x * 1.25; }
int dead(void) { return 99; }
__attribute__((constructor)) static void early(void) { common += 5; }
int main(void) {
  tls_a += tls_zero;
  printf("%s %s %d %d %d %d %d %d %d %d %d %g\n", texts[0], texts[1], table[0](1), table[1](2), both(), hidden, tls_a, tls_b,
         common, *pointer_b() + zeros[3], zeros_b(), d(2) + pick(3));
  return 0;
}
S
  mc "$arch" b -fcommon <<'S'
int printf(const char *, ...);
extern int zeros[], hidden;
int common;
__thread int tls_b = 4;
static int value = 21;
static const char text[] = "two";
int *pointer_b(void) { return &value; }
__attribute__((weak)) int both(void) { return 8; }
int zeros_b(void) { return zeros[2] + hidden + both(); }
int b(int x) { return x * 10 + (text[0] == 't'); }
double e(void) { return 1.25; }
int pick(int x) { switch (x) { case 0: return 5; case 1: return 9; case 2: return b(1); case 3: return 40; case 4: return b(7); } return 0; }
S
  cat > c.cc <<'S'
int may_throw(int);
extern "C" int c1(int x) { try { return may_throw(x); } catch (int e) { return 5; } }
extern "C" int c2(int x) { try { return may_throw(x); } catch (char e) { return 6; } }
inline int shared(int x) { try { return may_throw(x); } catch (...) { return x; } }
int c3(int x) { return shared(x); }
S
  clang++-19 -target "$arch-apple-macos13" -O1 -c c.cc -o c.o
  clang++-19 -target "$arch-apple-macos13" -O1 -c -x c++ - -o t.o <<< 'int may_throw(int x) { return x; }
    inline int shared(int x) { try { return may_throw(x); } catch (...) { return x; } } int t3(int x) { return shared(x); }'
  masm "$arch" opt <<< '        .linker_option "-lm"
        .linker_option "-framework", "Missing"'
  # Functions that only records of __eh_frame describe, with and without a personality.
  cp a.o parts.o
  masm "$arch" odd <<'S'
        .text
        .globl  _odd, _odder
        .p2align 2
_odd:   .cfi_startproc
        nop
        .cfi_escape 0x16, 0x0c, 0x02, 0x77, 0x10
        nop
        .cfi_endproc
        .p2align 2
_odder: .cfi_startproc
        .cfi_personality 155, ___gxx_personality_v0
        nop
        .cfi_escape 0x16, 0x0c, 0x02, 0x77, 0x18
        nop
        .cfi_endproc
        .subsections_via_symbols
S
  parts="a.o b.o c.o t.o odd.o"
  # shellcheck disable=SC2086
  {
    ld64 "$arch" $parts libSystem.tbd -o direct
    ld64 "$arch" -r $parts opt.o -o ab.o
    ld64 "$arch" -r a.o b.o -o half.o
  }
  ld64 "$arch" -r half.o c.o t.o odd.o -o twice.o
  expected="one two 2 21 7 11 3 4 5 21 18 42.5"
  expect_run "$arch" 0 "$expected" ./direct
  python3 "$SRC/tests/lib/macho_unwind.py" direct | sort > direct.unwind
  # shellcheck disable=SC2086
  ld64.lld-19 -arch "$arch" -platform_version macos 13.0 13.3 $parts libSystem.tbd -o lld
  python3 "$SRC/tests/lib/macho_unwind.py" lld | sort > lld-direct.unwind
  for o in ab twice; do
    for strip in "" -dead_strip; do
      # shellcheck disable=SC2086
      ld64 "$arch" $o.o libSystem.tbd -o app $strip -u _c1 -u _c2 -u _odd -u _odder
      expect_run "$arch" 0 "$expected" ./app
      ld64.lld-19 -arch "$arch" -platform_version macos 13.0 13.3 $o.o libSystem.tbd -o lld $strip 2> lld.err || fail "ld64.lld: $(cat lld.err)"
    done
    lacks ' _dead$' <(llvm-nm-19 app)
    ld64 "$arch" $o.o libSystem.tbd -o app
    python3 "$SRC/tests/lib/macho_unwind.py" app | sort > app.unwind
    diff direct.unwind app.unwind || fail "functions are unwound in another way ($arch $o)"
    ld64.lld-19 -arch "$arch" -platform_version macos 13.0 13.3 $o.o libSystem.tbd -o lld
    python3 "$SRC/tests/lib/macho_unwind.py" lld | sort > lld.unwind
    diff lld-direct.unwind lld.unwind || fail "functions are unwound in another way by ld64.lld ($arch $o)"
    llvm-nm-19 $o.o > names
    [ "$(grep -c ' _both$' names)" = 1 ] || fail "two weak definitions"
    has ' [sd] _hidden$' names
    has ' C _common$' names
    has ' U _printf$' names
  done
  llvm-objdump-19 --macho --private-headers ab.o > out
  [ "$(grep -c LC_LINKER_OPTION out)" = 2 ] || fail "linker options are lost"
  ld64 "$arch" -r a.o b.o -o keep.o -keep_private_externs
  has '\(__DATA,__data\) private external _hidden' <(llvm-nm-19 -m keep.o)
  # The same bytes with any number of threads; a broken reference is reported.
  ld64 "$arch" -r a.o b.o -o one.o --threads=1
  ld64 "$arch" -r a.o b.o -o two.o --threads=8 --parallel-from=0
  same one.o two.o
  for option in -x -s -dead_strip "-exported_symbol _b" "-alias _b _c"; do
    # shellcheck disable=SC2086
    fails_with 'not supported yet with -r' ld64 "$arch" -r a.o b.o -o x.o $option
  done
done
