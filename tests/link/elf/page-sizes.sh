#!/usr/bin/env bash
# Pages may be larger than they commonly are: each segment has pages of the largest size to itself in memory, RELRO
# ends where such a page ends, and the file is padded to the common size only.
. "$SRC/tests/lib/common.sh"
cat > main.c <<'S'
#include <stdio.h>
int x = 3, y[100];
int *const table[] = {&x};
int main(int argc, char **argv) {
  y[1] = x += 4;
  if (argc > 1)
    *(int **)table = 0; // read-only
  printf("%d\n", y[1]);
  return 0;
}
S
# pages IMAGE SIZE FILE_SIZE: no two PT_LOADs meet in a page of SIZE, nor in one of FILE_SIZE of the file.
pages() {
  readelf -lW "$1" > segments
  python3 - "$2" "$3" << 'P'
import sys
page, part = int(sys.argv[1]), int(sys.argv[2])
end = file_end = 0
for line in open('segments'):
    w = line.split()
    if not w or w[0] not in ('LOAD', 'GNU_RELRO'):
        continue
    off, addr, fsize, msize = (int(w[i], 16) for i in (1, 2, 4, 5))
    assert off % page == addr % page, line
    if w[0] == 'GNU_RELRO':
        assert (addr + msize) % page == 0, 'RELRO ends inside a page'
        relro = addr, addr + msize
        continue
    assert addr // page * page >= end, 'two segments in a page'
    assert off // part * part >= file_end, 'two segments in a page of the file'
    end, file_end = addr + msize, off + fsize
P
}
gcc -c -fPIE main.c
for flags in "" -z,max-page-size=65536 -z,max-page-size=2097152,-z,common-page-size=65536; do
  gcc -B"$GOLD_GO_B" -pie main.o -o app ${flags:+-Wl,$flags}
  run 7 ./app
  status=0
  ./app x > out 2> /dev/null || status=$?
  [ "$status" = 139 ] || fail "a write to RELRO did not crash: $status"
done
pages app 2097152 65536
strip app # the padding stays
pages app 2097152 65536
run 7 ./app
gcc -B"$GOLD_GO_B" -pie main.o -o app -Wl,-z,max-page-size=65536
pages app 65536 4096
[ "$(stat -c %s app)" -lt 40000 ] || fail "the file is mostly padding"
gcc -B"$GOLD_GO_B" -pie main.o -o app -Wl,-z,max-page-size=65536,-z,separate-code
pages app 65536 65536
gcc -B"$GOLD_GO_B" -pie main.o -o app -Wl,-z,noseparate-code
pages app 4096 1
run 7 ./app
command -v qemu-aarch64 > /dev/null && command -v aarch64-linux-gnu-gcc > /dev/null || skip "no AArch64 here"
aarch64-linux-gnu-gcc -c -fPIE main.c
aarch64-linux-gnu-gcc -B"$GOLD_GO_B" -pie main.o -o app
pages app 65536 4096
for size in 4096 65536; do # the loader protects RELRO whatever the size
  emulator=(qemu-aarch64 -p $size -L /usr/aarch64-linux-gnu)
  run 7 "${emulator[@]}" ./app
  status=0
  "${emulator[@]}" ./app x > out 2> /dev/null || status=$?
  [ "$status" = 139 ] || fail "a write to RELRO did not crash with pages of $size: $status"
done
