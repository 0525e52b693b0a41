#!/usr/bin/env bash
# The same bytes with one thread and with eight, from another folder, and again.
# labels: threads
. "$SRC/tests/lib/common.sh"
for i in 1 2 3 4 5 6; do
cxx f$i -g -ffunction-sections <<S
#include <map>
#include <string>
std::map<std::string, int> &table$i() { static std::map<std::string, int> m{{"a$i", $i}, {"b", 2}}; return m; }
S
done
cxx main -g <<'S'
#include <cstdio>
#include <map>
#include <string>
std::map<std::string, int> &table1(), &table6();
int main() { std::printf("%zu\n", table1().size() + table6().size()); }
S
link() { g++ -B"$GOLD_GO_B" main.o f?.o -Wl,--build-id=sha1 "$@"; }
link -o one -Wl,--threads=1
link -o eight -Wl,--threads=8,--parallel-from=0
link -o again -Wl,--threads=8,--parallel-from=0
mkdir other && cp ./*.o other && (cd other && link -o ../moved)
run 4 ./one
same one eight
same one again
same one moved
