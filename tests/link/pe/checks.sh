#!/usr/bin/env bash
# The checks of PE images fail on broken ones: each at least once.
. "$SRC/tests/link/pe/lib.sh"
need $MINGW-windres
cat > a.c <<'S'
__declspec(dllimport) void ExitProcess(unsigned);
int value = 4, *pointer = &value;
__declspec(dllexport) int first(void) { return *pointer; }
__declspec(dllexport) int second(void) { return 2; }
void start(void) { ExitProcess(first() + second()); }
unsigned _tls_index;
static int tls_begin __attribute__((section(".tls"))), tls_end __attribute__((section(".tls$ZZZ")));
static void __attribute__((ms_abi)) callback(void *p, unsigned long r, void *q) { value++; }
void *callbacks[] = { callback, 0 };
const void *const _tls_used[] = { &tls_begin, &tls_end, &_tls_index, callbacks, 0 };
S
printf 'Name RCDATA { "abc" }\n1 RCDATA { "def" }\n2 RCDATA { "ghi" }\n' > r.rc
$MINGW-windres r.rc r.o
"$MINGW_CC" -c -O1 a.c
printf 'EXPORTS\n first\n second\n away=KERNEL32.Sleep\n' > e.def
"$GOLD_GO" ld -m i386pep a.o r.o e.def -lkernel32 -e start -o a.exe --build-id
checked a.exe
# Copies of images come and go: memory is kept rather than given back.
export MALLOC_MMAP_THRESHOLD_=1000000000 MALLOC_TRIM_THRESHOLD_=1000000000
python3 -B "$SRC/tests/lib/check_checks.py" "$SRC/tests/lib/check-pe.py" a.exe
