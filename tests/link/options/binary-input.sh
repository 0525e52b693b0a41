#!/usr/bin/env bash
# -b binary: a file becomes data between _binary_NAME_start and _binary_NAME_end, as with GNU ld.
. "$SRC/tests/lib/common.sh"
mkdir dir
printf 'contents\nof a file' > dir/some-file.txt
c main <<'C'
#include <stdio.h>
extern const char _binary_dir_some_file_txt_start[], _binary_dir_some_file_txt_end[], _binary_dir_some_file_txt_size[];
int main(void) {
  const char *s = _binary_dir_some_file_txt_start, *e = _binary_dir_some_file_txt_end;
  printf("%.*s %d\n", (int)(e - s), s, (e - s) == (long)_binary_dir_some_file_txt_size);
  return 0;
}
C
gcc -B"$GOLD_GO_B" -no-pie -o app main.o -Wl,-b,binary dir/some-file.txt -Wl,-b,default
run 'contents
of a file 1' ./app
gcc -B"$GOLD_GO_B" -no-pie -o app main.o -Wl,--push-state,--format=binary,dir/some-file.txt,--pop-state
run 'contents
of a file 1' ./app
# By way of an object, which is how build systems embed files; the same names and bytes as GNU ld's.
"$GOLD_GO" ld -r -b binary -o ours.o dir/some-file.txt
ld -r -b binary -o theirs.o dir/some-file.txt
for f in ours theirs; do
  nm $f.o > $f.names
  objcopy -O binary -j .data $f.o $f.data
done
diff -u theirs.names ours.names || fail "other symbols than GNU ld's"
same theirs.data ours.data
gcc -B"$GOLD_GO_B" -no-pie -o app main.o ours.o
run 'contents
of a file 1' ./app
: > empty
"$GOLD_GO" ld -r -b binary -o empty.o empty
nm empty.o > names
has '0+ D _binary_empty_end' names
