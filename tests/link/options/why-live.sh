#!/usr/bin/env bash
# --why-live: the references from a root to a symbol; nothing about symbols that are gone.
. "$SRC/tests/lib/common.sh"
c main -g -ffunction-sections -fno-pic -O1 <<'C'
void leaf(void) {}
void middle(void) { __asm__ volatile("call leaf"); }
void gone(void) { __asm__ volatile("call leaf"); }

void _start(void)
{
  __asm__ volatile("call middle");
}
__attribute__((retain, used, section("kept"))) int kept_data;
C
says 0 "$GOLD_GO" ld --gc-sections -o app main.o --why-live=leaf --why-live=gone '--why-live=kep*' <<'T'
live symbol: leaf
>>> in main.o:(.text.leaf+0x0)
>>> kept by main.o:(.text.middle+0x1), main.c:2 in function `middle'
>>> kept by main.o:(.text._start+0x1), main.c:7 in function `_start'
>>> kept because it is the entry point
live symbol: kept_data
>>> in main.o:(kept+0x0)
>>> kept because it is marked as one to be retained
T
says 0 "$GOLD_GO" ld -o app main.o --why-live=leaf <<'T'
live symbol: leaf
>>> in main.o:(.text.leaf+0x0)
>>> kept because --gc-sections is not given
T
