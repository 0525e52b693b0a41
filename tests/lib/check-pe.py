#!/usr/bin/env python3
"""Checks what Windows' loader asks of a PE32+ image and Wine forgives.

    check-pe.py IMAGE...

The rules are those of Microsoft's "PE Format" document: alignments, sizes, order of sections, checksum,
directories within sections, sorted tables.
"""

import struct
import sys


class Fault(Exception):
    pass


class Image:
    def __init__(self, path, data=None):
        if data is None:
            with open(path, "rb") as f:
                data = f.read()
        self.path, self.data = path, data
        self.faults = []
        self.parse()

    def check(self, ok, text):
        if not ok:
            self.faults.append(text)
        return ok

    def u(self, fmt, at):
        return struct.unpack_from("<" + fmt, self.data, at)

    def parse(self):
        d = self.data
        assert d[:2] == b"MZ", "no MZ"
        self.pe = pe = self.u("I", 60)[0]
        assert pe % 8 == 0 and d[pe:pe + 4] == b"PE\0\0", "no PE signature"
        (self.machine, self.nsections, self.stamp, self.symtab, self.nsymbols, self.opt_size,
         self.characteristics) = self.u("HHIIIHH", pe + 4)
        opt = pe + 24
        assert self.u("H", opt)[0] == 0x20B, "not PE32+"
        self.linker = (d[opt + 2], d[opt + 3])
        (self.code_size, self.data_size, self.bss_size, self.entry, self.code_base) = self.u("IIIII", opt + 4)
        self.base, self.salign, self.falign = self.u("QII", opt + 24)
        self.image_size, self.headers_size, self.checksum = self.u("III", opt + 56)
        self.checksum_at = opt + 64
        self.subsystem, self.dll_characteristics = self.u("HH", opt + 68)
        self.stack_reserve, self.stack_commit, self.heap_reserve, self.heap_commit = self.u("QQQQ", opt + 72)
        n = self.u("I", opt + 108)[0]
        self.dirs = [self.u("II", opt + 112 + 8 * i) for i in range(n)]
        self.table = opt + self.opt_size
        self.sections = []
        for i in range(self.nsections):
            at = self.table + 40 * i
            name = d[at:at + 8].rstrip(b"\0").decode("latin1")
            if name.startswith("/"):
                off = self.symtab + self.nsymbols * 18 + int(name[1:])
                name = d[off:d.index(b"\0", off)].decode("latin1")
            vsize, va, rsize, rptr = self.u("IIII", at + 8)
            self.sections.append((name, va, vsize, rptr, rsize, self.u("I", at + 36)[0]))

    def section_at(self, rva):
        for s in self.sections:
            if s[1] <= rva < s[1] + max(s[2], 1):
                return s
        return None

    def offset(self, rva):
        s = self.section_at(rva)
        if s is None or rva - s[1] >= s[4]:
            raise ValueError("RVA %#x lies in no section's contents" % rva)
        return s[3] + rva - s[1]

    def cstr(self, rva):
        at = self.offset(rva)
        return self.data[at:self.data.index(b"\0", at)]

    def check_headers(self):
        c = self.check
        c(self.machine == 0x8664, "machine is %#x" % self.machine)
        c(self.opt_size == 240 and len(self.dirs) == 16, "unexpected size of the optional header")
        c(self.characteristics & 2, "not marked as executable")
        c(0 < self.nsections <= 96, "%d sections; the loader takes at most 96" % self.nsections)
        c(self.falign & (self.falign - 1) == 0 and 512 <= self.falign <= 65536, "file alignment %#x" % self.falign)
        c(self.salign & (self.salign - 1) == 0 and self.salign >= max(4096, self.falign), "section alignment")
        c(self.base % 0x10000 == 0, "image base %#x is no multiple of 64 KB" % self.base)
        c(self.headers_size % self.falign == 0, "SizeOfHeaders is not aligned")
        c(self.table + 40 * self.nsections <= self.headers_size, "SizeOfHeaders is too small")
        c(self.image_size % self.salign == 0, "SizeOfImage is not aligned")
        c(self.stack_commit <= self.stack_reserve and self.heap_commit <= self.heap_reserve, "commit over reserve")
        next_va = -(-self.headers_size // self.salign) * self.salign
        end = self.headers_size
        for name, va, vsize, rptr, rsize, flags in self.sections:
            c(va == next_va, "section %s is at %#x, not right behind the one before (%#x)" % (name, va, next_va))
            c(vsize > 0, "section %s is empty" % name)
            c(rsize % self.falign == 0, "raw size of %s is not aligned" % name)
            c(rsize == 0 or rptr % self.falign == 0, "file offset of %s is not aligned" % name)
            c(rsize == 0 or rptr >= end, "contents of %s overlap what is before" % name)
            c(rptr + rsize <= len(self.data), "contents of %s reach beyond the file" % name)
            c(rsize < vsize + self.falign, "raw size of %s is much larger than its size" % name)
            c(flags & 0xE0000000, "section %s can't be accessed" % name)
            c(flags & 0xE0, "section %s has no kind of contents" % name)
            c(flags & 0xA0000000 != 0xA0000000, "section %s can be written and executed" % name)
            next_va = -(-(va + vsize) // self.salign) * self.salign
            if rsize:
                end = rptr + rsize
        c(self.image_size == next_va, "SizeOfImage is %#x, not %#x" % (self.image_size, next_va))
        if self.entry:
            s = self.section_at(self.entry)
            c(s and s[5] & 0x20000000, "the entry point is not in executable code")
        if self.dll_characteristics & 0x20:
            c(self.dll_characteristics & 0x40, "HIGH_ENTROPY_VA without DYNAMIC_BASE")
        if self.dll_characteristics & 0x40:
            c(self.dirs[5][1] and not self.characteristics & 1, "DYNAMIC_BASE without base relocations")
        for i, (va, size) in enumerate(self.dirs):
            if size and i != 4:
                s = self.section_at(va)
                c(s and va + size <= s[1] + s[2], "directory %d is not within one section" % i)

    def check_checksum(self):
        d = bytearray(self.data)
        d[self.checksum_at:self.checksum_at + 4] = b"\0\0\0\0"
        if len(d) % 2:
            d.append(0)
        total = sum(struct.unpack("<%dH" % (len(d) // 2), d))
        while total >> 16:
            total = (total & 0xFFFF) + (total >> 16)
        want = (total + len(self.data)) & 0xFFFFFFFF
        self.check(self.checksum == want, "checksum is %#x, not %#x" % (self.checksum, want))

    def check_relocs(self):
        self.relocated = set()
        va, size = self.dirs[5]
        if not size:
            return
        at, end, page, last = self.offset(va), self.offset(va) + size, -1, -1
        while at < end:
            block, bsize = self.u("II", at)
            if not self.check(bsize >= 8 and bsize % 4 == 0 and at + bsize <= end, "broken block of base relocations"):
                return
            if bsize == 12 and block == 0 and size == 12:
                return
            self.check(block % 4096 == 0 and block > page, "blocks of base relocations are not sorted")
            page = block
            entries = self.u("%dH" % ((bsize - 8) // 2), at + 8)
            for k, e in enumerate(entries):
                kind = e >> 12
                if kind == 0:
                    self.check(k == len(entries) - 1, "padding between base relocations")
                    continue
                self.check(kind in (3, 10), "base relocation of type %d" % kind)
                rva = block + (e & 4095)
                self.check(rva > last, "base relocations are not sorted")
                last = rva
                self.relocated.add(rva)
                s = self.section_at(rva)
                if self.check(s and rva + (8 if kind == 10 else 4) <= s[1] + s[2], "base relocation outside of sections") and kind == 10:
                    value = self.u("Q", self.offset(rva))[0] - self.base
                    self.check(0 <= value <= self.image_size, "base relocation at %#x of what is no address: %#x" % (rva, value))
            at += bsize

    def check_pdata(self):
        va, size = self.dirs[3]
        if not size:
            return
        self.check(size % 12 == 0, "size of .pdata")
        words = self.u("%dI" % (size // 4), self.offset(va))
        last = 0
        for b, e, x in zip(words[::3], words[1::3], words[2::3]):
            self.check(b >= last, ".pdata is not sorted or overlaps at %#x" % b)
            self.check(b < e, ".pdata has an empty range at %#x" % b)
            s = self.section_at(b)
            self.check(s and s[5] & 0x20000000, ".pdata describes what is no code at %#x" % b)
            self.check(s and e <= s[1] + s[2], ".pdata: a function at %#x reaches beyond its section" % b)
            if self.check(self.section_at(x) is not None and x % 4 == 0, "unwind information at %#x" % x):
                self.check_unwind(x, e - b)
            last = e

    def check_unwind(self, rva, length):
        head, prolog, codes, _ = self.u("4B", self.offset(rva))
        self.check(head & 7 in (1, 2), "unwind information of an unknown version")
        self.check(prolog <= length, "a prolog at %#x is longer than its function" % rva)
        tail = rva + 4 + (codes + 1 & ~1) * 2
        if head >> 3 & 3:
            s = self.section_at(self.u("I", self.offset(tail))[0])
            self.check(s and s[5] & 0x20000000, "the handler of unwind information at %#x is no code" % rva)
        elif head >> 3 & 4:
            begin, end, _ = self.u("III", self.offset(tail))
            self.check(begin < end and self.section_at(begin) is not None, "chained unwind information at %#x" % rva)

    def check_imports(self):
        va, size = self.dirs[1]
        if not size:
            return []
        self.check(size % 20 == 0, "size of the import directory")
        names, at = [], self.offset(va)
        iat, iat_size = self.dirs[12]
        while True:
            ilt, _, _, name, addresses = self.u("IIIII", at)
            if name == 0:
                break
            dll = self.cstr(name).decode()
            names.append(dll)
            self.check(self.u("Q", self.offset(ilt))[0] != 0, "nothing is imported from %s" % dll)
            k = 0
            while True:
                a, b = self.u("Q", self.offset(ilt) + 8 * k)[0], self.u("Q", self.offset(addresses) + 8 * k)[0]
                self.check(a == b, "lookup and address table of %s differ" % dll)
                if a == 0:
                    break
                self.check(iat <= addresses + 8 * k < iat + iat_size, "import address table of %s is outside of its directory" % dll)
                if not a >> 63:
                    self.check(a < self.image_size and a % 2 == 0 and self.cstr(a + 2), "name of an import of %s" % dll)
                k += 1
            at += 20
        self.check(at + 20 <= self.offset(va) + size, "import directory without its end")
        return names

    def check_exports(self):
        va, size = self.dirs[0]
        if not size:
            return []
        at = self.offset(va)
        flags, _, _, _, name, base, count, named, functions, names, ordinals = self.u("IIHHIIIIIII", at)
        self.check(flags == 0 and name and self.cstr(name), "export directory")
        result = []
        for k in range(named):
            n = self.cstr(self.u("I", self.offset(names) + 4 * k)[0])
            o = self.u("H", self.offset(ordinals) + 2 * k)[0]
            self.check(o < count, "ordinal of %s" % n)
            rva = self.u("I", self.offset(functions) + 4 * o)[0]
            if va <= rva < va + size:
                self.check(b"." in self.cstr(rva), "export %s is forwarded to no DLL" % n)
            self.check(self.section_at(rva) is not None, "export %s is in no section" % n)
            result.append(n)
        self.check(result == sorted(result), "names of exports are not sorted")
        self.check(len(set(result)) == len(result), "a name is exported twice")
        return result

    def check_tls(self):
        va, size = self.dirs[9]
        if not size:
            return
        self.check(size == 40 and va % 8 == 0, "size of the TLS directory")
        start, end, index, callbacks = self.u("QQQQ", self.offset(va))
        for what, address in (("start", start), ("index", index)):
            self.check(self.section_at(address - self.base) is not None, "TLS directory: %s" % what)
        self.check(start <= end, "TLS directory: end before start")
        if self.dll_characteristics & 0x40:
            for k, address in enumerate((start, end, index, callbacks)):
                self.check(not address or va + 8 * k in self.relocated, "field %d of the TLS directory has no base relocation" % k)
        if callbacks:
            k = 0
            while True:
                f = self.u("Q", self.offset(callbacks - self.base) + 8 * k)[0]
                if f == 0:
                    break
                s = self.section_at(f - self.base)
                self.check(s and s[5] & 0x20000000, "TLS callback %d is no code" % k)
                k += 1

    def check_resources(self):
        va, size = self.dirs[2]
        if not size:
            return

        def directory(at, depth):
            named, ids = self.u("HH", self.offset(va + at + 12))
            last = None
            for k in range(named + ids):
                key, to = self.u("II", self.offset(va + at + 16 + 8 * k))
                self.check((key >> 31 == 1) == (k < named), "resources: names do not come first")
                if key >> 31:
                    n = self.u("H", self.offset(va + (key & 0x7FFFFFFF)))[0]
                    begin = self.offset(va + (key & 0x7FFFFFFF)) + 2
                    key = self.data[begin:begin + 2 * n].decode("utf-16-le").upper()
                self.check(last is None or type(last) is not type(key) or last < key, "resources are not sorted")
                last = key
                if to >> 31:
                    if self.check(depth < 3, "resources: more than three levels"):
                        directory(to & 0x7FFFFFFF, depth + 1)
                else:
                    rva, n = self.u("II", self.offset(va + to))
                    s = self.section_at(rva)
                    self.check(s and rva + n <= s[1] + s[2], "a resource is outside of its section")

        directory(0, 1)

    def check_debug(self):
        va, size = self.dirs[6]
        self.check(size % 28 == 0, "size of the debug directory")
        for k in range(size // 28):
            n, rva, offset = self.u("III", self.offset(va + 28 * k) + 16)
            self.check(not rva or self.offset(rva) == offset, "debug directory: address and file offset disagree")
            self.check(offset + n <= len(self.data), "debug directory: beyond the file")

    def check_symbols(self):
        if not self.symtab:
            self.check(self.nsymbols == 0, "symbols without a table")
            return
        end = self.symtab + 18 * self.nsymbols
        last = max((s[3] + s[4] for s in self.sections), default=0)
        self.check(self.symtab >= last and end + 4 <= len(self.data), "the symbol table lies elsewhere than behind the sections")
        self.check(end + self.u("I", end)[0] == len(self.data), "the string table does not end the file")

    def run(self):
        self.check(self.subsystem in (1, 2, 3, 7, 9, 10, 11, 12, 13, 14, 16), "subsystem %d" % self.subsystem)
        self.check_headers()
        self.check_checksum()
        for check in (self.check_relocs, self.check_pdata, self.check_imports, self.check_exports, self.check_tls, self.check_resources,
                      self.check_debug, self.check_symbols):
            try:
                check()
            except (ValueError, struct.error) as e:
                self.faults.append("%s: %s" % (check.__name__, e))
        return self.faults


def main():
    bad = False
    for path in sys.argv[1:]:
        try:
            image = Image(path)
            errors = image.run()
        except (AssertionError, struct.error, ValueError) as e:
            errors = [str(e)]
        for e in errors[:20]:
            print("%s: %s" % (path, e))
            bad = True
    sys.exit(bad)


if __name__ == "__main__":
    main()
