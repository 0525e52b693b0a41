"""Compares what lives of a Go program with what Go's own linker keeps.

    go_live.py DUMPDEP LIVE

DUMPDEP is what `go tool link -dumpdep` prints, "A -> B <UsedInIface>": B lives. LIVE is what the test case
"Go objects: a whole program" writes. Made by the linker itself are the lists of initializers and what says
which code is FIPS 140; that a call to an initializer of a map goes elsewhere is no line.
"""
import re
import sys

read = lambda path: open(path, encoding="utf-8", errors="surrogateescape").read().split("\n")
theirs = {re.sub(r" <(UsedInIface|ReflectMethod)>", "", line.split(" -> ", 1)[1])
          for line in read(sys.argv[1]) if " -> " in line}
ours = {line for line in read(sys.argv[2]) if line and not line.startswith("# ")}
own = re.compile(r"go:(main|runtime)\.inittasks$|go:fipsinfo$|go:info\.struct { Magic|runtime\.mapinitnoop$")
differ = [(sign, name) for sign, names in (("theirs", theirs - ours), ("ours", ours - theirs))
          for name in sorted(names) if not own.match(name)]
print(f"{sys.argv[2]}: {len(ours)} names live, Go's linker has {len(theirs)}")
for sign, name in differ[:20]:
    print(f"only {sign}: {name}")
sys.exit(bool(differ) or len(ours) < 20000)
