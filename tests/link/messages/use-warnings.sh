#!/usr/bin/env bash
# .gnu.warning.SYMBOL: its text is printed when another file uses the symbol, and only then.
. "$SRC/tests/lib/common.sh"
asm lib <<'S'
  .globl doubtful, fine
doubtful:
fine:
  ret
  .section .gnu.warning.doubtful,"",@progbits
  .string "the `doubtful' function is dangerous"
S
c main -g -O1 -fno-pic <<'C'
void doubtful(void);
void _start(void)
{
  doubtful();
}
C
c other -O1 -fno-pic <<< 'void fine(void); void _start(void) { fine(); }'
says 0 "$GOLD_GO" ld -o app main.o lib.o <<'T'
gold-go: warning: the `doubtful' function is dangerous
>>> referenced by main.c:4 in function `_start'
>>>               main.o:(.text+0x5)
T
says 0 "$GOLD_GO" ld -o app other.o lib.o < /dev/null
fails_with 'error: the `doubtful' "$GOLD_GO" ld --fatal-warnings -o app main.o lib.o
