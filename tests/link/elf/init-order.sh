#!/usr/bin/env bash
# Constructors run by priority, destructors the other way round.
. "$SRC/tests/lib/common.sh"
c main <<'S'
#include <stdio.h>
__attribute__((constructor)) static void c0(void) { printf("c "); }
__attribute__((constructor(300))) static void c2(void) { printf("c300 "); }
__attribute__((constructor(200))) static void c1(void) { printf("c200 "); }
__attribute__((destructor)) static void d0(void) { printf("d "); }
__attribute__((destructor(200))) static void d1(void) { printf("d200 "); }
__attribute__((destructor(300))) static void d2(void) { printf("d300 "); }
static void pre(void) { printf("pre "); }
__attribute__((section(".preinit_array"), used)) static void (*p)(void) = pre;
int main(void) { printf("main "); }
S
for kind in -pie -static; do
  gcc -B"$GOLD_GO_B" $kind main.o -o app
  run "pre c200 c300 c main d d300 d200 " ./app
done
