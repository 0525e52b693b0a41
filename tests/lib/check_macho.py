#!/usr/bin/env python3
"""Checks Mach-O images for what the kernel and dyld rely on.

    check_macho.py IMAGE...

The rules are those of <mach-o/loader.h> and of dyld's checks of a file (MachOFile::isValid...,
validSegments, validLinkedit), as far as they can be told from the file alone; a signature is
verified hash by hash. Exit code 1 and a line for each fault.
"""

import hashlib
import struct
import sys

LC_REQ_DYLD = 0x80000000
MH_EXECUTE, MH_DYLIB, MH_BUNDLE = 2, 6, 8
MH_TWOLEVEL = 0x80
MH_PIE, MH_NO_REEXPORTED_DYLIBS, MH_HAS_TLV = 0x200000, 0x100000, 0x800000
ZERO_FILL = (1, 0xC, 0x12)


class Fault(Exception):
    pass


def name_of(raw):
    return raw.split(b"\0")[0].decode()


class Image:
    def __init__(self, path, data=None):
        if data is None:
            with open(path, "rb") as f:
                data = f.read()
        self.data = data
        self.faults = []
        self.segments, self.sections, self.commands, self.dylibs = [], [], {}, []

    def need(self, ok, text):
        if not ok:
            self.faults.append(text)

    def parse(self):
        d = self.data
        magic, self.cpu, _, self.type, ncmds, size, self.flags, _ = struct.unpack_from("<8I", d)
        if magic != 0xFEEDFACF:
            raise Fault("not a 64-bit Mach-O file")
        self.arm = self.cpu == 0x0100000C
        self.page = 0x4000 if self.arm else 0x1000
        self.commands_end = 32 + size
        at = 32
        for _ in range(ncmds):
            cmd, n = struct.unpack_from("<2I", d, at)
            if n < 8 or n % 8 or at + n > self.commands_end:
                raise Fault(f"load command 0x{cmd:x} has size {n}")
            if cmd == 0x19:
                self.parse_segment(at, n)
            else:
                self.need(cmd not in self.commands or cmd in (0xC, 0x80000018, 0x8000001F, 0x80000023, 0x8000001C, 0x2D, 0x14),
                          f"two load commands 0x{cmd:x}")
                self.commands[cmd] = at
                if cmd in (0xC, 0x80000018, 0x8000001F, 0x80000023):
                    offset = struct.unpack_from("<I", d, at + 8)[0]
                    self.dylibs.append(name_of(d[at + offset:at + n]))
            at += n
        self.need(at == self.commands_end, "sizeofcmds disagrees with the load commands")

    def parse_segment(self, at, n):
        f = struct.unpack_from("<16s4Q4I", self.data, at + 8)
        seg = dict(name=name_of(f[0]), addr=f[1], size=f[2], off=f[3], fsize=f[4], maxprot=f[5], prot=f[6], flags=f[8])
        self.segments.append(seg)
        self.need(n == 72 + 80 * f[7], f"{seg['name']}: size of the command")
        for i in range(f[7]):
            s = struct.unpack_from("<16s16s2Q8I", self.data, at + 72 + 80 * i)
            self.sections.append(dict(name=name_of(s[0]), segname=name_of(s[1]), addr=s[2], size=s[3], off=s[4], align=s[5],
                                      type=s[8] & 0xFF, flags=s[8], r1=s[9], r2=s[10], seg=seg))

    def check(self):
        self.parse()
        self.check_segments()
        self.check_sections()
        self.check_commands()
        self.check_linkedit()
        self.check_symbols()
        self.check_exports()
        self.check_code_tables()
        self.check_unwind()
        if 0x1D in self.commands:
            self.check_signature()
        else:
            self.need(not self.arm or self.type not in (MH_EXECUTE,), "arm64 executable without a signature")

    def check_segments(self):
        low = off = 0
        names = [s["name"] for s in self.segments]
        self.need(len(set(names)) == len(names), "two segments of one name")
        self.need(names and names[-1] == "__LINKEDIT", "__LINKEDIT is not the last segment")
        for s in self.segments:
            n = s["name"]
            self.need(s["addr"] % self.page == 0 and s["size"] % self.page == 0, f"{n}: address or size is no multiple of a page")
            self.need(s["off"] % self.page == 0, f"{n}: file offset is no multiple of a page")
            self.need(s["fsize"] <= s["size"], f"{n}: larger in the file than in memory")
            self.need(s["off"] + s["fsize"] <= len(self.data), f"{n}: lies outside of the file")
            self.need(s["addr"] >= low, f"{n}: overlaps the segment before it")
            self.need(not s["fsize"] or s["off"] >= off, f"{n}: file offsets overlap")
            self.need(s["prot"] & 6 != 6, f"{n}: writable and executable")
            self.need(s["prot"] == s["maxprot"], f"{n}: protections differ")
            low = s["addr"] + s["size"]
            if s["fsize"]:
                off = s["off"] + s["fsize"]
            if n not in ("__PAGEZERO", "__LINKEDIT") and s["size"]:
                following = [t for t in self.segments if t["off"] > s["off"] and t["fsize"]]
                if s["fsize"] and following:
                    self.need(s["fsize"] % self.page == 0, f"{n}: file size is no multiple of a page")
        text = [s for s in self.segments if s["name"] == "__TEXT"]
        self.need(len(text) == 1 and text[0]["off"] == 0 and text[0]["prot"] == 5, "__TEXT does not begin the file")
        if text:
            self.text = text[0]
            self.need(text[0]["fsize"] >= self.commands_end, "__TEXT does not contain the load commands")
        if self.type == MH_EXECUTE:
            self.need(names[0] == "__PAGEZERO", "executable without __PAGEZERO")
            self.need(self.flags & MH_PIE or not self.arm, "arm64 executable that is not position-independent")
            if self.arm:
                self.need(self.segments[0]["size"] >= 1 << 32, "__PAGEZERO is too small")

    def check_sections(self):
        last = None
        tls = []
        for s in self.sections:
            seg, where = s["seg"], f"{s['segname']},{s['name']}"
            self.need(s["segname"] == seg["name"], f"{where}: in segment {seg['name']}")
            self.need(s["addr"] % (1 << s["align"]) == 0, f"{where}: not aligned")
            self.need(seg["addr"] <= s["addr"] and s["addr"] + s["size"] <= seg["addr"] + seg["size"], f"{where}: outside of its segment")
            if s["type"] not in ZERO_FILL and s["size"]:
                self.need(s["off"] - seg["off"] == s["addr"] - seg["addr"], f"{where}: address and file offset disagree")
                self.need(s["off"] + s["size"] <= seg["off"] + seg["fsize"], f"{where}: outside of its segment in the file")
                self.need(s["off"] >= self.commands_end, f"{where}: overlaps the load commands")
            if s["type"] in ZERO_FILL:
                self.need(s["off"] == 0, f"{where}: zero-fill section with a file offset")
            if last and last["seg"] is seg:
                self.need(s["addr"] >= last["addr"] + last["size"], f"{where}: overlaps the section before it")
                self.need(last["type"] not in ZERO_FILL or s["type"] in ZERO_FILL, f"{where}: contents behind a zero-fill section")
            last = s
            if s["type"] in (0x11, 0x12):
                tls.append(s)
            if s["type"] in (9, 0x15):
                self.need(s["size"] % 8 == 0 and s["addr"] % 8 == 0, f"{where}: initializers are not aligned")
            if s["type"] == 0x13:
                self.need(self.flags & MH_HAS_TLV, "thread-local variables without MH_HAS_TLV_DESCRIPTORS")
                self.need(s["size"] % 24 == 0, f"{where}: size is no multiple of a descriptor's")
        for a, b in zip(tls, tls[1:]):
            self.need(self.sections.index(b) == self.sections.index(a) + 1, "the template of thread-local variables is not in one piece")

    def linkedit_data(self, cmd):
        return struct.unpack_from("<2I", self.data, self.commands[cmd] + 8)

    def check_commands(self):
        c = self.commands
        self.need(0x1B in c, "no LC_UUID")
        self.need(0x32 in c or 0x24 in c, "no LC_BUILD_VERSION")
        if self.type == MH_EXECUTE:
            self.need(0xE in c and 0x80000028 in c, "no LC_LOAD_DYLINKER or LC_MAIN")
            if 0x80000028 in c:
                entry = struct.unpack_from("<Q", self.data, c[0x80000028] + 8)[0]
                self.need(self.commands_end <= entry < self.text["fsize"], "the entry point is not in __TEXT")
        if self.type == MH_DYLIB:
            self.need(0xD in c, "dylib without LC_ID_DYLIB")
            reexports = any(True for x in c if x == 0x8000001F)
            self.need(reexports != bool(self.flags & MH_NO_REEXPORTED_DYLIBS), "MH_NO_REEXPORTED_DYLIBS is wrong")
        else:
            self.need(0xD not in c, "LC_ID_DYLIB in what is no dylib")
        self.need((0x80000034 in c) != (0x80000022 in c), "chained fixups and opcodes, or neither")
        self.need(self.dylibs, "no library")
        self.need(len(set(self.dylibs)) == len(self.dylibs), "a library is named twice")

    def check_linkedit(self):
        d, le = self.data, self.segments[-1]
        blobs = []
        for cmd in (0x80000034, 0x80000033, 0x26, 0x29, 0x1D):
            if cmd in self.commands:
                blobs.append((*self.linkedit_data(cmd), cmd))
        if 0x80000022 in self.commands:
            f = struct.unpack_from("<10I", d, self.commands[0x80000022] + 8)
            blobs += [(f[i], f[i + 1], 0x22) for i in range(0, 10, 2)]
        symoff, nsyms, stroff, strsize = struct.unpack_from("<4I", d, self.commands[2] + 8)
        blobs += [(symoff, nsyms * 16, 2), (stroff, strsize, 2)]
        dysym = struct.unpack_from("<18I", d, self.commands[0xB] + 8)
        blobs.append((dysym[12], dysym[13] * 4, 0xB))
        end = le["off"]
        for off, size, cmd in sorted(b for b in blobs if b[1]):
            self.need(off >= end, f"linkedit data of load command 0x{cmd:x} overlaps")
            self.need(off % 8 == 0, f"linkedit data of load command 0x{cmd:x} is not aligned")
            end = off + size
            self.need(end <= le["off"] + le["fsize"], f"linkedit data of load command 0x{cmd:x} lies outside of __LINKEDIT")
        self.need(le["off"] + le["fsize"] == len(d), "__LINKEDIT does not end the file")
        if 0x80000034 in self.commands:
            self.check_chains(*self.linkedit_data(0x80000034))

    def check_chains(self, off, size):
        b = self.data[off:off + size]
        version, starts, imports, symbols, count, fmt, _ = struct.unpack_from("<7I", b)
        self.need(version == 0 and fmt in (1, 2, 3), "header of the chained fixups")
        n = struct.unpack_from("<I", b, starts)[0]
        self.need(n == len(self.segments), "chained starts for another number of segments")
        for i in range(n):
            o = struct.unpack_from("<I", b, starts + 4 + 4 * i)[0]
            if not o:
                continue
            _, page, pf, segoff, _, pages = struct.unpack_from("<IHHQIH", b, starts + o)
            seg = self.segments[i]
            self.need(page == self.page and pf in (2, 6), f"{seg['name']}: page size or format of the chains")
            self.need(segoff == seg["addr"] - self.text["addr"], f"{seg['name']}: segment_offset")
            self.need(pages <= (seg["fsize"] + page - 1) // page, f"{seg['name']}: more pages of chains than it has")
            for p in range(pages):
                first = struct.unpack_from("<H", b, starts + o + 22 + 2 * p)[0]
                if first == 0xFFFF:
                    continue
                at = seg["off"] + p * page + first
                while True:
                    value = struct.unpack_from("<Q", self.data, at)[0]
                    step = (value >> 51 & 0xFFF) * 4
                    if value >> 63:
                        self.need(value & 0xFFFFFF < count, f"{seg['name']}: bind to an import that is not there")
                    else:
                        target = value & 0xFFFFFFFFF
                        self.need(any(s["addr"] <= target <= s["addr"] + s["size"] for s in self.segments if s["prot"]),
                                  f"{seg['name']}: pointer to 0x{target:x}, outside of the image")
                    if not step:
                        break
                    at += step
                    if at >= seg["off"] + (p + 1) * page:
                        self.need(False, f"{seg['name']}: chain leaves its page")
                        break
        sizes = {1: 4, 2: 8, 3: 16}
        for i in range(count):
            at = imports + i * sizes[fmt]
            if fmt == 3:
                v = struct.unpack_from("<Q", b, at)[0]
                ordinal, name = v & 0xFFFF, v >> 32
                ordinal = ordinal - 0x10000 if ordinal > 0xFFF0 else ordinal
            else:
                v = struct.unpack_from("<I", b, at)[0]
                ordinal, name = v & 0xFF, v >> 9
                ordinal = ordinal - 0x100 if ordinal > 0xF0 else ordinal
            self.need(-3 <= ordinal <= len(self.dylibs), f"import {i} from library {ordinal}")
            self.need(symbols + name < size and b[symbols + name] != 0, f"import {i} has no name")

    def uleb(self, at):
        value = shift = 0
        while True:
            c = self.data[at]
            at += 1
            value |= (c & 0x7F) << shift
            shift += 7
            if not c & 0x80:
                return value, at

    def check_exports(self):
        if 0x80000033 in self.commands:
            off, size = self.linkedit_data(0x80000033)
        else:
            off, size = struct.unpack_from("<2I", self.data, self.commands[0x80000022] + 40)
        if not size:
            return
        end = max(s["addr"] + s["size"] for s in self.segments) - self.text["addr"]
        seen, todo, found = set(), [(0, b"")], set()
        while todo:
            node, prefix = todo.pop()
            self.need(node not in seen, "two edges of the export trie lead to one node")
            if node in seen or node >= size:
                self.need(node < size, "an edge of the export trie leads outside")
                continue
            seen.add(node)
            n, at = self.uleb(off + node)
            following = at + n
            if n:
                found.add(prefix)
                flags, at = self.uleb(at)
                self.need(flags & ~0x1F == 0 and flags & 3 != 3, f"flags of export {prefix.decode()}")
                value, at = self.uleb(at)
                if flags & 8:
                    self.need(1 <= value <= len(self.dylibs), f"export {prefix.decode()} of library {value}")
                else:
                    self.need(at == following, f"size of export {prefix.decode()}")
                    self.need(flags & 3 == 2 or value < end, f"export {prefix.decode()} is outside of the image")
            at = following + 1
            first = set()
            for _ in range(self.data[following]):
                nul = self.data.index(b"\0", at)
                edge = self.data[at:nul]
                self.need(edge[:1] not in first or not edge, "two edges of the export trie begin alike")
                first.add(edge[:1])
                child, at = self.uleb(nul + 1)
                todo.append((child, prefix + edge))
        if self.type == MH_DYLIB:
            self.need(b"" not in found, "an export without a name")

    def check_code_tables(self):
        code = [s for s in self.sections if s["flags"] & 0x80000400]
        if 0x26 in self.commands:
            at, size = self.linkedit_data(0x26)
            end, address = at + size, self.text["addr"]
            while at < end:
                step, at = self.uleb(at)
                if not step:
                    break
                address += step
                if not any(s["addr"] <= address < s["addr"] + s["size"] for s in code):
                    self.need(False, f"a function starts at 0x{address:x}, which is no code")
                    break
        if 0x29 in self.commands:
            at, size = self.linkedit_data(0x29)
            last = 0
            for i in range(size // 8):
                offset, n, kind = struct.unpack_from("<IHH", self.data, at + 8 * i)
                self.need(offset >= last and 1 <= kind <= 5, f"entry {i} of the table of data in code")
                last = offset + n

    # The two levels of __unwind_info: what libunwind's binary searches rely on.
    def check_unwind(self):
        for s in self.sections:
            if s["name"] != "__unwind_info" or not s["size"]:
                continue
            b = self.data[s["off"]:s["off"] + s["size"]]
            version, commons, ncommons, personalities, npersonalities, index, nindex = struct.unpack_from("<7I", b)
            self.need(version == 1 and npersonalities <= 3 and ncommons <= 127, "header of __unwind_info")
            self.need(nindex >= 2, "__unwind_info has no index")
            before = last = -1
            for i in range(nindex):
                first, page, lsda = struct.unpack_from("<3I", b, index + 12 * i)
                self.need(first > before or (first >= before and i == nindex - 1), "the index of __unwind_info is not sorted")
                self.need(last < first, "a page of __unwind_info reaches into the next")
                self.need((page == 0) == (i == nindex - 1), "the index of __unwind_info has no sentinel")
                before = first
                if not page:
                    continue
                kind, at, n = struct.unpack_from("<IHH", b, page)
                self.need(kind in (2, 3) and n, "page of __unwind_info")
                for k in range(n):
                    if kind == 2:
                        address = struct.unpack_from("<I", b, page + at + 8 * k)[0]
                    else:
                        entry = struct.unpack_from("<I", b, page + at + 4 * k)[0]
                        address = first + (entry & 0xFFFFFF)
                        local = struct.unpack_from("<HH", b, page + 8)[1]
                        self.need(entry >> 24 < ncommons + local, "encoding of a function in __unwind_info")
                    self.need(address > last or k == 0 and address >= last, "a page of __unwind_info is not sorted")
                    last = address

    def check_symbols(self):
        d = self.data
        symoff, nsyms, stroff, strsize = struct.unpack_from("<4I", d, self.commands[2] + 8)
        f = struct.unpack_from("<18I", d, self.commands[0xB] + 8)
        self.need(f[0] == 0 and f[2] == f[1] and f[4] == f[2] + f[3] and f[4] + f[5] == nsyms, "groups of the symbol table")
        names = d[stroff:stroff + strsize]
        self.need(not strsize or names[-1] == 0, "the string table does not end with NUL")
        groups = ((0, f[1], False), (f[2], f[3], True), (f[4], f[5], True))
        for first, count, external in groups:
            before = b""
            for i in range(first, first + count):
                strx, kind, sect, desc, value = struct.unpack_from("<IBBHQ", d, symoff + 16 * i)
                if strx >= strsize:
                    self.need(False, f"name of symbol {i}")
                    continue
                self.need(bool(kind & 1) == external or kind & 0xE0, f"symbol {i} is in the wrong group")
                if kind & 0xE0:
                    continue
                if kind & 0xE == 0xE:
                    self.need(1 <= sect <= len(self.sections), f"symbol {i} is in section {sect}")
                    if 1 <= sect <= len(self.sections):
                        s = self.sections[sect - 1]
                        header = s["addr"] > value >= self.text["addr"] and value == self.text["addr"]
                        self.need(s["addr"] <= value <= s["addr"] + s["size"] or header, f"symbol {i} lies outside of its section")
                if external:
                    name = names[strx:names.index(b"\0", strx)]
                    self.need(name > before, f"symbols are not sorted by name at {name.decode(errors='replace')}")
                    before = name
                if external and kind & 0xE == 0:
                    ordinal = desc >> 8
                    self.need(1 <= ordinal <= len(self.dylibs) or ordinal in (0xFE, 0xFF) or not self.flags & MH_TWOLEVEL, f"undefined symbol {i} from library {ordinal}")
        for s in self.sections:
            if s["type"] in (6, 7, 8, 0x14):
                n = s["size"] // (s["r2"] if s["type"] == 8 else 8)
                self.need(s["r1"] + n <= f[13], f"{s['name']}: indirect symbols")
                for i in range(n):
                    index = struct.unpack_from("<I", d, f[12] + 4 * (s["r1"] + i))[0]
                    self.need(index & 0xC0000000 or index < nsyms, f"{s['name']}: indirect symbol {i}")

    def check_signature(self):
        d = self.data
        off, size = self.linkedit_data(0x1D)
        self.need(off % 16 == 0, "the signature is not aligned")
        self.need(off + size == len(d), "the signature does not end the file")
        magic, length, count = struct.unpack_from(">3I", d, off)
        if magic != 0xFADE0CC0 or length > size:
            raise Fault("no signature where one should be")
        for i in range(count):
            slot, at = struct.unpack_from(">2I", d, off + 12 + 8 * i)
            if slot != 0:
                continue
            b = off + at
            magic, length, version, flags, hashes, ident, special, slots, limit = struct.unpack_from(">9I", d, b)
            hash_size, hash_type, _, page = struct.unpack_from("4B", d, b + 36)
            self.need(magic == 0xFADE0C02 and version >= 0x20400, "code directory")
            self.need(flags & 2, "the signature is not ad hoc")
            self.need(limit == off, "codeLimit is not where the signature begins")
            self.need(hash_size == 32 and hash_type == 2 and special == 0, "hashes are not SHA-256")
            self.need(slots == (limit + (1 << page) - 1) >> page, "number of hashes")
            base, seglimit, segflags = struct.unpack_from(">3Q", d, b + 64)
            self.need(base == self.text["off"] and seglimit == self.text["fsize"], "limits of the executable segment")
            self.need(bool(segflags & 1) == (self.type == MH_EXECUTE), "flags of the executable segment")
            self.need(d[b + ident:d.index(b"\0", b + ident)], "no identifier")
            for k in range(slots):
                digest = hashlib.sha256(d[k << page:min((k + 1) << page, limit)]).digest()
                if digest != d[b + hashes + 32 * k:b + hashes + 32 * (k + 1)]:
                    self.need(False, f"hash of page {k} is wrong")
                    break


def main():
    status = 0
    for path in sys.argv[1:]:
        image = Image(path)
        try:
            image.check()
        except (Fault, struct.error, ValueError, IndexError, KeyError) as e:
            image.faults.append(f"{type(e).__name__}: {e}")
        for fault in image.faults[:20]:
            print(f"{path}: {fault}", file=sys.stderr)
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main())
