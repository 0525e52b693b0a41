#!/usr/bin/env bash
# gold-go link finds start files and libraries itself; --strip leaves no symbol table.
. "$SRC/tests/lib/common.sh"
cxx main <<'S'
#include <iostream>
#include <stdexcept>
#include <thread>
#include <vector>
int main() {
  std::vector<int> v(4);
  std::vector<std::thread> t;
  for (int i = 0; i < 4; ++i) t.emplace_back([&v, i] { v[i] = i; });
  for (auto &x : t) x.join();
  try { throw std::runtime_error("caught"); } catch (const std::exception &e) { std::cout << e.what() << v[3] << std::endl; }
}
S
for kind in --pie --no-pie --static --static-pie; do
  "$GOLD_GO" link main.o -o "main$kind" "$kind" --strip
  run caught3 "./main$kind"
  readelf -SW "main$kind" > out
  lacks '\.symtab' out
done
