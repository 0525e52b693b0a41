# --section-start and -T... with addresses in any order: PT_LOADs ascend, each byte is where it is wanted.
. "$SRC/tests/link/script/lib.sh"

c a -fno-pic -fno-asynchronous-unwind-tables -fno-stack-protector << 'END'
static int x = 3, zero[4];
const int y = 4;
void _start(void) {
  __asm__ volatile("" : "+m"(x), "+m"(zero));
  __asm__ volatile("syscall" ::"a"(60L), "D"((long)(x + y + zero[3])) : "rcx", "r11");
}
END
runs() {
  "$GOLD_GO" ld a.o "$@" -o a
  local status=0
  ./a || status=$?
  [ "$status" = 7 ] || fail "$*: ended with $status"
  readelf -lW a | awk '$1 == "LOAD" { print $3 }' > loads
  sort -c loads || fail "$*: PT_LOADs do not ascend"
}
runs -Tdata=0x500000 -Ttext=0x600000
runs --section-start=.data=0x300000
runs --section-start=.text=0x30000 --section-start=.rodata=0x20000 --section-start=.data=0x10000
runs -Ttext=0x600000 -Tbss=0x500000
runs -Ttext-segment=0x700000 -Tdata=0x600000
at() { readelf -SW a | sed -nE "s/.* $1 +[A-Z]+ +([0-9a-f]+) .*/\\1/p"; }
[ "$(at .data)" = 0000000000600000 ] || fail ".data is at $(at .data)"
