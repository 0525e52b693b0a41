#!/usr/bin/env bash
# Resources of one object as they are; of several in one tree.
. "$SRC/tests/link/pe/lib.sh"
need $MINGW-windres
printf 'STRINGTABLE { 1 "first" }\n1 RCDATA { "one" }\nTEXT RCDATA { "named" }\n' > a.rc
printf '2 RCDATA { "two" }\nOTHER 300 { "typed" }\n' > b.rc
$MINGW-windres a.rc -O coff -o a.o
$MINGW-windres b.rc -O coff -o b.o
cat > m.c <<'S'
#include <stdio.h>
#include <windows.h>
static void show(const char *name, const char *type) {
  HRSRC r = FindResourceA(0, name, type);
  if (!r) { puts("-"); return; }
  printf("%.*s\n", (int)SizeofResource(0, r), (char *)LockResource(LoadResource(0, r)));
}
int main(void) {
  char s[64] = "";
  LoadStringA(GetModuleHandleA(0), 1, s, 64);
  puts(s);
  show(MAKEINTRESOURCEA(1), (char *)RT_RCDATA); show("TEXT", (char *)RT_RCDATA);
  show(MAKEINTRESOURCEA(2), (char *)RT_RCDATA); show("OTHER", MAKEINTRESOURCEA(300));
  return 0;
}
S
mingw gcc m.c a.o -o one.exe
wine_run "$(printf 'first\none\nnamed\n-\n-')" one.exe
mingw gcc m.c a.o b.o -o two.exe -Wl,--gc-sections
wine_run "$(printf 'first\none\nnamed\ntwo\ntyped')" two.exe
$MINGW-windres a.rc -O coff -o c.o
fails_with 'duplicate resource' mingw gcc m.c a.o c.o -o bad.exe
