#!/usr/bin/env bash
# Broken debug information costs a message its source lines at most: never a crash, never the message.
. "$SRC/tests/lib/common.sh"
c main -g -O1 -fno-pic -ffunction-sections <<'C'
int missing(int);
int *pointer = (int *)&missing;
struct { int a, b; } twice = {1, 2};
static int helper(int x) { return missing(x) + 1; }
int _start(void) { return helper(1) + missing(2) + twice.a; }
C
# Names in a message can't speak to the terminal.
asm escape <<< $'  .globl _start\n_start: call "\x1b[31mred"'
fails_with 'undefined symbol: \?\[31mred' "$GOLD_GO" ld -o app escape.o
c other -g <<< 'int twice = 3;'
cat > mutate.py <<'P'
import random, struct, subprocess, sys
linker, source = sys.argv[1:]
good = open(source, "rb").read()
shoff, = struct.unpack_from("<Q", good, 40)
shnum, shstrndx = struct.unpack_from("<HH", good, 60)
sh = [struct.unpack_from("<IIQQQQIIQQ", good, shoff + 64 * i) for i in range(shnum)]
names = sh[shstrndx][4]
name = lambda s: good[names + s[0] : good.index(b"\0", names + s[0])].decode()
debug = [s for s in sh if ".debug" in name(s) and s[5]]
rng = random.Random(1)
for i in range(150):
    bad = bytearray(good)
    for _ in range(rng.choice((1, 2, 8, 64))):
        s = rng.choice(debug)
        bad[s[4] + rng.randrange(s[5])] = rng.choice((0, 1, 0x7F, 0x80, 0xFF, rng.randrange(256)))
    if i % 3 == 0:  # a section that says another size
        k = sh.index(rng.choice(debug))
        struct.pack_into("<Q", bad, shoff + 64 * k + 32, rng.randrange(sh[k][5] + 1))
    open("bad.o", "wb").write(bad)
    r = subprocess.run([linker, "ld", "-o", "app", "bad.o", "other.o"], capture_output=True, text=True, errors="replace", timeout=20)
    text = r.stdout + r.stderr
    assert r.returncode == 1 and "internal error" not in text, (i, r.returncode, text)
    # Relocations of debug sections that are out of bounds are an error of their own, found later.
    assert "duplicate symbol: twice" in text or "bad.o" in text, (i, text)
P
python3 mutate.py "$GOLD_GO" main.o
