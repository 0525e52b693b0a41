#!/usr/bin/env bash
# DuckDB as its makers ship it, as PIE and static, answers a query.
. "$SRC/tests/lib/common.sh"
. "$SRC/tests/real/lib.sh"
dir=$(duckdb_module linux-amd64)
[ -n "$dir" ] || skip "DuckDB's archives can't be fetched"
duckdb_program g++
for kind in --pie --static; do
  "$GOLD_GO" link duck.o "$dir"/*.a -o "duck$kind" "$kind"
  run "$(printf '332833500\nown')" "./duck$kind"
done
