#!/usr/bin/env bash
# DuckDB for macOS on arm64: nothing runs C++ for macOS here, so the image is checked, and compared with
# ld64.lld's: imports, exports, and how each function is unwound. The library that it needs is made up of what
# is undefined.
. "$SRC/tests/lib/common.sh"
. "$SRC/tests/link/macho/lib.sh"
. "$SRC/tests/real/lib.sh"
need ld64.lld-19
dir=$(duckdb_module darwin-arm64)
[ -n "$dir" ] || skip "DuckDB's archives can't be fetched"
mc arm64 main <<'S'
typedef struct { void *p; } *duckdb_database, *duckdb_connection;
typedef struct { unsigned long a, b, c; void *d, *e, *f; } duckdb_result;
int duckdb_open(const char *, duckdb_database *);
int duckdb_connect(duckdb_database, duckdb_connection *);
int duckdb_query(duckdb_connection, const char *, duckdb_result *);
int main(void) {
  duckdb_database db; duckdb_connection con; duckdb_result r;
  if (duckdb_open(0, &db) || duckdb_connect(db, &con)) return 1;
  return duckdb_query(con, "SELECT 42", &r);
}
S
stub() {
  printf '%s\n' '--- !tapi-tbd' 'tbd-version: 4' 'targets: [ arm64-macos ]' "install-name: '/usr/lib/libSystem.B.dylib'" \
    'exports:' '  - targets: [ arm64-macos ]' '    symbols: ['
  sed "s/.*/      '&',/" "$1"
  printf '%s\n' '      dyld_stub_binder ]' '...'
}
: > none
stub none > all.tbd
ld64.lld-19 -arch arm64 -platform_version macos 13.0 13.3 main.o "$dir"/*.a all.tbd -undefined dynamic_lookup -o first
llvm-nm-19 -u first | awk '{ print $NF }' | grep -v ':$' | sort -u > undefined
stub undefined > all.tbd

imports() {
  llvm-objdump-19 --macho --chained-fixups "$1" | sed -n 's/.*name_offset = [0-9]* (\(.*\))/\1/p' | sort
}
exports() {
  llvm-objdump-19 --macho --exports-trie "$1" | sed '1d; s/^0x[0-9A-F]* *//' | sort
}
# As a program pulls members, and with all members of the largest archive: there both linkers must choose the same of
# equal definitions, so that functions can be compared.
compare() {
  ld64 arm64 "$@" -o ours
  ld64.lld-19 -arch arm64 -platform_version macos 13.0 13.3 "$@" -o theirs
  check_macho ours
  for what in imports exports; do
    $what ours > ours.txt
    $what theirs > theirs.txt
    diff theirs.txt ours.txt > diff.txt || { head diff.txt; fail "$what differ from ld64.lld's"; }
    [ "$(wc -l < ours.txt)" -gt 1000 ] || fail "too few $what"
  done
}
compare main.o "$dir"/*.a all.tbd
for threads in 1 8; do
  ld64 arm64 main.o "$dir"/*.a all.tbd -o app$threads --threads=$threads -final_output app
done
same app1 app8
compare main.o "$dir/libduckdb_static.a" -all_load -undefined dynamic_lookup all.tbd
python3 "$SRC/tests/lib/macho_unwind.py" ours > ours.txt
python3 "$SRC/tests/lib/macho_unwind.py" theirs > theirs.txt
# What ld64.lld leaves without an entry though the object has one does not count.
grep -v ' 00000000$' theirs.txt > theirs.known
cut -d' ' -f1 theirs.known | sort -u > known
grep -v ' 00000000$' ours.txt | awk 'NR == FNR { k[$1]; next } $1 in k' known - > ours.known
diff theirs.known ours.known > diff.txt || { head diff.txt; fail "functions are unwound in another way than by ld64.lld"; }
[ "$(wc -l < ours.known)" -gt 40000 ] || fail "too few functions"

# All of it as one object (-r) gives the same functions, unwound in the same way.
ld64 arm64 -r main.o "$dir/libduckdb_static.a" -all_load -o all.o
ld64 arm64 all.o -undefined dynamic_lookup all.tbd -o again
check_macho again
python3 "$SRC/tests/lib/macho_unwind.py" again | sort > again.txt
sort ours.txt | grep -v ' 00000000$' > ours.known
grep -v ' 00000000$' again.txt | diff ours.known - > diff.txt || { head diff.txt; fail "by way of -r functions are unwound in another way"; }

# Folding: the image is sound, and smaller.
for how in safe all; do
  ld64 arm64 main.o "$dir/libduckdb_static.a" -all_load -undefined dynamic_lookup all.tbd -o folded --icf=$how
  check_macho folded
  [ "$(stat -c %s folded)" -lt "$(($(stat -c %s ours) * 95 / 100))" ] || fail "--icf=$how folds too little"
done
