#!/usr/bin/env bash
# Text stubs of versions 3, 4 and 5, with a library re-exported within the file, and a framework.
. "$SRC/tests/lib/common.sh"
. "$SRC/tests/link/macho/lib.sh"
need llvm-readtapi-22
cat > v4.tbd <<'S'
--- !tapi-tbd
tbd-version: 4
targets: [ x86_64-macos, arm64-macos, arm64-ios-simulator ]
install-name: '/usr/lib/libone.dylib'
current-version: 1.2.3
compatibility-version: 1.1
reexported-libraries:
  - targets: [ x86_64-macos, arm64-macos ]
    libraries: [ '/usr/lib/libtwo.dylib' ]
exports:
  - targets: [ x86_64-macos, arm64-macos ]
    symbols: [ _one, '$ld$hide$os10.4$_gone' ]
    weak-symbols: [ _weak ]
    thread-local-symbols: [ _tlv ]
    objc-classes: [ Thing ]
  - targets: [ arm64-ios-simulator ]
    symbols: [ _elsewhere ]
--- !tapi-tbd
tbd-version: 4
targets: [ x86_64-macos, arm64-macos ]
install-name: '/usr/lib/libtwo.dylib'
exports:
  - targets: [ x86_64-macos, arm64-macos ]
    symbols: [ _two ]
...
S
llvm-readtapi-22 --filetype=tbd-v5 v4.tbd -o v5.tbd
cat > v3.tbd <<'S'
--- !tapi-tbd-v3
archs: [ x86_64, arm64 ]
platform: macosx
install-name: /usr/lib/libone.dylib
current-version: 1.2.3
compatibility-version: 1.1
exports:
  - archs: [ x86_64, arm64 ]
    symbols: [ _one, _two ]
    weak-def-symbols: [ _weak ]
    thread-local-symbols: [ _tlv ]
    objc-classes: [ Thing ]
...
S
mkdir -p sdk/System/Library/Frameworks/Stuff.framework
sed 's/libone.dylib/stuff/; s/_one/_stuff/' v3.tbd > sdk/System/Library/Frameworks/Stuff.framework/Stuff.tbd
for arch in x86_64 arm64; do
  mc "$arch" main <<'S'
int one(void), two(void), weak(void), stuff(void);
extern __thread int tlv;
extern char class[] __asm("_OBJC_CLASS_$_Thing");
char *where = class;
int main(void) { return one() + two() + weak() + tlv + stuff(); }
S
  for v in v3 v4 v5; do
    ld64 "$arch" main.o $v.tbd -lSystem -syslibroot sdk -framework Stuff -o app
    check_macho app
    llvm-objdump-19 --macho --dylibs-used app > out
    has 'libone.dylib \(compatibility version 1.1.0, current version 1.2.3\)' out
    llvm-objdump-19 --macho --chained-fixups app | grep -A3 'chained import\[' > out
    has '_two' out
    has 'lib_ordinal = 253|lib_ordinal = -3' out
  done
  mc "$arch" bad <<< 'int elsewhere(void); int main(void) { return elsewhere(); }'
  fails_with 'undefined symbol: _elsewhere' ld64 "$arch" bad.o v4.tbd -lSystem -o app
done
printf -- '--- !tapi-tbd\ntbd-version: [ {' > broken.tbd
fails_with 'broken.tbd: line ' ld64 arm64 main.o broken.tbd -o app
