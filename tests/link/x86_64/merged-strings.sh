# References into merged sections by section symbol: the addend chooses the string.
. "$SRC/tests/lib/common.sh"
need gcc
[ "$(uname -m)" = x86_64 ] || skip "x86-64 only"

asm strings <<'S'
  .section .rodata.str1.1,"aMS",@progbits,1
  .string "a"
.Lb:
  .string "bb"
.Lc:
  .string "ccc"
  .section .rodata
  .globl offsets, words
  .p2align 3
words:
  .quad .Lb, .Lc
  .quad .rodata.str1.1 + 2
offsets:
  .long .rodata.str1.1 + 2 - .
  .long .rodata.str1.1 + 5 - .
  .text
  .globl get
get:
  lea .rodata.str1.1+5(%rip), %rax
  ret
S
c more <<'C'
const char *more(void) { return "zzzz"; }
const char *again(void) { return "bb"; }
C
c main <<'C'
#include <stdio.h>
extern const char *words[];
extern int offsets[];
const char *get(void), *more(void), *again(void);
int main() {
  const char *at0 = (const char *)&offsets[0] + offsets[0], *at1 = (const char *)&offsets[1] + offsets[1];
  printf("%s %s %s %s %s %s %s %d\n", words[0], words[1], words[2], at0, at1, get(), more(), again() == words[0]);
}
C
# `more` first, so that pieces do not stand where they stood in their own file.
gcc -B "$GOLD_GO_B" -no-pie -o app more.o main.o strings.o
run "bb ccc bb bb ccc ccc zzzz 1" ./app
