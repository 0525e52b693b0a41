#!/usr/bin/env python3
"""Shows that a checker of images checks: each of its checks fails on some broken copy of a good image.

    check_checks.py CHECKER IMAGE...

CHECKER is check_macho.py, check-pe.py or check_elf.py. A copy is broken by one field: each word of the headers and each word
elsewhere that is not zero is replaced by a few other numbers, and a few things are done that no single word does.
A good image must pass; then every call of `need` or `check` (ELF: `require` or `fault`) in CHECKER must have failed at least once.
"""
import ast
import importlib.util
import random
import struct
import sys


def load(path):
    spec = importlib.util.spec_from_file_location("checker", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# The lines of all checks: calls of self.need, self.check, and of c where c is self.check.
def checks(path):
    tree = ast.parse(open(path).read())
    lines = {}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        f = node.func
        name = f.attr if isinstance(f, ast.Attribute) and isinstance(f.value, ast.Name) and f.value.id == "self" else f.id if isinstance(f, ast.Name) else ""
        if name in ("need", "check", "c") and len(node.args) == 2:
            lines[(node.lineno, node.end_lineno)] = ast.unparse(node.args[1])
        elif isinstance(f, ast.Attribute) and f.attr in ("require", "fault") and name == "":
            lines[(node.lineno, node.end_lineno)] = ast.unparse(node.args[-1])
    return lines


def bytes_of(value, size):
    return struct.pack({1: "<B", 2: "<H", 4: "<I"}[size], value % (1 << 8 * size))


def breakages(data, headers):
    for at in range(0, len(data) - 4, 4):
        old = struct.unpack_from("<I", data, at)[0]
        if not old and at >= headers:
            continue
        for new in (0, 0x11, old ^ 0x20, old + 1, old - 1, old ^ 1 << 31, 0xFFFFFFFF, old + 0x1000, old ^ 2, old << 8):
            if new % (1 << 32) != old:
                yield at, bytes_of(new, 4)
        if at < headers:
            for half in (at, at + 2):
                yield half, bytes_of(0xFFFF, 2)
                yield half, bytes_of(0, 2)
            for byte in range(at, at + 4):
                for new in (0, 1, 5, 7, 0xFF, data[byte] + 1, data[byte] ^ 0x40):
                    yield byte, bytes_of(new, 1)
    yield from ((at, b"\xff" * 16) for at in range(0, headers, 8))
    twice = ((b"__DATA_CONST", b"__DATA"), (b"libb.dylib", b"liba.dylib"), (b"\0second\0", b"\0first\0"))
    for name, other in twice:
        at = data.find(name)
        while at >= 0:
            yield at, other.ljust(len(name), b"\0")
            at = data.find(name, at + 1)
    yield len(data), b"\0" * 16
    yield len(data), b"\1"
    yield len(data) - 16, None


# ELF: whatever a loader reads, and the section headers, in fields of all sizes.
def elf_breakages(data):
    copies = []
    phoff, shoff = struct.unpack_from("<QQ", data, 32)
    phnum, _, shnum = struct.unpack_from("<HHH", data, 56)
    ranges = [(0, 64 + 56 * phnum), (shoff, shoff + 64 * shnum)]
    for i in range(shnum):
        _, kind, flags, _, offset, size = struct.unpack_from("<IIQQQQ", data, shoff + 64 * i)
        # Tables that are loaded, and the two symbol tables with their strings; not code and plain data.
        if kind in (2, 3) or (kind not in (0, 1, 8) and flags & 2) or (kind == 1 and size <= 64):
            ranges.append((offset, offset + size))
    for begin, end in ranges:
        for at in range(begin, end - 7, 4):
            for size, form in ((8, "<Q"), (4, "<I"), (2, "<H"), (1, "<B")):
                top = 1 << 8 * size
                for place in range(at, at + (4 if size < 4 else 1), size):
                    old = struct.unpack_from(form, data, place)[0]
                    for new in (0, 1, 3, 7, old + 1, old - 1, old + 24, old + 0x1000, top - 1, old ^ 16):
                        if new % top != old:
                            copies.append((place, struct.pack(form, new % top)))
        # One entry over another.
        for step in (8, 16, 24, 56, 64):
            for at in range(begin, end - 2 * step + 1, step):
                copies.append((at, data[at + step:at + 2 * step]))
                copies.append((at + step, data[at:at + step]))
    # What loaders read first: all flags, places and tags.
    first = [(64, None), (shoff, None), (54, b"\x39")]
    for at in range(64, 64 + 56 * phnum, 56):
        kind, flags, offset, vaddr, _, filesz = struct.unpack_from("<IIQQQQ", data, at)
        first.append((at + 4, struct.pack("<I", flags ^ 1)))
        first += [(at + 16, struct.pack("<Q", vaddr + more)) for more in (16, 0x3010)]
        for entry in range(offset, offset + filesz - 15, 16) if kind == 2 else ():
            first.append((entry, struct.pack("<Q", 22)))  # DT_TEXTREL
            first.append((entry + 8, struct.pack("<Q", 16)))
    # Of the rest most checks fail soon if the order is any but that of the file.
    random.Random(1).shuffle(copies)
    return first + copies[:8000]


def main():
    checker_path, images = sys.argv[1], sys.argv[2:]
    checker = load(checker_path)
    wanted = checks(checker_path)
    elf = hasattr(checker.Image, "require")
    name = "require" if elf else "need" if hasattr(checker.Image, "need") else "check"
    fired = set()
    original = getattr(checker.Image, name)

    def record(self, ok, *text):
        if not ok:
            fired.add(sys._getframe(1).f_lineno)
        return original(self, ok, *text)

    setattr(checker.Image, name, record)
    if elf:
        plain = checker.Image.fault

        def fault(self, *what):
            fired.add(sys._getframe(1).f_lineno)
            return plain(self, *what)

        checker.Image.fault = fault
    else:
        run = checker.Image.check if name == "need" else checker.Image.run

    def faults(data):
        if elf:
            try:
                return checker.faults(data)
            except (struct.error, OverflowError):  # a table that lies outside of the file
                return True
        image = checker.Image.__new__(checker.Image)
        try:
            image.__init__("image", data)
            run(image)
        except Exception:  # whatever it trips over: the image is broken
            return True
        return bool(image.faults)

    for path in images:
        data = open(path, "rb").read()
        if faults(data):
            sys.exit(f"{path} is no good image")
        for at, new in elf_breakages(data) if elf else breakages(data, 0x700):
            copy = data[:at] if new is None else data[:at] + new + data[at + len(new):]
            faults(copy)
            if all(any(a <= line <= b for line in fired) for a, b in wanted):
                break
    missing = {span: text for span, text in wanted.items() if not any(span[0] <= line <= span[1] for line in fired)}
    for (line, _), text in sorted(missing.items()):
        print(f"{checker_path}:{line}: has never failed: {text}")
    sys.exit(bool(missing))


if __name__ == "__main__":
    main()
