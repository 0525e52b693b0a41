#!/usr/bin/env bash
# C++: exceptions through frames with destructors, threads, thread_local, dynamic_cast, iostreams; with the
# libraries as archives and as DLLs.
. "$SRC/tests/link/pe/lib.sh"
cat > x.cc <<'S'
#include <atomic>
#include <iostream>
#include <stdexcept>
#include <thread>
#include <vector>
struct D { int *p; ~D() { ++*p; } };
thread_local int tl = 5;
static int inits = [] { return 3; }();
struct B { virtual ~B() {} };
struct E : B { int v = 9; };
void deep(int n, int *c) { D d{c}; if (n == 0) throw std::runtime_error("boom"); deep(n - 1, c); }
int main() {
  int c = 0;
  std::atomic<int> sum{0};
  std::vector<std::thread> ts;
  for (int i = 0; i < 4; ++i)
    ts.emplace_back([&, i] { tl += i; int k = 0; try { deep(3, &k); } catch (std::exception &) { sum += tl + k; } });
  for (auto &t : ts) t.join();
  try { deep(4, &c); } catch (const std::runtime_error &e) { std::cout << e.what() << c << std::endl; }
  B *b = new E;
  if (auto *e = dynamic_cast<E *>(b)) std::cout << e->v << inits << " " << sum << std::endl;
  return 42;
}
S
want=$(printf 'boom5\n93 42\n= 42')
mingw g++ -O1 -static x.cc -o static.exe
wine_run "$want" static.exe
mingw g++ -O1 -g -ffunction-sections x.cc -o shared.exe -Wl,--gc-sections
WINEPATH="Z:$(dirname "$($MINGW_CXX -print-file-name=libstdc++.dll.a)");Z:/usr/$MINGW/lib"
export WINEPATH
wine_run "$want" shared.exe
# The number of threads does not show.
mingw g++ -O1 -c x.cc -o x.o
mingw g++ -static x.o -o one.exe -Wl,--threads=1
mingw g++ -static x.o -o eight.exe -Wl,--threads=8,--parallel-from=0
same one.exe eight.exe
