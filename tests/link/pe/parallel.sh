#!/usr/bin/env bash
# Eight threads from the first byte on give the bytes of one: C++, garbage collection, folding, debug information, a DLL.
# labels: threads
. "$SRC/tests/link/pe/lib.sh"
for i in 1 2 3 4 5 6; do
  cat > f$i.cc << S
#include <string>
template <class T> T twice(T t) { return t + t; }
int same$i(int x) { return x * 5 + 2; }
int f$i(int x) { try { if (x) throw $i; } catch (int y) { return twice(y) + same$i(x); } return std::to_string(x + $i).size(); }
S
  "$MINGW_CXX" -c -O1 -g -ffunction-sections f$i.cc
done
echo 'int f1(int), f6(int); int main() { return f1(1) + f6(0); }' > main.cc
"$MINGW_CXX" -c -O1 -g main.cc
for how in "-static -Wl,--gc-sections" "-static -Wl,--icf=all,-s" "-shared -Wl,--export-all-symbols,--out-implib,lib.a"; do
  # shellcheck disable=SC2086
  mingw g++ $how main.o f?.o -o image.exe -Wl,--threads=1
  mv image.exe one.exe # a DLL knows its name
  # shellcheck disable=SC2086
  mingw g++ $how main.o f?.o -o image.exe -Wl,--threads=8,--parallel-from=0
  checked image.exe
  same one.exe image.exe
done
