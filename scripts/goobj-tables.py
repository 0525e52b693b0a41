#!/usr/bin/env python3
"""Writes src/formats/goobj/tables_<release>.inc: the numbers of one release of Go that its object files use.

    scripts/goobj-tables.py GOROOT > src/formats/goobj/tables_1_26.inc

Relocation types, symbol kinds and builtin symbols have no numbers in the format that would stay: each
release may renumber them. They are read from GOROOT/src/cmd/internal.
"""
import re
import sys
from pathlib import Path

internal = Path(sys.argv[1]) / "src/cmd/internal"
release = re.match(r"go(\d+\.\d+)", (Path(sys.argv[1]) / "VERSION").read_text())[1]


def constants(path, first, last=None):
    """Names of a block of constants that counts up from `first`."""
    names = []
    for line in (internal / path).read_text().splitlines():
        match = re.match(r"\t([A-Z]\w*)(\s.*)?$", line)
        if match and (names or match[1] == first):
            if match[1] == last:
                break
            names.append(match[1])
        elif names and line.startswith(")"):
            break
    return names


def table(macro, rows):
    for number, row in rows:
        print(f"{macro}({number}, {row})")


print(f"// Numbers of Go {release}'s object files. Written by scripts/goobj-tables.py; don't edit.")
print("#ifdef GOOBJ_RELOC")
table("GOOBJ_RELOC", enumerate(constants("objabi/reloctype.go", "R_ADDR", "R_WEAK"), 1))
print("#endif\n#ifdef GOOBJ_KIND")
table("GOOBJ_KIND", enumerate(constants("objabi/symkind.go", "Sxxx")))
print("#endif\n#ifdef GOOBJ_BUILTIN")
builtins = re.findall(r'\{"([^"]+)", (\d)\}', (internal / "goobj/builtinlist.go").read_text())
table("GOOBJ_BUILTIN", ((i, f'"{name}", {abi}') for i, (name, abi) in enumerate(builtins)))
print("#endif")
