#!/usr/bin/env bash
# A program that uses goroutines is linked like any other: the runtime comes by itself, from gold-go's own
# command and as the linker of both compilers, in every kind of executable. The static ones run alone in an
# empty root directory.
. "$SRC/tests/lib/common.sh"
need g++
include=$("$GOLD_GO" runtime include-dir)
cp "$SRC/runtime/tests/contract_test.cc" contract.cc

alone() { # in a root directory that holds nothing else
  if [ "$(id -u)" = 0 ] && chroot / true 2> /dev/null; then
    mkdir -p root
    cp "$1" root/app
    chroot root /app || fail "$1 ended with $? in an empty root directory"
    rm -r root
  fi
}

g++ -std=c++20 -O2 -c -I"$include" -fPIE contract.cc
for kind in --pie --no-pie --static --static-pie; do
  for strip in "" --strip --gc-sections; do
    # shellcheck disable=SC2086
    "$GOLD_GO" link contract.o -o "app$kind" $kind $strip
    ./"app$kind" || fail "link $kind $strip: the program ended with $?"
  done
done
alone app--static
alone app--static-pie

compilers="g++"
command -v clang++-19 > /dev/null && compilers="g++ clang++-19"
for cxx in $compilers; do
  use="-B $GOLD_GO_B"
  [ "$cxx" = g++ ] || use="--ld-path=$(dirname "$GOLD_GO")/ld.gold-go"
  for kind in -pie -no-pie -static -static-pie; do
    # shellcheck disable=SC2086
    "$cxx" $use -std=c++20 -O2 -I"$include" "$kind" -fPIE contract.cc -o app || fail "$cxx $kind does not link"
    ./app || fail "$cxx $kind: the program ended with $?"
    case $kind in -static*) alone app ;; esac
  done
done
