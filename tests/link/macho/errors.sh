#!/usr/bin/env bash
# What is wrong is named; -undefined and -U leave names to dyld.
. "$SRC/tests/lib/common.sh"
. "$SRC/tests/link/macho/lib.sh"
for arch in x86_64 arm64; do
  mc "$arch" main <<< 'int nowhere(void); int main(void) { return nowhere(); }'
  mc "$arch" twice <<< 'int main(void) { return 1; }'
  fails_with 'undefined symbol: _nowhere' ld64 "$arch" main.o -lSystem -o app
  has 'referenced by main.o' .out
  fails_with 'duplicate symbol: _main' ld64 "$arch" twice.o main.o -lSystem -o app -U _nowhere
  fails_with 'undefined symbol: _start' ld64 "$arch" -lSystem -o app twice.o -e _start
  fails_with 'unable to find library -lnothing' ld64 "$arch" twice.o -lnothing -o app
  fails_with 'unable to find framework Nothing' ld64 "$arch" twice.o -framework Nothing -o app
  ld64 "$arch" main.o -lSystem -o app -undefined dynamic_lookup
  check_macho app
  llvm-nm-19 -m app > out
  has '_nowhere \(dynamically looked up\)' out
  ld64 "$arch" main.o -lSystem -o app -U _nowhere
  check_macho app
  mc "$([ "$arch" = arm64 ] && echo x86_64 || echo arm64)" other <<< 'int main(void) { return 1; }'
  fails_with "other.o: .*(machine|not for)" ld64 "$arch" other.o -lSystem -o app
done
