#!/usr/bin/env bash
# Unwinding by the loader's tables: a vectored handler, longjmp, a back trace through several objects.
. "$SRC/tests/link/pe/lib.sh"
cat > a.c <<'S'
#include <stdio.h>
#include <setjmp.h>
#include <windows.h>
int deeper(int);
static jmp_buf env;
static LONG CALLBACK handler(EXCEPTION_POINTERS *p) {
  if (p->ExceptionRecord->ExceptionCode == EXCEPTION_ACCESS_VIOLATION) longjmp(env, 3);
  return EXCEPTION_CONTINUE_SEARCH;
}
int main(void) {
  AddVectoredExceptionHandler(1, handler);
  int r = setjmp(env);
  if (r == 0) *(volatile int *)8 = 1;
  printf("%d %d\n", r, deeper(4) >= 6);
  return 0;
}
S
cat > b.c <<'S'
#include <windows.h>
__attribute__((noinline)) int frames(void) { void *a[32]; return RtlCaptureStackBackTrace(0, 32, a, 0); }
__attribute__((noinline)) int deeper(int n) { volatile int r = n ? deeper(n - 1) : frames(); return r; }
S
mingw gcc -O1 -ffunction-sections a.c b.c -o s.exe -Wl,--gc-sections
wine_run "3 1" s.exe
