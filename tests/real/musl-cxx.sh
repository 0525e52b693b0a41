#!/usr/bin/env bash
# C++ with goroutines against musl and libc++, all as Zig packs them: its compiler makes the object and, once,
# the libraries; gold-go links them with the runtime that it carries. The image is static: it runs in any root.
. "$SRC/tests/lib/common.sh"
zig() { "$GOLD_GO_PYTHON" -m ziglang "$@"; }
[ -x "$GOLD_GO_PYTHON" ] && zig version > /dev/null 2>&1 || skip "ziglang is not installed: no libc++ for musl"
cache=${XDG_CACHE_HOME:-$HOME/.cache}/gold-go/zig-$(zig version)
export ZIG_GLOBAL_CACHE_DIR=$cache ZIG_LOCAL_CACHE_DIR=$WORK/zig ZIG_VERBOSE_LINK=1
target="-target x86_64-linux-musl"

cat > main.cc <<'C'
#include <cstdio>
#include <go/go.hpp>
#include <map>
#include <stdexcept>
#include <string>
using namespace std::chrono_literals;
int main() {
  go::chan<std::string> words(2);
  go::go([words]() mutable { for (auto w : {"a", "b", "a"}) words.send(w); words.close(); });
  std::map<std::string, int> count;
  for (auto &w : words) count[w]++;
  try {
    go::spawn([] { go::sleep_for(1ms); throw std::runtime_error("boom"); }).join();
  } catch (const std::exception &e) {
    std::printf("%d %d %s\n", count["a"], count["b"], e.what());
  }
}
C
# shellcheck disable=SC2086
zig c++ $target -std=c++20 -O1 -I"$("$GOLD_GO" runtime include-dir)" -c main.cc -o main.o
# The words that Zig gives its own linker name the libraries.
# shellcheck disable=SC2086
zig c++ $target -static -xc++ - -o ignored <<< '#include <string>
int main() { try { throw std::string(); } catch (...) { return 0; } }' 2> told || true
line=$(grep '^ld.lld .*/crt1.o' told | grep -v ' -r ' | tail -n 1)
[ -n "$line" ] || skip "Zig does not say how it links"
start=$(grep -oE '[^ ]+/crt1\.o' <<< "$line")
mapfile -t libraries < <(grep -oE '[^ ]+\.a( |$)' <<< "$line" | tr -d ' ' | grep -v ubsan)
"$GOLD_GO" ld -static --eh-frame-hdr -o app "$start" main.o --start-group "${libraries[@]}" --end-group
by_gold_go app
lacks INTERP <(readelf -lW app)
run '2 1 boom' ./app
