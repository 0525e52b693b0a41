#!/usr/bin/env python3
"""Checks images for what a loader enforces or silently relies on.

    check_image.py [--all] [--allow=RULE,...] FILE|FOLDER...

In a folder every image that gold-go made (its name stands in .comment) is checked; --all checks the images of
other linkers too, and a FILE is always checked. Prints a line a fault and exits 1 if there is any.

run-one.sh calls it for the folder of each link test. A test that wants what a rule forbids says so in a line
"# image-check: allow RULE...".
"""
import os
import sys

import check_elf

CHECKERS = [(b"\x7fELF", check_elf)]


def files_under(folder):
    for where, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            path = os.path.join(where, name)
            if os.path.isfile(path) and not os.path.islink(path):
                yield path


def check(path, allowed, whoever):
    """The faults of one file; None if it is not for us."""
    try:
        with open(path, "rb") as f:
            magic = f.read(4)
            checker = next((c for m, c in CHECKERS if magic.startswith(m)), None)
            if checker is None:
                return None
            data = magic + f.read()
    except OSError:
        return None
    if not whoever and not checker.made_by_gold_go(data):
        return None
    return [fault for rule, fault in checker.faults(data) if rule not in allowed]


def main(argv):
    whoever, allowed, paths = False, set(), []
    for arg in argv:
        if arg == "--all":
            whoever = True
        elif arg.startswith("--allow="):
            allowed |= set(filter(None, arg[8:].replace(",", " ").split()))
        else:
            paths.append(arg)
    if not paths:
        sys.stderr.write(__doc__)
        return 2
    bad = seen = 0
    for path in paths:
        folder = os.path.isdir(path)
        for name in files_under(path) if folder else [path]:
            result = check(name, allowed, whoever or not folder)
            if result is None:
                if not folder:
                    print(f"{name}: not an image of a known format")
                    bad += 1
                continue
            seen += 1
            for fault in result:
                print(f"{os.path.relpath(name, path) if folder else name}: {fault}")
                bad += 1
    if os.environ.get("VERBOSE"):
        print(f"checked {seen} images, {bad} faults")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
