#!/usr/bin/env bash
# C++ objects of clang against GCC's libraries: native thread-local variables, unwind data in COMDATs.
. "$SRC/tests/link/pe/lib.sh"
need clang++-19
cat > x.cc <<'S'
#include <cstdio>
#include <stdexcept>
#include <string>
#include <vector>
template <class T> struct Box { T v; ~Box() { ++count; } static int count; };
template <class T> int Box<T>::count = 0;
inline int twice(int x) { static int calls = 0; return ++calls, 2 * x; }
int fail(int x) { Box<std::string> b{"s"}; if (x > 1) throw std::invalid_argument(std::to_string(twice(x))); return x; }
int main() {
  try { fail(21); } catch (const std::logic_error &e) { std::printf("%s %d\n", e.what(), Box<std::string>::count); }
  std::vector<int> v{3, 1, 2};
  return v.at(1) == 1 ? 8 : 0;
}
S
clang++-19 --target=x86_64-w64-windows-gnu -O1 -c x.cc || skip "clang finds no C++ headers for MinGW"
mingw g++ -static x.o -o x.exe -Wl,--gc-sections
wine_run "$(printf '42 1\n= 8')" x.exe
