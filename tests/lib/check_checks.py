#!/usr/bin/env python3
"""Shows that a checker of images checks: each of its checks fails on some broken copy of a good image.

    check_checks.py CHECKER IMAGE...

CHECKER is check_macho.py or check-pe.py. A copy is broken by one field: each word of the headers and each word
elsewhere that is not zero is replaced by a few other numbers, and a few things are done that no single word does.
A good image must pass; then every call of `need` or `check` in CHECKER must have failed at least once.
"""
import ast
import importlib.util
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


def main():
    checker_path, images = sys.argv[1], sys.argv[2:]
    checker = load(checker_path)
    wanted = checks(checker_path)
    name = "need" if hasattr(checker.Image, "need") else "check"
    fired = set()
    original = getattr(checker.Image, name) if name == "need" else checker.Image.check

    def record(self, ok, *text):
        if not ok:
            fired.add(sys._getframe(1).f_lineno)
        return original(self, ok, *text)

    run = checker.Image.check if name == "need" else checker.Image.run
    setattr(checker.Image, name, record)

    def faults(data):
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
        for at, new in breakages(data, 0x700):
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
