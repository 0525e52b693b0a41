#!/usr/bin/env python3
"""Writes the table of docs/architecture.md that says what each format and architecture adds.

    scripts/format-table.py [--print]

It counts files and lines below src/, rounded, and puts the table between the two markers.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
SRC = ROOT / "src"
DOC = ROOT / "docs/architecture.md"
BEGIN, END = "<!-- scripts/format-table.py -->\n", "<!-- end -->\n"

# Name; folder below formats/ and readers/; folder below writers/; what is one architecture's alone.
FORMATS = [
    ("ELF", "elf", "elf", {"x86-64": "x86_64", "AArch64": "aarch64|errat|cortex"}),
    ("PE / COFF", "coff", "pe", {"x86-64": "^reloc"}),
    ("Mach-O", "macho", "macho", {"x86-64": "x86_64", "arm64": "arm64"}),
    ("Go objects", "goobj", None, {}),
]
SHARED = ["support", "model", "dwarf", "resolve", "layout", "readers/script", "driver", "lto"]


def sources(folder, deep=True):
    path = SRC / folder
    found = path.rglob("*") if deep else path.glob("*")
    return sorted(p for p in found if p.suffix in (".cc", ".h", ".inc"))


def lines(files):
    return sum(len(p.read_text().splitlines()) for p in files)


def rounded(n):
    return f"{round(n, -2):,}" if n >= 1000 else str(max(round(n, -1), 10))


def size(files):
    return f"{len(files)} files, {rounded(lines(files))} lines" if files else "-"


def table():
    rows = ["| | reading | writing | of that, one architecture |", "|---|---|---|---|"]
    for name, reader, writer, arches in FORMATS:
        reading = sources(f"formats/{reader}") + sources(f"readers/{reader}")
        writing = sources(f"writers/{writer}") if writer else []
        parts = [f"{arch}: {rounded(lines([p for p in reading + writing if re.search(pattern, p.name)]))}"
                 for arch, pattern in arches.items()]
        rows.append(f"| {name} | {size(reading)} | {size(writing)} | {'; '.join(parts) or '-'} |")
    shared = [p for folder in SHARED for p in sources(folder)] + sources("readers", False) + sources("", False)
    rows.append("| **shared**: support, model, archives and DWARF, resolution, layout, scripts, driver, pass list | "
                f"{size(shared)} | | |")
    passes = [p for folder in ("resolve", "layout") for p in sources(folder)]
    rows.append(f"| of that, the passes themselves (`resolve/`, `layout/`) | | {size(passes)} | |")
    return "\n".join(rows) + "\n"


def main():
    if "--print" in sys.argv:
        sys.stdout.write(table())
        return
    text = DOC.read_text()
    before, rest = text.split(BEGIN)
    DOC.write_text(before + BEGIN + table() + END + rest.split(END, 1)[1])


if __name__ == "__main__":
    main()
