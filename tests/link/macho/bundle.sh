#!/usr/bin/env bash
# Plugins: a bundle that uses symbols of the executable that loads it, which its symbols are bound to and
# which it does not name. -flat_namespace leaves the search to dyld.
. "$SRC/tests/lib/common.sh"
. "$SRC/tests/link/macho/lib.sh"
for arch in x86_64 arm64; do
  mc "$arch" host <<'C'
int printf(const char *, ...);
void *dlopen(const char *, int);
void *dlsym(void *, const char *);
int answer = 41;
int from_host(int x) { return x + answer; }
int main(int argc, char **argv) {
  void *h = dlopen(argv[1], 2);
  if (!h)
    return 1;
  int (*f)(void) = (int (*)(void))dlsym(h, "plugin");
  printf("%d\n", f ? f() : -1);
  return 0;
}
C
  mc "$arch" plugin <<'C'
extern int answer;
int from_host(int);
int *pointer = &answer;
int plugin(void) { return from_host(1) + *pointer + answer; }
C
  ld64 "$arch" host.o -lSystem -o host
  for more in "" -no_fixup_chains -flat_namespace "-flat_namespace -undefined suppress"; do
    loader="-bundle_loader host"
    [[ $more = *suppress ]] && loader=
    # shellcheck disable=SC2086
    ld64 "$arch" -bundle plugin.o $loader -lSystem -o plugin.so $more
    expect_run "$arch" 0 124 "$PWD/host" "$PWD/plugin.so"
    check_macho plugin.so
    lacks 'host' <(llvm-objdump-19 --macho --dylibs-used plugin.so | tail -n +2)
    if [[ $more = *flat* ]]; then
      lacks TWOLEVEL <(llvm-objdump-19 --macho --private-header plugin.so)
      [ "$arch" = x86_64 ] || has 'flat-namespace' <(llvm-objdump-19 --macho --dyld-info plugin.so)
    else
      has '_from_host \(from executable\)' <(llvm-nm-19 -m plugin.so)
    fi
    if command -v ld64.lld-19 > /dev/null && [ "$more" = "" ]; then
      binds() { llvm-objdump-19 --macho --dyld-info "$1" | awk '/ bind / { print $2, $6, $7 }' | sort; }
      ld64.lld-19 -arch "$arch" -platform_version macos 13.0 13.3 -bundle plugin.o -bundle_loader host -undefined dynamic_lookup -o lld.so
      diff <(binds lld.so) <(binds plugin.so) || fail "ld64.lld binds otherwise"
    fi
  done
  fails_with 'undefined symbol: _answer' ld64 "$arch" -bundle plugin.o -lSystem -o plugin.so
  fails_with 'only be linked with as -bundle_loader' ld64 "$arch" -bundle plugin.o host -lSystem -o plugin.so
  ld64 "$arch" -dylib plugin.o -U _answer -U _from_host -lSystem -o lib.dylib
  fails_with 'wants an executable' ld64 "$arch" -bundle plugin.o -bundle_loader lib.dylib -lSystem -o x.so
done
