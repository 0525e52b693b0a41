#!/usr/bin/env bash
# SQLite's amalgamation, from its Rust package, runs SQL under Wine.
. "$SRC/tests/link/pe/lib.sh"
need cargo
wine_prefix
mkdir m && cd m
# shellcheck disable=SC2015
cargo init --quiet --name m . && cargo add --quiet libsqlite3-sys@0.30 --features bundled > /dev/null 2>&1 && cargo fetch --quiet || skip "SQLite's sources can't be fetched"
src=$(find "${CARGO_HOME:-$HOME/.cargo}/registry/src" -path '*libsqlite3-sys-0.30*/sqlite3/sqlite3.c' | head -n 1)
cd ..
$MINGW_CC -O1 -c "$src" -o sqlite3.o -I"$(dirname "$src")"
CC=$MINGW_CC c main -I"$(dirname "$src")" <<'S'
#include <stdio.h>
#include "sqlite3.h"
static int row(void *p, int n, char **v, char **names) { printf("%s\n", v[0]); return 0; }
int main(void) {
  sqlite3 *db;
  sqlite3_open("file.db", &db);
  return sqlite3_exec(db, "create table t(x); insert into t values(1),(2),(3); select sum(x)*7 from t;", row, 0, 0);
}
S
"$GOLD_GO" link main.o sqlite3.o -o app.exe --pie --strip
wine_run 42 app.exe
# The library as a DLL that exports what its objects define.
"$GOLD_GO" link sqlite3.o -o sqlite3.dll --shared --gc-sections
mingw gcc main.o sqlite3.dll -o user.exe
rm -f file.db
wine_run 42 user.exe
