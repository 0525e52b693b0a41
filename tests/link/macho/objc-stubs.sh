#!/usr/bin/env bash
# Selector stubs of Objective-C: calls of _objc_msgSend$SELECTOR, as Apple's clang makes them. The linker
# makes the functions, as ld64.lld does; here objc_msgSend is a function that prints the selector.
. "$SRC/tests/lib/common.sh"
. "$SRC/tests/link/macho/lib.sh"
for arch in x86_64 arm64; do
  mc "$arch" runtime <<'C'
int printf(const char *, ...);
void objc_msgSend(const char *self, const char *selector) { printf("%s %s\n", self, selector); }
C
  ld64 "$arch" -dylib runtime.o -lSystem -o libobjc.dylib -install_name "$PWD/libobjc.dylib"
  mc "$arch" main <<'C'
void first(const char *) __asm__("_objc_msgSend$first");
void with(const char *) __asm__("_objc_msgSend$with:and:");
void in_archive(void);
int main(void) {
  first("a");
  with("b");
  in_archive();
  return 3;
}
void unused(const char *s) {
  void stub(const char *) __asm__("_objc_msgSend$unused");
  stub(s);
}
C
  # A member that comes late has stubs of its own, and shares others.
  mc "$arch" late <<'C'
void first(const char *) __asm__("_objc_msgSend$first");
void late(const char *) __asm__("_objc_msgSend$late");
void (*volatile pointer)(const char *) = late;
void in_archive(void) { first("c"); pointer("d"); }
C
  rm -f liblate.a
  llvm-ar-19 rc liblate.a late.o
  want=$(printf 'a first\nb with:and:\nc first\nd late')
  for more in "" -dead_strip -no_fixup_chains; do
    ld64 "$arch" main.o liblate.a -L. -lobjc -lSystem -o app $more
    expect_run "$arch" 3 "$want" "$PWD/app"
    llvm-nm-19 -m app > out
    has '__TEXT,__objc_stubs\) non-external .*_objc_msgSend\$late' out
    if [ "$more" = -dead_strip ]; then lacks 'msgSend.unused' out; else has 'msgSend.unused' out; fi
  done
  ld64 "$arch" main.o liblate.a -L. -lobjc -lSystem -o one --threads=1
  mv one first # the signature holds the name
  ld64 "$arch" main.o liblate.a -L. -lobjc -lSystem -o one --threads=8
  same one first
  # ld64.lld: the same stubs, each of the same size.
  if command -v ld64.lld-19 > /dev/null; then
    cat > sys.tbd <<'T'
--- !tapi-tbd
tbd-version: 4
targets: [ x86_64-macos, arm64-macos ]
install-name: '/usr/lib/libSystem.B.dylib'
exports:
  - targets: [ x86_64-macos, arm64-macos ]
    symbols: [ dyld_stub_binder, _printf ]
...
T
    ld64.lld-19 -arch "$arch" -platform_version macos 13.0 13.3 main.o liblate.a libobjc.dylib sys.tbd -o lld
    shape() {
      llvm-objdump-19 -h "$1" | awk '$2 == "__objc_stubs" || $2 == "__objc_selrefs" || $2 == "__objc_methname" { print $2, $3 }'
      llvm-nm-19 -jU "$1" | grep msgSend | sort
      llvm-objdump-19 --macho --dyld-info "$1" | grep -cE '__objc_selrefs .* rebase'
      llvm-objdump-19 -d --no-show-raw-insn --no-addresses --section=__objc_stubs "$1" | awk 'NF { print $1 }' | tail -n +3 | sort | uniq -c
    }
    diff -u <(shape lld) <(shape one) || fail "not what ld64.lld makes"
  fi
  # Without a runtime the message names it.
  fails_with 'undefined symbol: _objc_msgSend$' ld64 "$arch" main.o liblate.a -lSystem -o app
  ld64 "$arch" main.o liblate.a -lSystem -o app -undefined dynamic_lookup
  check_macho app
done
