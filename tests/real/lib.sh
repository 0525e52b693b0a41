# Helpers for tests of real programs: where their inputs come from.
# shellcheck shell=bash

# duckdb_module PLATFORM: prints the folder of DuckDB's archives for a platform, fetched by Go's module
# system (about 100 MB, kept in its cache).
duckdb_module() {
  need go
  mkdir -p gomod
  (cd gomod && { [ -f go.mod ] || go mod init example > /dev/null 2>&1; } \
    && go mod download -json "github.com/duckdb/duckdb-go-bindings/lib/$1@v0.10506.0" 2> /dev/null) \
    | sed -n 's/.*"Dir": "\(.*\)".*/\1/p'
}

# A page of C around DuckDB's C API, as duck.o by the compiler given.
duckdb_program() {
  CXX=$1 cxx duck <<'S'
#include <cstdio>
#include <cstdlib>
#include <cstdint>
#include <stdexcept>
extern "C" {
typedef struct { void *p; } *duckdb_database, *duckdb_connection;
typedef struct { uint64_t a, b, c; void *d, *e, *f; } duckdb_result;
int duckdb_open(const char *, duckdb_database *);
int duckdb_connect(duckdb_database, duckdb_connection *);
int duckdb_query(duckdb_connection, const char *, duckdb_result *);
int64_t duckdb_value_int64(duckdb_result *, uint64_t, uint64_t);
const char *duckdb_result_error(duckdb_result *);
void duckdb_destroy_result(duckdb_result *);
void duckdb_disconnect(duckdb_connection *);
void duckdb_close(duckdb_database *);
}
int main() {
  duckdb_database db; duckdb_connection con; duckdb_result r;
  if (duckdb_open(nullptr, &db) || duckdb_connect(db, &con)) return 1;
  if (duckdb_query(con, "SELECT sum(i * i) FROM range(1000) t(i)", &r)) { std::puts(duckdb_result_error(&r)); return 2; }
  std::printf("%lld\n", (long long)duckdb_value_int64(&r, 0, 0));
  duckdb_destroy_result(&r);
  // An error inside comes back as an exception that the library catches.
  if (!duckdb_query(con, "SELECT nonsense", &r)) return 3;
  duckdb_destroy_result(&r);
  try { throw std::runtime_error("own"); } catch (const std::exception &e) { std::puts(e.what()); }
  duckdb_disconnect(&con); duckdb_close(&db);
}
S
}

# clang_tool: the words of a link of tests/real/clang_tool.cc, in the array of this name: an object and the
# static archives of clang and LLVM.
clang_tool() {
  local lib=/usr/lib/llvm-19/lib a
  need clang++-19
  for a in libclangCodeGen libLLVMCore libPolly; do
    [ -e "$lib/$a.a" ] || skip "$a.a is missing: libclang-19-dev, llvm-19-dev and libpolly-19-dev have it"
  done
  [ -e tool.o ] || clang++-19 -c -O1 -std=c++17 -I"${lib%/lib}/include" -D_GNU_SOURCE -D__STDC_CONSTANT_MACROS \
    -D__STDC_FORMAT_MACROS -D__STDC_LIMIT_MACROS -o tool.o "$SRC/tests/real/clang_tool.cc"
  # shellcheck disable=SC2034
  clang_tool=(tool.o "$lib"/libclang*.a "$lib"/libLLVM*.a "$lib"/libPolly*.a -lz -lzstd)
}
