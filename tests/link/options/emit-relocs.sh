#!/usr/bin/env bash
# --emit-relocs: an image with the relocations it was made of: the same as lld's, and true: what the image holds at
# a place is what its relocation says.
. "$SRC/tests/lib/common.sh"
[ "$(uname -m)" = x86_64 ] || skip "x86-64 only"
c a -fno-pic -ffunction-sections -fno-asynchronous-unwind-tables <<'C'
extern int b(const char *, int *);
static int local = 5;
int *pointer = &local;
int (*function)(const char *, int *) = b;
const char *texts[] = {"one", "two", "one"};
__thread int tls = 1;
void dead(void) { b("dead", 0); }
void _start(void) { b("text of a", pointer); tls = b(texts[1], &local); }
C
c b -fno-pic -fno-asynchronous-unwind-tables <<< 'static int counter; int b(const char *s, int *p) { return s[0] + p[0] + counter++; }'
relocs() {
  readelf -rW "$1" | awk '/^Relocation section/ { s = $3 } /R_X86_64/ { print s, $3, $5, $6, $7 }' | sort
}
"$GOLD_GO" ld --gc-sections --emit-relocs -o app a.o b.o
readelf -SW app > sections
has ' \.rela\.text +RELA' sections
has ' \.rela\.data +RELA' sections
relocs app > ours
if command -v ld.lld-19 > /dev/null; then
  ld.lld-19 --gc-sections --emit-relocs -o lld a.o b.o
  relocs lld > theirs
  # Section symbols have no name in lld's table of this version's readelf; addresses may differ.
  [ "$(awk '{ print $1, $2 }' ours)" = "$(awk '{ print $1, $2 }' theirs)" ] || {
    diff theirs ours
    fail "lld keeps other relocations"
  }
fi
# S + A (- P) is what stands there.
cat > check.py <<'P'
import struct, sys
data = open(sys.argv[1], "rb").read()
shoff, = struct.unpack_from("<Q", data, 40)
shnum, shstrndx = struct.unpack_from("<HH", data, 60)
sh = [struct.unpack_from("<IIQQQQIIQQ", data, shoff + 64 * i) for i in range(shnum)]
checked = 0
for s in sh:
    if s[1] != 4 or s[2] & 2:  # SHT_RELA, not allocated
        continue
    symtab, target = sh[s[6]], sh[s[7]]
    for off in range(s[4], s[4] + s[5], 24):
        place, info, addend = struct.unpack_from("<QQq", data, off)
        kind, sym = info & 0xffffffff, info >> 32
        name, st, oth, shndx, value, size = struct.unpack_from("<IBBHQQ", data, symtab[4] + 24 * sym)
        if shndx == 0:
            continue  # the PLT stands for it
        at = place - target[3] + target[4]
        if kind == 1:
            want, got = value + addend, struct.unpack_from("<Q", data, at)[0]
        elif kind in (2, 4):
            want, got = value + addend - place, struct.unpack_from("<i", data, at)[0]
        elif kind in (10, 11):
            want, got = value + addend, struct.unpack_from("<i", data, at)[0]
        else:
            continue
        assert want == got, (kind, hex(place), hex(want), hex(got))
        checked += 1
print(checked, "relocations")
assert checked >= int(sys.argv[2])
P
python3 check.py app 9
gcc -B"$GOLD_GO_B" -no-pie -Wl,--emit-relocs -x c - -o whole <<< '#include <stdio.h>
int main(void) { printf("%s %d\n", "works", 1); return 0; }'
run 'works 1' ./whole
python3 check.py whole 3
# Those of .eh_frame, whose records have been dropped, joined and moved: each FDE's is at its function.
cat > eh.cc <<'C'
struct E {};
void thrower(int x) { if (x) throw E(); }
__attribute__((noinline)) void unused() { thrower(2); }
inline void common() { try { thrower(0); } catch (E &) {} }
int main() { try { common(); thrower(1); } catch (E &) { return 0; } return 1; }
C
g++ -ffunction-sections -c eh.cc -o eh1.o
g++ -ffunction-sections -Dmain=second -Dthrower=thrower2 -Dunused=unused2 -c eh.cc -o eh2.o
g++ -B"$GOLD_GO_B" -no-pie -Wl,-q -Wl,--gc-sections eh1.o eh2.o -o eh
./eh
python3 check.py eh 20
readelf -SW eh | grep -A1 ' \.rela\.eh_frame' | grep RELA > /dev/null || fail "no .rela.eh_frame"
info=$(readelf -SW eh | sed -n 's/.* \.rela\.eh_frame .* I *[0-9]* *\([0-9]*\) .*/\1/p')
readelf -SW eh | grep "\[ *$info\] \.eh_frame " > /dev/null || fail ".rela.eh_frame is not about .eh_frame"
# As many as FDEs and what else they refer to: personality routines and tables of exceptions.
fdes=$(readelf --debug-dump=frames eh | grep -c ' FDE ')
relocs=$(readelf -rW eh | awk '/^Relocation section/ { s = $3 } /R_X86_64/ && s == "'"'.rela.eh_frame'"'"' | wc -l)
[ "$relocs" -ge "$fdes" ] || fail "$relocs relocations of $fdes FDEs"
gcc -B"$GOLD_GO_B" -pie -Wl,-q -x c - -o whole <<< 'int main(void) { return 0; }'
./whole
fails_with 'strip-all' "$GOLD_GO" ld -s -q -o app a.o b.o
