#!/usr/bin/env bash
# .ctors and .dtors of old objects run with .init_array and .fini_array, each from its end.
. "$SRC/tests/lib/common.sh"
c main <<'S'
#include <stdio.h>
static void a(void) { printf("a "); }
static void b(void) { printf("b "); }
static void early(void) { printf("early "); }
static void end(void) { printf("end "); }
__attribute__((constructor)) static void array(void) { printf("array "); }
__attribute__((section(".ctors"), used)) static void (*both[])(void) = {a, b};
__attribute__((section(".ctors.65335"), used)) static void (*first)(void) = early; /* priority 200 */
__attribute__((section(".dtors"), used)) static void (*last)(void) = end;
int main(void) { printf("main "); }
S
for flags in -pie -no-pie -static "-pie -Wl,-z,pack-relative-relocs"; do
  gcc -B"$GOLD_GO_B" $flags main.o -o app
  readelf -SW app > out
  lacks ' \.[cd]tors' out
  has '\.init_array +INIT_ARRAY' out
  case $flags in *relative*) readelf -VW app | grep GLIBC_ABI_DT_RELR > /dev/null || continue ;; esac
  out=$(./app)
  case $out in
    "early b a array main end " | "early array b a main end ") ;;
    *) fail "$flags: $out" ;;
  esac
done
