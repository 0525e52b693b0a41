#!/usr/bin/env bash
# --compress-debug-sections changes the size of debug information, not what it says.
. "$SRC/tests/lib/common.sh"
{
  for i in $(seq 400); do echo "struct s$i { int a, b[$i]; }; int f$i(struct s$i *p) { return p->a + p->b[0]; }"; done
  echo 'int main(void) { return 0; }'
} | c main -g
say() { readelf --debug-dump=info,line -W app 2> err | grep -v '^Contents\|Offset into'; cat err >&2; }
gcc -B"$GOLD_GO_B" main.o -o app
say > plain
size=$(stat -c %s app)
for kind in zlib zstd; do
  gcc -B"$GOLD_GO_B" main.o -o app -Wl,--compress-debug-sections=$kind
  ./app
  readelf -tW app > out
  has COMPRESSED out
  has "$kind" <(readelf -tW app | tr A-Z a-z)
  [ "$(stat -c %s app)" -lt "$size" ] || fail "$kind made nothing smaller"
  say > packed
  same plain packed
  "$GOLD_GO_B/ld" -r main.o -o joined.o --compress-debug-sections=$kind
  gcc -B"$GOLD_GO_B" joined.o -o app
  say > joined
  same plain joined
done
