#!/usr/bin/env bash
# -r: objects made one, which is linked again, by gold-go, by GNU ld and by ld.lld, with what the parts give: COMDAT
# sections of which one copy survives, unwind information, exceptions, thread-local and common variables, weak
# symbols, directives.
. "$SRC/tests/link/pe/lib.sh"
need clang-19 clang++-19 ld.lld-19
cat > a.cc <<'S'
#include <cstdio>
#include <stdexcept>
#include <string>
__attribute__((noinline)) inline int shared(int x) { static int calls; return ++calls + x; }
struct Base { virtual ~Base() {} virtual int f() { return 1; } };
struct Derived : Base { int f() override { return 2; } };
int b(int), other();
extern "C" int c_file();
Base *make();
static thread_local int here = 5;
extern thread_local int there;
extern "C" __attribute__((weak)) int weak() { return 7; }
template <class T> T twice(T x) { return x + x; }
int main() {
  int caught = 0;
  try { b(-1); } catch (const std::runtime_error &e) { caught = e.what()[0]; }
  Base *p = make();
  std::printf("%d %d %d %d %d %d %d %s\n", caught, p->f(), shared(1) + other(), here + there, weak(), twice(4), c_file(),
              twice(std::string("x")).c_str());
  delete p;
}
S
cat > b.cc <<'S'
#include <stdexcept>
#include <string>
__attribute__((noinline)) inline int shared(int x) { static int calls; return ++calls + x; }
struct Base { virtual ~Base() {} virtual int f() { return 1; } };
struct Derived : Base { int f() override { return 2; } };
thread_local int there = 6;
template <class T> T twice(T x) { return x + x; }
int other() { return shared(10) + twice(1); }
Base *make() { return new Derived; }
int b(int x) { if (x < 0) throw std::runtime_error("runtime"); return x; }
S
cat > c.c <<'S'
int common, big[40], commons(void);
static const char *names[] = { "zero", "one", "two" };
__declspec(dllexport) int exported(int i) { return names[i][0]; }
int c_file(void) { common += 3; switch (big[1]) { case 0: return common + commons() + exported(1) - 'o'; case 1: return 4; case 2: return 90; case 3: return 17; case 5: return 1; } return 0; }
S
echo 'int common, big[100]; int commons(void) { return common * 2 + big[99]; }' > d.c
expected="114 2 16 11 7 8 9 xx"
for who in gcc clang; do
  flags="-O1 -ffunction-sections -fcommon -g"
  if [ $who = gcc ]; then
    # shellcheck disable=SC2086
    { "$MINGW_CXX" $flags -c a.cc b.cc; "$MINGW_CC" $flags -c c.c d.c; }
  else
    # shellcheck disable=SC2086
    { clang++-19 --target=x86_64-w64-windows-gnu $flags -c a.cc b.cc; clang-19 --target=x86_64-w64-windows-gnu $flags -c c.c d.c; }
  fi
  mingw g++ -static a.o b.o c.o d.o -o direct.exe
  wine_run "$expected" direct.exe
  "$GOLD_GO" ld -m i386pep -r a.o b.o c.o d.o -o all.o
  mingw gcc -r -nostdlib a.o b.o -o half.o
  "$GOLD_GO" ld -m i386pep -r half.o c.o d.o -o twice.o
  for o in all twice; do
    mingw g++ -static $o.o -o $o.exe -Wl,--gc-sections
    wine_run "$expected" $o.exe
    "$MINGW_CXX" -static $o.o -o gnu.exe # GNU ld
    [ "$(timeout 60 "$WINE" gnu.exe 2> err | tr -d '\r')" = "$expected" ] || fail "by GNU ld the program of $o.o ($who) is another: $(cat err)"
    clang++-19 --target=x86_64-w64-windows-gnu -fuse-ld=lld -static $o.o -o lld.exe
    [ "$(timeout 60 "$WINE" lld.exe 2> err | tr -d '\r')" = "$expected" ] || fail "by ld.lld the program of $o.o ($who) is another: $(cat err)"
    # A copy that the program has already makes that of the object superfluous.
    mingw g++ -static b.o $o.o -o twofold.exe -Wl,--allow-multiple-definition
    $MINGW-nm $o.o > names
    [ "$(grep -c ' T _Z6sharedi$' names)" = 1 ] || fail "not one copy of an inline function"
    has '^0*190 C big$' names
    has ' U _Unwind_Resume$' names
    has '[-]export:' <(strings $o.o)
  done
  mingw gcc -shared all.o -static -o all.dll -lstdc++
  has 'exported$' <($MINGW-objdump -p all.dll)
  llvm-readobj-19 -S --symbols all.o > dump
  has 'Selection: Any' dump
  # Debug information of the parts is whole.
  [ $who != gcc ] || has 'DW_AT_name.*b.cc' <($MINGW-objdump --dwarf=info all.o)
done
# Many relocations: more than the header can count.
python3 -c 'print(".data\n" + ".quad start\n" * 70000 + ".text\n.globl start\nstart: subq $40, %rsp\nmovl $41, %ecx\ncall ExitProcess")' > m.s
"$MINGW_CC" -c m.s
"$GOLD_GO" ld -m i386pep -r m.o -o many.o
[ "$(llvm-readobj-19 --relocs many.o | grep -c ADDR64)" = 70000 ] || fail "relocations are missing"
"$GOLD_GO" ld -m i386pep many.o -lkernel32 -e start -o many.exe
wine_run "= 41" many.exe
fails_with 'not supported yet with -r' "$GOLD_GO" ld -m i386pep -r -s m.o -o x.o
