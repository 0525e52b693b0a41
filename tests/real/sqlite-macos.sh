#!/usr/bin/env bash
# SQLite's amalgamation, from its Rust package, as Mach-O: runs SQL under machorun on both architectures.
. "$SRC/tests/lib/common.sh"
. "$SRC/tests/link/macho/lib.sh"
need cargo
mkdir m && cd m
cargo init --quiet --name m . && cargo add --quiet libsqlite3-sys@0.30 --features bundled > /dev/null 2>&1 && cargo fetch --quiet || skip "SQLite's sources can't be fetched"
src=$(find "${CARGO_HOME:-$HOME/.cargo}/registry/src" -path '*libsqlite3-sys-0.30*/sqlite3/sqlite3.c' | head -n 1)
cd ..
# A file system that has no files, since :memory: needs a default one.
cat > main.c <<'S'
#include <stdio.h>
#include <string.h>
#include "sqlite3.h"
static int no_open(sqlite3_vfs *v, const char *name, sqlite3_file *f, int flags, int *out) { f->pMethods = 0; return SQLITE_CANTOPEN; }
static int full_name(sqlite3_vfs *v, const char *name, int n, char *out) { strncpy(out, name, n); return SQLITE_OK; }
static int randomness(sqlite3_vfs *v, int n, char *out) { memset(out, 7, n); return n; }
static int now(sqlite3_vfs *v, double *t) { *t = 2460000.5; return SQLITE_OK; }
static sqlite3_vfs none = {1, sizeof(sqlite3_file), 512, 0, "none", 0, no_open, 0, 0, full_name, 0, 0, 0, 0, randomness, 0, now};
int sqlite3_os_init(void) { return sqlite3_vfs_register(&none, 1); }
int sqlite3_os_end(void) { return SQLITE_OK; }
static int row(void *p, int n, char **v, char **names) { printf("%s\n", v[0]); return 0; }
int main(void) {
  sqlite3 *db;
  char *error = 0;
  if (sqlite3_open(":memory:", &db)) return 1;
  int r = sqlite3_exec(db,
    "create table t(x integer primary key, y text);"
    "with recursive n(i) as (select 1 union all select i + 1 from n where i < 20000) insert into t select i, 'row ' || i from n;"
    "create index yi on t(y);"
    "select sum(x) * 7 from t where y like 'row 1%';"
    "select group_concat(y, ',') from (select y from t order by y desc limit 3);"
    "select printf('%.3f', avg(x)) from t;", row, 0, &error);
  if (r) printf("%s\n", error);
  return r;
}
S
expected=$(printf '%s\n' 1060567172 'row 9999,row 9998,row 9997' 10000.500)
for arch in x86_64 arm64; do
  for f in main.c "$src"; do
    clang-19 -target "$arch-apple-macos13" -O1 -c "$f" -o "$(basename "$f" .c).o" -nostdlibinc -isystem "$SRC/tests/machorun/include" -I"$(dirname "$src")" \
      -DSQLITE_OS_OTHER=1 -DSQLITE_THREADSAFE=0 -DSQLITE_OMIT_LOAD_EXTENSION -DSQLITE_WITHOUT_ZONEMALLOC -DSQLITE_TEMP_STORE=3 -w
  done
  for more in "" -no_fixup_chains -dead_strip; do
    # shellcheck disable=SC2086
    ld64 "$arch" main.o sqlite3.o -lSystem -o app $more
    expect_run "$arch" 0 "$expected" ./app
  done
done
