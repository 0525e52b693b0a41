#!/usr/bin/env bash
# `gold-go link` takes GCC's libraries of the thread model that the objects say they are compiled for, as
# archives or, on demand, as DLLs.
. "$SRC/tests/link/pe/lib.sh"
need $MINGW-g++-posix $MINGW-g++-win32
cat > x.cc <<'S'
#include <iostream>
#include <stdexcept>
int main() {
  try {
    throw std::runtime_error("thrown");
  } catch (std::exception &e) {
    std::cout << e.what() << std::endl;
  }
}
S
imports() { python3 "$SRC/tests/lib/pe-field.py" imports "$1"; }
for model in posix win32; do
  gxx=$(compiler g++ $model)
  "$gxx" -c x.cc -o x.o
  "$GOLD_GO" link x.o -o static.exe -Map static.map
  wine_run thrown static.exe
  lacks 'libgcc|libstdc|winpthread' <(imports static.exe)
  has "12-$model/libstdc\+\+\.a" static.map
  lacks "12-$([ $model = posix ] && echo win32 || echo posix)/" static.map
  "$GOLD_GO" link x.o -o shared.exe --shared-runtime
  has 'libstdc\+\+-6' <(imports shared.exe)
  has 'libgcc_s_seh-1' <(imports shared.exe)
  WINEPATH="Z:$(dirname "$("$gxx" -print-file-name=libstdc++.dll.a)");Z:/usr/$MINGW/lib" wine_run thrown shared.exe
done
# Objects of an assembler say nothing: GCC for POSIX threads.
"$(compiler gcc)" -c -x assembler -o s.o - <<'S'
.globl main
main: xor %eax, %eax
  ret
S
has '12-posix/crtbegin.o' <("$GOLD_GO" link s.o -o s.exe --print-link-line)
