#!/usr/bin/env python3
"""Fails when an option of GNU ld's dialect is accepted and then read by nobody.

    options.py SOURCE-TREE

The rows of the option table (src/driver/table_gnu.cc, table_z.cc) set fields of Options. A field that a row in
force sets must be read outside of the tables; rows that are refused so far (NotYet) may set what nobody reads.
"""

import glob
import os
import re
import sys

TABLES = ("table_gnu.cc", "table_z.cc")
# Fields that may be set and not read.
EXEMPT = {
    "oformat": "only the target's own format is accepted",
    "plugin_args": "for link-time optimization",
}
ROW = re.compile(r'^\s{4}\{"[^"]*"', re.M)
FIELD = re.compile(r"GOLD_(?:SET|STR|ADD|NUM|HEX)\((\w+)|\bopt\.(\w+)")


def fields_set(text):
    """The fields that the code and the rows of a table set, apart from rows that are refused."""
    starts = [m.start() for m in ROW.finditer(text)] + [len(text)]
    parts = [text[: starts[0]]] + [text[a:b] for a, b in zip(starts, starts[1:])]
    fields = set()
    for part in parts:
        if re.search(r"\bNotYet,", part):
            continue
        fields |= {a or b for a, b in FIELD.findall(part)}
    return fields


def main():
    root = os.path.join(sys.argv[1], "src")
    wanted = set()
    others = []
    for path in sorted(glob.glob(os.path.join(root, "**", "*.[ch]*"), recursive=True)):
        with open(path, encoding="utf-8") as f:
            text = f.read()
        name = os.path.basename(path)
        if name in TABLES:
            wanted |= fields_set(text)
        elif not name.startswith("table_") and not path.endswith("model/options.h"):
            others.append(text)
    read = set(re.findall(r"(?:\.|->)(\w+)", "\n".join(others)))
    faults = sorted(wanted - read - set(EXEMPT))
    for field in faults:
        print(f"Options::{field} is set by an option in force, and read by nobody")
    print(f"{len(wanted)} fields, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
