#!/usr/bin/env python3
"""Fails when a room of src/ includes what it may not know, or a source file grows too long.

    layering.py SOURCE-TREE

The rules are those of docs/architecture.md. A format's reader or writer knows its own format alone;
resolve and layout know none: they reach formats through the model's Target.
"""

import os
import re
import sys

# The rooms that each room may include besides itself. "formats" stands for formats/<own format>.
MAY_KNOW = {
    "support": set(),
    "formats": {"model", "support"},
    "model": {"support"},
    "dwarf": {"model", "support"},
    "readers": {"model", "support", "formats", "dwarf"},
    "resolve": {"model", "support"},
    "layout": {"model", "support"},
    "writers": {"model", "support", "formats", "dwarf"},
    "lto": {"model", "support"},
    "driver": {"model", "support"},
    "runtime_embed": {"model", "support", "readers"},
    "inspect": {"readers", "model", "support", "formats"},
}

# Libraries that only one place may know.
LIBRARY_HOMES = [
    (re.compile(r"^(tbb|oneapi/tbb)/"), ("support/threads",)),
    (re.compile(r"^llvm/Demangle/"), ("support/demangle",)),
    (re.compile(r"^llvm(-c)?/"), ("support/demangle", "lto/")),
    (re.compile(r"^LIEF/"), ("inspect/",)),
    (re.compile(r"^yaml\.h$"), ("readers/macho/tbd",)),
    # The project has its own headers of each format.
    (re.compile(r"^(elf|link|mach-o/.*|windows)\.h$"), ()),
]

FORMATS = {"elf": "elf", "coff": "coff", "pe": "coff", "macho": "macho", "goobj": "goobj"}
INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)')
SOURCE_FOLDERS = ("src", "runtime", "tests", "bench", "scripts")
SOURCE_ENDINGS = (".cc", ".h", ".c", ".S", ".s", ".py", ".sh", ".inc")
MAX_LINES = 1200
MAX_LINES_OF = {"src/link.cc": 150}


def room(path):
    """The room of a path below src/, or "" for the files right in it (link.cc, main.cc)."""
    return path.split("/")[0] if "/" in path else ""


def file_format(path):
    """The one format that a file below src/ belongs to, or None: readers/elf/x.cc, readers/elf.cc."""
    parts = path.split("/")
    if len(parts) < 2 or parts[0] not in ("readers", "writers", "formats"):
        return None
    return FORMATS.get(parts[1].split(".")[0].split("_")[0])


def check_include(path, target):
    """What is wrong with the file `path` including `target` (both below src/), or None."""
    here, there = room(path), room(target)
    if not here:
        return None
    if not there:
        return f"{here}/ may not know {target}"
    if here != there and there not in MAY_KNOW.get(here, set()):
        return f"{here}/ may not know {there}/"
    own, other = file_format(path), file_format(target)
    if own and other and own != other:
        return f"code of {own} may not know {other}"
    return None


def check_library(path, header):
    """What is wrong with a file below src/ including <header>, or None."""
    for pattern, homes in LIBRARY_HOMES:
        if pattern.match(header):
            if path.startswith(tuple(homes)):
                return None
            return f"<{header}> belongs in {' or '.join(homes) if homes else 'no file'}"
    return None


def includes(lines):
    for number, line in enumerate(lines, 1):
        if match := INCLUDE.match(line):
            yield number, match[1], match[2]


def check_file(root, path, lines):
    """Yields (line number, message) for a file, `path` being relative to the source tree."""
    if len(lines) > (limit := MAX_LINES_OF.get(path, MAX_LINES)):
        yield len(lines), f"{len(lines)} lines are more than {limit}"
    folder = os.path.dirname(path)
    for number, quoted, angled in includes(lines):
        if path.startswith("src/"):
            below = path[len("src/"):]
            if angled:
                message = check_library(below, angled)
            else:
                beside = os.path.normpath(os.path.join(folder, quoted))
                target = beside if os.path.exists(os.path.join(root, beside)) else "src/" + quoted
                if not target.startswith("src/"):
                    message = f"src/ may not know {target}"
                else:
                    message = check_include(below, target[len("src/"):])
            if message:
                yield number, message
        elif path.startswith("runtime/"):
            target = quoted or angled
            beside = os.path.normpath(os.path.join(folder, target))
            if (quoted and beside.startswith("src/")) or (
                target.split("/")[0] in MAY_KNOW and os.path.exists(os.path.join(root, "src", target))
            ):
                yield number, f"runtime/ may not know src/ ({target})"


def source_files(root):
    for top in SOURCE_FOLDERS:
        for folder, folders, names in os.walk(os.path.join(root, top)):
            folders.sort()
            for name in sorted(names):
                if name.endswith(SOURCE_ENDINGS):
                    yield os.path.relpath(os.path.join(folder, name), root)


def main(root):
    bad = count = 0
    for path in source_files(root):
        count += 1
        with open(os.path.join(root, path), encoding="utf-8", errors="replace") as file:
            lines = file.read().splitlines()
        for number, message in check_file(root, path, lines):
            print(f"{path}:{number}: {message}")
            bad += 1
    print(f"{count} files, {bad} faults")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
