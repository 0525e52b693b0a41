#!/usr/bin/env bash
# Thread-local variables: emulated by GCC, native by clang (.tls, _tls_index); callbacks in .CRT$XL.
. "$SRC/tests/link/pe/lib.sh"
cat > t.c <<'S'
#include <stdio.h>
#include <windows.h>
#ifdef __clang__
#define TLS __thread __attribute__((tls_model("local-exec")))
#else
#define TLS __thread
#endif
__thread int a = 7;
__thread char pad[100];
__thread long long b = 9;
static LONG calls;
static void NTAPI callback(void *h, DWORD reason, void *p) { if (reason == DLL_THREAD_ATTACH) InterlockedIncrement(&calls); }
__attribute__((section(".CRT$XLF"), used)) PIMAGE_TLS_CALLBACK own = (PIMAGE_TLS_CALLBACK)callback;
static DWORD WINAPI run(void *p) { a += (int)(size_t)p; pad[99]++; b += a; return (DWORD)b; }
int main(void) {
  DWORD sum = 0, r;
  for (int i = 1; i <= 3; ++i) {
    HANDLE t = CreateThread(0, 0, run, (void *)(size_t)i, 0, 0);
    WaitForSingleObject(t, INFINITE);
    GetExitCodeThread(t, &r);
    sum += r;
  }
  printf("%d %lld %lu %d\n", a, b, sum, calls >= 3);
  return 0;
}
S
want='7 9 54 1'
mingw gcc -static t.c -o g.exe
wine_run "$want" g.exe
mingw gcc -static t.c -O1 -o gc.exe -Wl,--gc-sections -ffunction-sections
wine_run "$want" gc.exe
need clang-19
win_clang t.c -O1 -o c.exe
wine_run "$want" c.exe
