#!/usr/bin/env bash
# Broken inputs end in an error that names the file, never in a crash.
. "$SRC/tests/link/pe/lib.sh"
corpus=$SRC/tests/fuzz/corpus
python3 - "$GOLD_GO" "$corpus" <<'P'
import os, random, subprocess, sys
gold, corpus = sys.argv[1:]
seeds = [os.path.join(corpus, d, f) for d in ("coff_object", "coff_dll") for f in sorted(os.listdir(os.path.join(corpus, d)))]
random.seed(7)
for i in range(120):
    seed = seeds[i % len(seeds)]
    data = bytearray(open(seed, "rb").read())
    for _ in range(random.choice((1, 2, 6))):
        at = random.randrange(len(data))
        data[at] = random.choice((0, 255, 127, 128, random.randrange(256)))
    if i % 9 == 0:
        del data[random.randrange(1, len(data)):]
    name = "in.dll" if "coff_dll" in seed else "in.o"
    open(name, "wb").write(data)
    r = subprocess.run([gold, "ld", "-m", "i386pep", name, os.path.join(corpus, "coff_object/gcc"), "-e", "main", "-o", "out.exe"],
                       capture_output=True, timeout=60)
    if r.returncode not in (0, 1) or b"internal error" in r.stderr:
        open("bad", "wb").write(data)
        sys.exit("%s, mutation %d: exit %d: %s" % (seed, i, r.returncode, r.stderr.decode("latin1")))
P
head -c 100 "$corpus/coff_object/gcc" > cut.o
fails_with 'cut.o: .*reaches beyond|cut.o: ' "$GOLD_GO" ld -m i386pep cut.o -o x.exe
fails_with "can't be linked into an image of format COFF|not of the output" "$GOLD_GO" ld -m i386pep "$corpus/elf_object/cxx" -o x.exe
