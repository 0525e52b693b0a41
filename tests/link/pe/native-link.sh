#!/usr/bin/env bash
# `gold-go link` makes a program of COFF objects that runs alone, with no other option.
. "$SRC/tests/link/pe/lib.sh"
CC=$MINGW_CC c hello <<'S'
#include <stdio.h>
int main(void) { puts("hello"); return 3; }
S
"$GOLD_GO" link hello.o -o hello.exe --pie --strip
wine_run "$(printf 'hello\n= 3')" hello.exe
CXX=$MINGW_CXX cxx x <<'S'
#include <iostream>
#include <stdexcept>
#include <thread>
int main() {
  int n = 0;
  std::thread t([&] { try { throw std::runtime_error("thrown"); } catch (std::exception &e) { std::cout << e.what() << std::endl; n = 4; } });
  t.join();
  return n;
}
S
"$GOLD_GO" link x.o -o x.exe --pie --strip
wine_run "$(printf 'thrown\n= 4')" x.exe
lacks 'libgcc|libstdc|winpthread' <(python3 "$SRC/tests/lib/pe-field.py" imports x.exe)
printf 'int f(void) { return 5; }' > d.c
$MINGW_CC -c d.c
"$GOLD_GO" link d.o -o d.dll --shared
checked d.dll
run f python3 "$SRC/tests/lib/pe-field.py" exports d.dll
