#!/usr/bin/env bash
# An exception crosses from a DLL into the program, which share libgcc and libstdc++; classes of the DLL.
. "$SRC/tests/link/pe/lib.sh"
cat > d.cc <<'S'
#include <stdexcept>
#include <string>
struct __attribute__((visibility("default"))) Thing { virtual ~Thing(); virtual int run(int); static int count; };
Thing::~Thing() { --count; }
int Thing::count = 1;
int Thing::run(int x) { if (x > 2) throw std::out_of_range("from dll " + std::to_string(x)); return x; }
Thing *make() { ++Thing::count; return new Thing; }
S
cat > m.cc <<'S'
#include <iostream>
#include <stdexcept>
struct Thing { virtual ~Thing(); virtual int run(int); static int count; };
Thing *make();
struct Mine : Thing { int run(int x) override { return Thing::run(x + 1); } };
int main() {
  Thing *t = make();
  try { Mine m; m.run(1); m.run(5); } catch (const std::exception &e) { std::cout << e.what() << " " << Thing::count << "\n"; }
  delete t;
  std::cout << Thing::count << std::endl;
}
S
mingw g++ -shared d.cc -o d.dll
checked d.dll
mingw g++ m.cc d.dll -o m.exe
WINEPATH="Z:$(dirname "$($MINGW_CXX -print-file-name=libstdc++.dll.a)");Z:/usr/$MINGW/lib"
export WINEPATH
wine_run "$(printf 'from dll 6 1\n0')" m.exe
