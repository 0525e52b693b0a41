#!/usr/bin/env bash
# LIEF reads the same in images of gold-go as in those that other linkers make of the same objects.
. "$SRC/tests/lib/common.sh"
[ -x "$GOLD_GO_PYTHON" ] || skip "LIEF for Python is not installed"
facts=$SRC/tests/lib/lief_facts.py
# agree OURS THEIRS [PATTERN]: but for lines of that pattern.
agree() {
  "$GOLD_GO_PYTHON" "$facts" -c "$1"
  "$GOLD_GO_PYTHON" "$facts" "$1" | grep -vE -- "${3:-^$}" > ours.txt
  "$GOLD_GO_PYTHON" "$facts" "$2" | grep -vE -- "${3:-^$}" > theirs.txt
  diff -u theirs.txt ours.txt || fail "$1 and $2 differ (< theirs, > ours)"
}

cat > lib.cc <<'C'
#include <stdexcept>
#include <string>
extern "C" int plain(int x) { return x + 1; }
thread_local int per_thread = 4;
int shared_counter = 7;
#ifndef _WIN32 // GNU ld doesn't export weak functions from DLLs
__attribute__((weak)) int weak_one() { return 1; }
#endif
std::string text(int n) { if (n < 0) throw std::invalid_argument("negative"); return std::to_string(n) + "!"; }
C
cat > main.cc <<'C'
#include <cstdio>
#include <string>
extern "C" int plain(int);
extern thread_local int per_thread;
std::string text(int);
struct Init { Init() { per_thread++; } } init;
int main() {
  try { text(-1); } catch (std::exception &e) { std::printf("%s %d %s %d\n", text(3).c_str(), plain(4), e.what(), per_thread); }
}
C
for cxx in g++ aarch64-linux-gnu-g++; do
  command -v $cxx > /dev/null || continue
  $cxx -O1 -fPIC -c lib.cc
  $cxx -O1 -fPIE -c main.cc
  for by in ours theirs; do
    flag=$([ $by = theirs ] || echo "-B$GOLD_GO_B")
    mkdir -p $by
    # shellcheck disable=SC2086
    $cxx $flag -shared -o $by/libx.so lib.o -Wl,-soname,libx.so
    # shellcheck disable=SC2086
    $cxx $flag -pie -o $by/main main.o $by/libx.so -Wl,-z,relro -Wl,--eh-frame-hdr
  done
  by_gold_go ours/libx.so ours/main
  # Section symbols, and names that linkers define for themselves, are exported by some.
  agree ours/libx.so theirs/libx.so
  agree ours/main theirs/main '^export (__bss_start|_edata|_end|data_start|__data_start|_init|_fini) '
done

if command -v x86_64-w64-mingw32-g++-posix > /dev/null; then
  for by in ours theirs; do
    wrap=$([ $by = theirs ] || echo "-wrapper $SRC/tests/lib/mingw-wrapper")
    # shellcheck disable=SC2086
    x86_64-w64-mingw32-g++-posix $wrap -O1 -shared -o $by/x.dll lib.cc -Wl,--out-implib,$by/libx.dll.a
    # shellcheck disable=SC2086
    x86_64-w64-mingw32-g++-posix $wrap -O1 -o $by/main.exe main.cc $by/libx.dll.a
  done
  agree ours/x.dll theirs/x.dll
  agree ours/main.exe theirs/main.exe
fi

if command -v clang-19 > /dev/null && command -v ld64.lld-19 > /dev/null; then
  cat > libSystem.tbd <<'T'
--- !tapi-tbd
tbd-version: 4
targets: [ x86_64-macos, arm64-macos ]
install-name: '/usr/lib/libSystem.B.dylib'
exports:
  - targets: [ x86_64-macos, arm64-macos ]
    symbols: [ _printf, _malloc, dyld_stub_binder, __tlv_bootstrap ]
...
T
  cat > lib.c <<'C'
__thread int per_thread = 4;
int shared_counter = 7;
int *where = &shared_counter;
__attribute__((weak)) int weak_one(void) { return 1; }
__attribute__((visibility("hidden"))) int hidden(void) { return 2; }
int plain(int x) { return x + hidden() + weak_one(); }
C
  cat > main.c <<'C'
int printf(const char *, ...);
void *malloc(unsigned long);
int plain(int);
extern __thread int per_thread;
extern int *where;
int main(void) { return printf("%d %d %p %d\n", plain(1), per_thread, malloc(3), *where); }
C
  for arch in x86_64 arm64; do
    clang-19 -target $arch-apple-macos13 -O1 -c lib.c -o lib.$arch.o
    clang-19 -target $arch-apple-macos13 -O1 -c main.c -o main.$arch.o
    for by in ours theirs; do
      linker=$([ $by = ours ] && echo "$GOLD_GO ld64" || echo ld64.lld-19)
      words="-arch $arch -platform_version macos 13.0 13.3 libSystem.tbd"
      # shellcheck disable=SC2086
      $linker $words -dylib -install_name @rpath/libx.dylib -current_version 1.2 -o $by/libx.$arch.dylib lib.$arch.o
      # shellcheck disable=SC2086
      $linker $words -o $by/main.$arch main.$arch.o $by/libx.$arch.dylib -rpath @loader_path
    done
    # lld keeps records of __eh_frame that __unwind_info has taken the place of.
    agree ours/libx.$arch.dylib theirs/libx.$arch.dylib __eh_frame
    agree ours/main.$arch theirs/main.$arch __eh_frame
  done
fi

inspect=$(dirname "$GOLD_GO")/gold-go-inspect
[ ! -x "$inspect" ] || "$inspect" ours/*[!a] > /dev/null
