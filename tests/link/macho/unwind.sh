#!/usr/bin/env bash
# Unwind information of C++: each function is unwound as in ld64.lld's image, by compact encoding or by
# its record in __eh_frame, with the same personality and LSDA.
. "$SRC/tests/lib/common.sh"
. "$SRC/tests/link/macho/lib.sh"
need ld64.lld-19 clang++-19
cat > cxx.tbd <<'S'
--- !tapi-tbd
tbd-version: 4
targets: [ x86_64-macos, arm64-macos ]
install-name: '/usr/lib/libc++.1.dylib'
exports:
  - targets: [ x86_64-macos, arm64-macos ]
    symbols: [ ___cxa_begin_catch, ___cxa_end_catch, ___cxa_throw, ___cxa_allocate_exception, ___gxx_personality_v0,
               __ZTIi, __ZSt9terminatev, __Unwind_Resume, ___stack_chk_fail, ___stack_chk_guard ]
...
S
cat > a.cc <<'S'
struct D { ~D(); int x; };
void may_throw(int);
inline int twice(int x) { D d; may_throw(x); return d.x; }
int outer(int x) { try { D d; may_throw(x); return twice(x); } catch (int e) { return e; } catch (...) { return -1; } }
int leaf(int x) { return x + 1; }
int big(int n) { volatile char buf[70000]; buf[n] = 1; may_throw(n); return buf[n]; }
int vla(int n) { volatile char buf[n]; buf[0] = 1; may_throw(n); return buf[0]; }
int main() { return outer(1) + leaf(2) + big(3) + vla(4); }
S
cat > b.cc <<'S'
struct D { ~D(); int x; };
D::~D() {}
void may_throw(int x) { if (x > 100) throw x; }
inline int twice(int x) { D d; may_throw(x); return d.x; }
int second(int x) { return twice(x); }
S
# Two functions that only DWARF can describe; the second has an LSDA's CIE beside the first's.
masm x86_64 c.x86_64 <<'S'
        .section __TEXT,__text,regular,pure_instructions
        .globl  _odd
_odd:   .cfi_startproc
        pushq   %rbp
        .cfi_def_cfa_offset 16
        .cfi_offset %rbp, -16
        .cfi_escape 0x16, 0x0c, 0x02, 0x77, 0x10
        popq    %rbp
        retq
        .cfi_endproc
        .globl  _dead
_dead:  .cfi_startproc
        .cfi_escape 0x16, 0x0c, 0x02, 0x77, 0x10
        retq
        .cfi_endproc
        .subsections_via_symbols
S
masm arm64 c.arm64 <<'S'
        .section __TEXT,__text,regular,pure_instructions
        .globl  _odd
        .p2align 2
_odd:   .cfi_startproc
        sub     sp, sp, #32
        .cfi_def_cfa_offset 32
        .cfi_escape 0x16, 0x0c, 0x02, 0x77, 0x10
        add     sp, sp, #32
        ret
        .cfi_endproc
        .globl  _dead
        .p2align 2
_dead:  .cfi_startproc
        .cfi_escape 0x16, 0x0c, 0x02, 0x77, 0x10
        ret
        .cfi_endproc
        .subsections_via_symbols
S
for arch in x86_64 arm64; do
  for f in a b; do
    clang++-19 -target "$arch-apple-macos13" -O1 -c $f.cc -o $f.o
  done
  for strip in "" "-dead_strip -u _odd"; do
    # shellcheck disable=SC2086
    {
      ld64 "$arch" a.o b.o "c.$arch.o" cxx.tbd -lSystem -o ours $strip
      ld64.lld-19 -arch "$arch" -platform_version macos 13.0 13.3 a.o b.o "c.$arch.o" cxx.tbd -o theirs $strip
    }
    check_macho ours
    python3 "$SRC/tests/lib/macho_unwind.py" ours > ours.txt
    python3 "$SRC/tests/lib/macho_unwind.py" theirs > theirs.txt
    diff theirs.txt ours.txt || fail "functions are unwound in another way than by ld64.lld ($arch $strip)"
    has '^_odd dwarf .* zR' ours.txt
    has '__Z5outeri .* personality lsda' ours.txt
  done
done
