#!/usr/bin/env python3
"""hostile.py LAYOUT FILE COMMAND...: runs the command on broken copies of FILE.

A copy is FILE cut short at many lengths, or with one field of its headers set to all ones or to the largest
positive number. LAYOUT says where the fields are: elf, coff, import, macho, ar, go, or text (which has none).
In the command, {} stands for the copy, and {out} for an output that may come into being.

The command must end with exit code 0 or 1, never by a signal or a report of a sanitizer, within a minute, and
with 1 its message must name the copy.
"""
import os
import resource
import struct
import subprocess
import sys

CUTS = 24
LIMIT = 4 << 30  # bytes of an output, and of address space where the linker isn't sanitized


def elf_fields(data):
    yield from ((16, 2), (18, 2), (20, 4), (24, 8), (32, 8), (40, 8), (48, 4))
    yield from ((at, 2) for at in range(52, 64, 2))
    start, size, count = struct.unpack_from("<Q", data, 40)[0], *struct.unpack_from("<HH", data, 58)
    for header in range(start, start + size * count, size):
        yield from ((header, 4), (header + 4, 4))
        yield from ((header + at, 8) for at in (8, 16, 24, 32))
        yield from ((header + 40, 4), (header + 44, 4), (header + 48, 8), (header + 56, 8))


def coff_fields(data):
    yield from ((0, 2), (2, 2), (4, 4), (8, 4), (12, 4), (16, 2), (18, 2))
    sections, _, symbols, count, optional = struct.unpack_from("<HIIIH", data, 2)
    for header in range(20 + optional, 20 + optional + 40 * sections, 40):
        yield from ((header + at, 4) for at in (0, 4, 8, 12, 16, 20, 24, 28, 36))
        yield from ((header + 32, 2), (header + 34, 2))
        relocs = struct.unpack_from("<I", data, header + 24)[0]
        if relocs and struct.unpack_from("<H", data, header + 32)[0]:
            yield from ((relocs, 4), (relocs + 4, 4), (relocs + 8, 2))
    for symbol in range(symbols, symbols + 18 * count, 18):
        yield from ((symbol + 4, 4), (symbol + 8, 4), (symbol + 12, 2), (symbol + 16, 1), (symbol + 17, 1))
    yield (symbols + 18 * count, 4)  # size of the string table


def import_fields(_):
    yield from ((0, 2), (2, 2), (4, 2), (6, 2), (8, 4), (12, 4), (16, 2), (18, 2))


def macho_fields(data):
    size = struct.unpack_from("<I", data, 20)[0]
    yield from ((at, 4) for at in range(0, 32 + size, 4))


def ar_fields(data):
    yield (0, 8)
    at = 8
    while at + 60 <= len(data):
        yield from ((at, 16), (at + 48, 10), (at + 58, 2), (at + 60, 4), (at + 64, 4))
        at += 60 + (int(data[at + 48 : at + 58]) + 1) // 2 * 2


def go_fields(data):
    start = data.find(b"\x00go120ld")  # numbers of the header and offsets of the blocks
    yield from ((at, 4) for at in range(start + 8, start + 8 + 96, 4))


LAYOUTS = {
    "elf": elf_fields,
    "coff": coff_fields,
    "import": import_fields,
    "macho": macho_fields,
    "ar": ar_fields,
    "go": go_fields,
    "text": lambda _: (),
}


def copies(data, fields):
    for i in range(CUTS):
        n = len(data) * i // CUTS
        yield "cut to %d bytes" % n, data[:n]
    yield "cut by a byte", data[:-1]
    for number, (at, size) in enumerate(fields(data)):
        values = [("all ones", b"\xff" * size)]
        if number % 3 == 0:
            values.append(("largest", b"\xff" * (size - 1) + b"\x7f"))
        for name, value in values:
            if at + size <= len(data):
                yield "%d bytes at %d: %s" % (size, at, name), data[:at] + value + data[at + size :]


def main():
    layout, path, command = sys.argv[1], sys.argv[2], sys.argv[3:]
    with open(path, "rb") as f:
        data = f.read()
    copy = "broken-" + os.path.basename(path)
    out = "broken-out"
    command = [word.replace("{}", copy).replace("{out}", out) for word in command]
    with open(command[0], "rb") as f:
        program = f.read()
    sanitized = b"__asan_report_" in program or b"__tsan_read" in program

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (LIMIT, LIMIT))
        if not sanitized:
            resource.setrlimit(resource.RLIMIT_AS, (LIMIT, LIMIT))

    bad = count = refused = 0
    # A sanitized linker takes some fifty times as long to start.
    for what, content in list(copies(data, LAYOUTS[layout]))[:: 5 if sanitized else 1]:
        with open(copy, "wb") as f:
            f.write(content)
        count += 1
        why = ""
        try:
            run = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60, preexec_fn=limit)
        except subprocess.TimeoutExpired:
            why, text = "did not end", ""
        else:
            text = run.stderr.decode("utf-8", "replace")
            refused += run.returncode == 1
            if run.returncode not in (0, 1):
                why = "exit code %d" % run.returncode
            elif "internal error" in text or "Sanitizer" in text or "runtime error:" in text:
                why = "a bug of its own"
            elif run.returncode == 1 and copy not in text:
                why = "the message names no file"
        if os.path.exists(out):
            os.unlink(out)
        if why:
            bad += 1
            print("%s, %s: %s\n%s" % (path, what, why, text[:4000]), file=sys.stderr)
            if bad == 5:
                break
    print("%s: %d broken copies, %d refused" % (path, count, refused))
    if refused == 0:
        print("%s: nothing was refused: the command doesn't read it" % path, file=sys.stderr)
    sys.exit(bad > 0 or refused == 0)


main()
