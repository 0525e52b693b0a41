#!/usr/bin/env bash
# DuckDB for AArch64, as PIE and static, under qemu-user.
. "$SRC/tests/lib/common.sh"
. "$SRC/tests/real/lib.sh"
need aarch64-linux-gnu-g++ qemu-aarch64
dir=$(duckdb_module linux-arm64)
[ -n "$dir" ] || skip "DuckDB's archives can't be fetched"
duckdb_program aarch64-linux-gnu-g++
for kind in --pie --static; do
  "$GOLD_GO" link duck.o "$dir"/*.a -o "duck$kind" "$kind"
  run "$(printf '332833500\nown')" qemu-aarch64 -L /usr/aarch64-linux-gnu "./duck$kind"
done
