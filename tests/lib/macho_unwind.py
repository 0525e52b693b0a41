#!/usr/bin/env python3
"""Prints how each function of a Mach-O image is unwound, by name: for comparing linkers.

    macho_unwind.py IMAGE

A line is NAME ENCODING [lsda OFFSET-IN-SECTION] [personality] [fde LENGTH AUGMENTED]. Encodings are shown without
what depends on the linker: the personality's index and the FDE's offset, which are looked up.
"""

import bisect
import struct
import sys


def main():
    with open(sys.argv[1], "rb") as f:
        d = f.read()
    _, cpu, _, _, ncmds = struct.unpack_from("<5I", d)
    dwarf_mode = 0x04000000 if cpu == 0x01000007 else 0x03000000
    at, sections, base, symtab = 32, {}, 0, None
    for _ in range(ncmds):
        cmd, size = struct.unpack_from("<2I", d, at)
        if cmd == 0x19:
            name = d[at + 8:at + 24].rstrip(b"\0")
            if name == b"__TEXT":
                base = struct.unpack_from("<Q", d, at + 24)[0]
            for i in range(struct.unpack_from("<I", d, at + 64)[0]):
                s = at + 72 + 80 * i
                addr, n, off = struct.unpack_from("<QQI", d, s + 32)
                flags = struct.unpack_from("<I", d, s + 64)[0]
                sections[len(sections) + 1] = (d[s:s + 16].rstrip(b"\0").decode(), addr, n, off, flags)
        elif cmd == 2:
            symtab = struct.unpack_from("<4I", d, at + 8)
        at += size
    by_name = {s[0]: s for s in sections.values()}
    if "__unwind_info" not in by_name:
        return
    _, _, _, u, _ = by_name["__unwind_info"]
    version, common_at, ncommon, _, _, index_at, nindex = struct.unpack_from("<7I", d, u)
    assert version == 1
    common = struct.unpack_from(f"<{ncommon}I", d, u + common_at)
    starts, encodings, lsdas = [], [], {}
    index = [struct.unpack_from("<3I", d, u + index_at + 12 * i) for i in range(nindex)]
    for k in range(index[0][2], index[-1][2], 8):
        function, lsda = struct.unpack_from("<2I", d, u + k)
        lsdas[function] = lsda
    for first, page, _ in index[:-1]:
        kind = struct.unpack_from("<I", d, u + page)[0]
        entry_at, count = struct.unpack_from("<2H", d, u + page + 4)
        for i in range(count):
            if kind == 2:
                function, encoding = struct.unpack_from("<2I", d, u + page + entry_at + 8 * i)
            else:
                own_at, nown = struct.unpack_from("<2H", d, u + page + 8)
                own = struct.unpack_from(f"<{nown}I", d, u + page + own_at)
                v = struct.unpack_from("<I", d, u + page + entry_at + 4 * i)[0]
                function, which = first + (v & 0xFFFFFF), v >> 24
                encoding = common[which] if which < ncommon else own[which - ncommon]
            assert not starts or function >= starts[-1], "functions are not sorted"
            starts.append(function)
            encodings.append(encoding)
    end = index[-1][0]
    symoff, nsyms, stroff, _ = symtab
    lines = []
    for i in range(nsyms):
        strx, kind, sect, _, value = struct.unpack_from("<IBBHQ", d, symoff + 16 * i)
        if kind & 0xE0 or kind & 0xE != 0xE or not sections[sect][4] & 0x80000400:
            continue
        name = d[stroff + strx:d.index(b"\0", stroff + strx)].decode()
        offset = value - base
        k = bisect.bisect_right(starts, offset) - 1
        e = encodings[k] if k >= 0 and offset < end else 0
        text = name
        if e & 0x0F000000 == dwarf_mode:
            _, addr, _, off, _ = by_name["__eh_frame"]
            fde = e & 0xFFFFFF
            length, pointer = struct.unpack_from("<2I", d, off + fde)
            pc, size = struct.unpack_from("<qQ", d, off + fde + 8)
            cie = off + fde + 4 - pointer
            assert addr + fde + 8 + pc == value, f"{name}: FDE of another function"
            assert struct.unpack_from("<I", d, cie + 4)[0] == 0, f"{name}: FDE without CIE"
            text += f" dwarf {size} {d[cie + 9:d.index(0, cie + 9)].decode()}"
        else:
            text += f" {e & ~0x70000000 & 0xFFFFFFFF:08x}"
        if e & 0x30000000:
            text += " personality"
        if e & 0x40000000:
            assert starts[k] in lsdas, f"{name}: no LSDA"
            _, addr, _, off, _ = by_name["__gcc_except_tab"]
            at = off + lsdas[starts[k]] + base - addr
            text += f" lsda {d[at:at + 8].hex()}"
        lines.append(text)
    print("\n".join(sorted(lines)))


main()
