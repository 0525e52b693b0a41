#!/usr/bin/env bash
# clang takes gold-go by --ld-path, by -fuse-ld with a path, and by the name ld.gold-go in a folder of -B.
. "$SRC/tests/lib/common.sh"
clang=$(command -v clang-19 || command -v clang) || skip "clang is not installed"
cat > main.c <<'C'
#include <stdio.h>
int main(void) { puts("hello"); return 0; }
C
dir=$(dirname "$GOLD_GO")
"$clang" --ld-path="$dir/ld.gold-go" main.c -o by_path
"$clang" -fuse-ld="$dir/ld.gold-go" main.c -o by_name 2> warnings
"$clang" -B"$dir" -fuse-ld=gold-go main.c -o by_folder
"$clang" --ld-path="$dir/ld.gold-go" -static-pie main.c -o static_pie
for image in by_path by_name by_folder static_pie; do
  run hello "./$image"
done
by_gold_go by_path by_name by_folder static_pie
"$clang" --ld-path="$dir/ld.gold-go" -Wl,--version main.c > version
has '^gold-go' version
"$clang" --ld-path="$dir/ld.gold-go" -shared -fPIC -x c - -o lib.so <<< 'int f(void) { return 1; }'
by_gold_go lib.so

# The sanitizers' runtime wants its symbols exported and is linked as a whole.
"$clang" --ld-path="$dir/ld.gold-go" -fsanitize=undefined -fno-sanitize-recover main.c -o checked 2> log || {
  has 'clang_rt|libclang_rt' log
  echo "the sanitizers' runtime is not installed: left out"
  exit 0
}
run hello ./checked
by_gold_go checked
