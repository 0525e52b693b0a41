"""What a loader enforces of an ELF image, or relies on without a look (gABI chapters 4 and 5, "Program Loading
and Dynamic Linking"; the Linux extensions for GNU_HASH, RELR, RELRO, versions and .eh_frame_hdr)."""
import struct

PAGE = 4096

ET_REL, ET_EXEC, ET_DYN = 1, 2, 3
PT_LOAD, PT_DYNAMIC, PT_INTERP, PT_NOTE, PT_PHDR, PT_TLS = 1, 2, 3, 4, 6, 7
PT_GNU_EH_FRAME, PT_GNU_STACK, PT_GNU_RELRO, PT_GNU_PROPERTY = 0x6474E550, 0x6474E551, 0x6474E552, 0x6474E553
PF_X, PF_W, PF_R = 1, 2, 4
SHT_PROGBITS, SHT_SYMTAB, SHT_STRTAB, SHT_RELA, SHT_HASH, SHT_DYNAMIC, SHT_NOTE, SHT_NOBITS = 1, 2, 3, 4, 5, 6, 7, 8
SHT_REL, SHT_DYNSYM, SHT_INIT_ARRAY, SHT_FINI_ARRAY, SHT_PREINIT_ARRAY, SHT_GROUP = 9, 11, 14, 15, 16, 17
SHF_WRITE, SHF_ALLOC, SHF_EXECINSTR, SHF_TLS, SHF_COMPRESSED = 1, 2, 4, 0x400, 0x800
SHN_LORESERVE, SHN_XINDEX = 0xFF00, 0xFFFF
STT_NOTYPE, STT_OBJECT, STT_FUNC, STT_SECTION, STT_FILE, STT_COMMON, STT_TLS, STT_GNU_IFUNC = 0, 1, 2, 3, 4, 5, 6, 10
DT = dict(NULL=0, NEEDED=1, PLTRELSZ=2, PLTGOT=3, HASH=4, STRTAB=5, SYMTAB=6, RELA=7, RELASZ=8, RELAENT=9, STRSZ=10,
          SYMENT=11, INIT=12, FINI=13, SONAME=14, RPATH=15, SYMBOLIC=16, REL=17, RELSZ=18, RELENT=19, PLTREL=20,
          DEBUG=21, TEXTREL=22, JMPREL=23, BIND_NOW=24, INIT_ARRAY=25, FINI_ARRAY=26, INIT_ARRAYSZ=27,
          FINI_ARRAYSZ=28, RUNPATH=29, FLAGS=30, PREINIT_ARRAY=32, PREINIT_ARRAYSZ=33, RELRSZ=35, RELR=36,
          RELRENT=37, GNU_HASH=0x6FFFFEF5, VERSYM=0x6FFFFFF0, RELACOUNT=0x6FFFFFF9, FLAGS_1=0x6FFFFFFB,
          VERDEF=0x6FFFFFFC, VERDEFNUM=0x6FFFFFFD, VERNEED=0x6FFFFFFE, VERNEEDNUM=0x6FFFFFFF,
          AUXILIARY=0x7FFFFFFD, FILTER=0x7FFFFFFF)
RELATIVE = {62: 8, 183: 1027}
IRELATIVE = {62: 37, 183: 1032}
COPY = {62: 5, 183: 1024}


class Record:
    def __init__(self, names, values):
        self.__dict__.update(zip(names, values))


PHDR = ("type", "flags", "offset", "vaddr", "paddr", "filesz", "memsz", "align")
SHDR = ("name", "type", "flags", "addr", "offset", "size", "link", "info", "align", "entsize")
SYM = ("name", "info", "other", "shndx", "value", "size")


def align_down(x, a):
    return x & ~(a - 1)


def align_up(x, a):
    return (x + a - 1) & ~(a - 1)


class Image:
    """The tables of an image. What cannot be read is a fault at once."""

    def __init__(self, data):
        self.data = data
        self.out = []
        if len(data) < 64 or data[4] != 2 or data[5] != 1:
            raise ValueError("not a 64-bit little-endian ELF file")
        (self.type, self.machine, _, self.entry, self.phoff, self.shoff, _, self.ehsize, self.phentsize, self.phnum,
         self.shentsize, self.shnum, self.shstrndx) = struct.unpack_from("<HHIQQQIHHHHHH", data, 16)
        self.segments, self.sections = [], []
        if self.phnum and self.phoff + 56 * self.phnum <= len(data):
            for i in range(self.phnum):
                self.segments.append(Record(PHDR, struct.unpack_from("<IIQQQQQQ", data, self.phoff + 56 * i)))
        if self.shoff and self.shoff + 64 <= len(data):
            first = Record(SHDR, struct.unpack_from("<IIQQQQIIQQ", data, self.shoff))
            count = self.shnum or first.size
            if self.shstrndx == SHN_XINDEX:
                self.shstrndx = first.link
            if self.shoff + 64 * count <= len(data):
                for i in range(count):
                    s = Record(SHDR, struct.unpack_from("<IIQQQQIIQQ", data, self.shoff + 64 * i))
                    s.index = i
                    self.sections.append(s)
        names = b""
        if self.shstrndx < len(self.sections):
            s = self.sections[self.shstrndx]
            names = data[s.offset:s.offset + s.size]
        for s in self.sections:
            end = names.find(b"\0", s.name)
            s.text = names[s.name:end].decode("utf-8", "replace") if 0 <= s.name < len(names) and end >= 0 else None
        self.loads = [s for s in self.segments if s.type == PT_LOAD]

    def fault(self, rule, text):
        self.out.append((rule, f"{text} [{rule}]"))

    def require(self, condition, rule, text):
        if not condition:
            self.fault(rule, text)
        return condition

    def load_of(self, addr, size=0, filesz=False):
        """The PT_LOAD that holds the range, of its file part if asked."""
        for s in self.loads:
            if s.vaddr <= addr and addr + size <= s.vaddr + (s.filesz if filesz else s.memsz):
                return s
        return None

    def bytes_at(self, addr, size):
        s = self.load_of(addr, size, True)
        return None if s is None else self.data[s.offset + addr - s.vaddr:s.offset + addr - s.vaddr + size]

    def section(self, name):
        return next((s for s in self.sections if s.text == name), None)


def made_by_gold_go(data):
    try:
        image = Image(data)
    except (ValueError, struct.error):
        return False
    s = image.section(".comment")
    return s is not None and b"gold-go" in data[s.offset:s.offset + s.size]


def check_header(im):
    im.require(im.ehsize == 64, "header", f"e_ehsize is {im.ehsize}")
    if im.type in (ET_EXEC, ET_DYN):
        im.require(im.phnum and len(im.segments) == im.phnum, "header", "the program headers are outside of the file")
        im.require(im.phentsize == 56, "header", f"e_phentsize is {im.phentsize}")
    if im.shoff:
        im.require(im.shentsize == 64, "header", f"e_shentsize is {im.shentsize}")
        im.require(im.sections, "header", "the section headers are outside of the file")
        im.require(im.shoff % 8 == 0, "header", "the section headers are not aligned")
        im.require(im.shstrndx < max(len(im.sections), 1), "header", "e_shstrndx is out of range")
    if im.type == ET_EXEC or (im.type == ET_DYN and any(s.type == PT_INTERP for s in im.segments)):
        s = im.load_of(im.entry)
        im.require(s and s.flags & PF_X, "entry", f"the entry point {im.entry:#x} is not in an executable segment")


def check_segments(im):
    last = None
    for i, s in enumerate(im.segments):
        what = f"program header {i} (type {s.type:#x})"
        im.require(s.align & (s.align - 1) == 0, "segment-align", f"{what}: p_align {s.align:#x} is no power of two")
        im.require(s.offset + s.filesz <= len(im.data), "segment-file", f"{what} reaches behind the file")
        if s.type == PT_LOAD:
            im.require(s.filesz <= s.memsz, "segment-file", f"{what}: p_filesz is greater than p_memsz")
            if s.align > 1:
                im.require((s.offset - s.vaddr) % s.align == 0, "segment-align",
                           f"{what}: p_offset {s.offset:#x} and p_vaddr {s.vaddr:#x} differ modulo {s.align:#x}")
                im.require(s.align % PAGE == 0, "segment-page", f"{what}: p_align {s.align:#x} is less than a page")
            im.require(s.flags & (PF_W | PF_X) != PF_W | PF_X, "wx", f"{what} is writable and executable")
            if last:
                im.require(last.vaddr <= s.vaddr, "load-order", f"{what}: PT_LOADs are not in ascending order")
                im.require(align_up(last.vaddr + last.memsz, PAGE) <= align_down(s.vaddr, PAGE), "load-overlap",
                           f"{what} begins in a page of the PT_LOAD before it")
            last = s
        elif s.type in (PT_PHDR, PT_INTERP):
            im.require(last is None, "load-order", f"{what} stands behind a PT_LOAD")
    for kind, name in ((PT_PHDR, "PT_PHDR"), (PT_INTERP, "PT_INTERP"), (PT_TLS, "PT_TLS"), (PT_DYNAMIC, "PT_DYNAMIC"),
                       (PT_GNU_RELRO, "PT_GNU_RELRO"), (PT_GNU_STACK, "PT_GNU_STACK")):
        found = [s for s in im.segments if s.type == kind]
        im.require(len(found) <= 1, "segment-once", f"{name} occurs {len(found)} times")
        for s in found:
            check_special(im, s, name)
    for s in im.segments:
        if s.type in (PT_NOTE, PT_GNU_PROPERTY):
            check_notes(im, s)


def check_special(im, s, name):
    inside = name == "PT_GNU_STACK" or im.load_of(s.vaddr, 0 if name == "PT_TLS" else min(s.filesz, s.memsz))
    im.require(inside, "segment-loaded", f"{name} is not in a PT_LOAD")
    if name == "PT_PHDR":
        im.require(s.offset == im.phoff and s.filesz == 56 * im.phnum, "phdr", "PT_PHDR does not cover the headers")
        load = im.load_of(s.vaddr)
        im.require(not load or load.offset + s.vaddr - load.vaddr == s.offset, "phdr",
                   "PT_PHDR's address and offset are not those of its PT_LOAD")
    elif name == "PT_INTERP":
        text = im.data[s.offset:s.offset + s.filesz]
        im.require(text.endswith(b"\0") and text.count(b"\0") == 1, "interp", "PT_INTERP is no string")
    elif name == "PT_TLS":
        im.require(s.vaddr % max(s.align, 1) == 0, "tls-align",
                   f"PT_TLS at {s.vaddr:#x} is not aligned to {s.align:#x}")
    elif name == "PT_GNU_STACK":
        im.require(not s.flags & PF_X, "execstack", "the stack is executable")
    elif name == "PT_GNU_RELRO":
        check_relro(im, s)


def check_relro(im, s):
    end = s.vaddr + s.memsz
    load = im.load_of(s.vaddr, 1)
    im.require(load and load.flags & PF_W, "relro", "PT_GNU_RELRO is not in a writable segment")
    im.require(end % PAGE == 0, "relro", f"PT_GNU_RELRO ends at {end:#x}, inside of a page")
    im.require(s.vaddr % PAGE == 0 or not load or align_down(s.vaddr, PAGE) == align_down(load.vaddr, PAGE), "relro",
               f"PT_GNU_RELRO begins at {s.vaddr:#x}, inside of a page that holds other data")
    for sec in im.sections:
        if sec.flags & SHF_ALLOC and sec.flags & SHF_WRITE and not sec.flags & SHF_TLS and sec.size:
            over = sec.addr < end and sec.addr + sec.size > align_down(s.vaddr, PAGE)
            # The first three words of .got.plt are constant; GNU ld lets them stand on RELRO's last page.
            whole = s.vaddr <= sec.addr and sec.addr + (24 if sec.text == ".got.plt" else sec.size) <= end
            im.require(not over or whole, "relro", f"{sec.text} is in RELRO only in part")


def check_notes(im, s):
    # Notes are padded as counted from the begin of their segment.
    align, at, end = 8 if s.align == 8 else 4, 0, s.filesz
    while at < end:
        if not im.require(at + 12 <= end, "note", "a note's header is cut"):
            return
        namesz, descsz, _ = struct.unpack_from("<III", im.data, s.offset + at)
        at = align_up(at + 12 + namesz, align) if align == 4 else align_up(at + 12 + align_up(namesz, 4), 8)
        im.require(at + descsz <= end, "note", "a note reaches behind its segment")
        at = align_up(at + descsz, align)
    if s.type == PT_GNU_PROPERTY:
        im.require(s.align == 8 and s.vaddr % 8 == 0, "note", "PT_GNU_PROPERTY is not aligned to 8")


def check_sections(im):
    if not im.sections:
        return
    null = im.sections[0]
    im.require(null.type == 0 and null.offset == 0 and null.addr == 0, "section-null", "section 0 is not empty")
    in_file, in_memory = [(0, 64, "the ELF header")], []
    if im.phnum:
        in_file.append((im.phoff, im.phoff + 56 * im.phnum, "the program headers"))
    in_file.append((im.shoff, im.shoff + 64 * len(im.sections), "the section headers"))
    for s in im.sections[1:]:
        what = f"section {s.index} {s.text}"
        im.require(s.text is not None, "section-name", f"section {s.index} has no name in .shstrtab")
        align = max(s.align, 1)
        if not im.require(align & (align - 1) == 0, "section-align", f"{what}: alignment {align:#x}"):
            continue
        im.require(s.addr % align == 0, "section-align", f"{what} at {s.addr:#x} is not aligned to {align:#x}")
        im.require(s.link < len(im.sections), "section-link", f"{what}: sh_link is out of range")
        if s.entsize and s.type in (SHT_SYMTAB, SHT_DYNSYM, SHT_RELA, SHT_DYNAMIC):
            im.require(s.entsize == {SHT_DYNAMIC: 16}.get(s.type, 24), "section-entsize", f"{what}: sh_entsize")
            im.require(s.size % s.entsize == 0, "section-entsize", f"{what}: size is no multiple of sh_entsize")
        if s.type != SHT_NOBITS and s.size:
            im.require(s.offset + s.size <= len(im.data), "section-file", f"{what} reaches behind the file")
            in_file.append((s.offset, s.offset + s.size, what))
        if not s.flags & SHF_ALLOC or im.type == ET_REL:
            im.require(s.addr == 0 or im.type != ET_REL, "section-addr", f"{what} has an address in an object")
            continue
        im.require(not s.flags & SHF_COMPRESSED, "section-compressed", f"{what} is loaded and compressed")
        tbss = s.type == SHT_NOBITS and s.flags & SHF_TLS
        if s.size and not tbss:
            in_memory.append((s.addr, s.addr + s.size, what))
            load = im.load_of(s.addr, s.size, s.type != SHT_NOBITS)
            if im.require(load, "section-loaded", f"{what} is not in a PT_LOAD"):
                if s.type != SHT_NOBITS:
                    im.require(s.offset - load.offset == s.addr - load.vaddr, "section-loaded",
                               f"{what}: sh_offset is not where its PT_LOAD has it")
                elif s.addr < load.vaddr + load.filesz:
                    im.fault("bss-file", f"{what} is zero-fill but in the file part of its PT_LOAD")
                for flag, bit, word in ((SHF_WRITE, PF_W, "writable"), (SHF_EXECINSTR, PF_X, "executable")):
                    im.require(not s.flags & flag or load.flags & bit, "section-flags",
                               f"{what} is {word}, its PT_LOAD is not")
        if s.flags & SHF_TLS and s.size:
            tls = next((p for p in im.segments if p.type == PT_TLS), None)
            im.require(tls and tls.vaddr <= s.addr and s.addr + s.size <= tls.vaddr + tls.memsz, "tls-section",
                       f"{what} is not in PT_TLS")
    for ranges, where in ((in_file, "in the file"), (in_memory, "in memory")):
        ranges.sort()
        for a, b in zip(ranges, ranges[1:]):
            im.require(a[1] <= b[0], "section-overlap", f"{a[2]} and {b[2]} overlap {where}")


def string_at(table, offset):
    end = table.find(b"\0", offset)
    return None if offset >= len(table) or end < 0 else table[offset:end]


def check_symbols(im):
    tls = next((p for p in im.segments if p.type == PT_TLS), None)
    for table in im.sections:
        if table.type not in (SHT_SYMTAB, SHT_DYNSYM) or table.link >= len(im.sections):
            continue
        names = im.sections[table.link]
        strings = im.data[names.offset:names.offset + names.size]
        im.require(names.type == SHT_STRTAB and strings[:1] == b"\0" and strings[-1:] == b"\0", "strtab",
                   f"the strings of {table.text} do not begin and end with a zero byte")
        count = table.size // 24
        im.require(0 < table.info <= count, "symbol-order", f"{table.text}: sh_info {table.info} of {count} symbols")
        wrong = 0
        for i in range(count):
            s = Record(SYM, struct.unpack_from("<IBBHQQ", im.data, table.offset + 24 * i))
            name = string_at(strings, s.name)
            what = f"{table.text}: symbol {i} {(name or b'?').decode('utf-8', 'replace')}"
            before = len(im.out)
            if i == 0:
                im.require((s.name, s.info, s.shndx, s.value, s.size) == (0,) * 5, "symbol-null", f"{what} is not null")
            im.require(name is not None, "symbol-name", f"{what}: its name is outside of the string table")
            im.require((s.info >> 4 == 0) == (i < table.info), "symbol-order",
                       f"{what}: local symbols must stand before the others")
            if s.shndx < SHN_LORESERVE and im.type != ET_REL:
                if im.require(s.shndx < len(im.sections), "symbol-section", f"{what}: section {s.shndx}") and s.shndx:
                    sec = im.sections[s.shndx]
                    kind = s.info & 15
                    if kind == STT_TLS:
                        im.require(tls and s.value + s.size <= tls.memsz, "symbol-value", f"{what} is outside of PT_TLS")
                    elif kind in (STT_OBJECT, STT_FUNC, STT_GNU_IFUNC) and sec.flags & SHF_ALLOC:
                        im.require(sec.addr <= s.value and s.value + s.size <= sec.addr + sec.size, "symbol-value",
                                   f"{what} at {s.value:#x} reaches out of {sec.text}")
            wrong += len(im.out) > before
            if wrong == 10:
                im.fault("symbol-order", f"{table.text}: more faults are not shown")
                break


def gnu_hash(name):
    h = 5381
    for c in name:
        h = (h * 33 + c) & 0xFFFFFFFF
    return h


def sysv_hash(name):
    h = 0
    for c in name:
        h = (h << 4) + c
        g = h & 0xF0000000
        h = (h ^ (g >> 24)) & ~g & 0xFFFFFFFF
    return h


class Dynamic:
    """PT_DYNAMIC, by address alone, as a loader sees it."""

    def __init__(self, im, segment):
        self.im, self.tags, self.needed = im, {}, []
        end = segment.offset + segment.filesz
        at, closed = segment.offset, False
        while at + 16 <= end and not closed:
            tag, value = struct.unpack_from("<QQ", im.data, at)
            at += 16
            if tag == DT["NULL"]:
                closed = True
            elif tag in (DT["NEEDED"], DT["AUXILIARY"], DT["FILTER"]):
                self.needed.append(value)
            else:
                im.require(tag not in self.tags, "dynamic-once", f"dynamic tag {tag:#x} occurs twice")
                self.tags[tag] = value
        im.require(closed, "dynamic", ".dynamic does not end with DT_NULL")

    def get(self, name):
        return self.tags.get(DT[name])

    def table(self, start, size, ent=1, want=None):
        """The bytes of a table that two tags describe; b"" if there is none."""
        im, a, n = self.im, self.get(start), self.get(size)
        im.require((a is None) == (n is None), "dynamic-pair", f"DT_{start} without DT_{size} or the reverse")
        if a is None or n is None:
            return b""
        im.require(n % ent == 0, "dynamic-size", f"DT_{size} {n} is no multiple of {ent}")
        if want:
            im.require(self.get(want) == ent, "dynamic-size", f"DT_{want} is {self.get(want)}, not {ent}")
        data = im.bytes_at(a, n)
        if not im.require(data is not None, "dynamic-range", f"DT_{start} {a:#x} + {n} is not in a PT_LOAD"):
            return b""
        return data


def check_dynamic(im):
    segment = next((s for s in im.segments if s.type == PT_DYNAMIC), None)
    if segment is None:
        return
    sec = next((s for s in im.sections if s.type == SHT_DYNAMIC), None)
    if sec:
        im.require(sec.addr == segment.vaddr and sec.size == segment.filesz, "dynamic",
                   "PT_DYNAMIC and .dynamic are not the same")
    d = Dynamic(im, segment)
    strings = d.table("STRTAB", "STRSZ")
    for name, offsets in (("NEEDED", d.needed), ("SONAME", [d.get("SONAME")]), ("RUNPATH", [d.get("RUNPATH")]),
                          ("RPATH", [d.get("RPATH")])):
        for o in offsets:
            im.require(o is None or string_at(strings, o) is not None, "dynamic-string",
                       f"DT_{name} {o} is outside of DT_STRTAB")
    for name in ("INIT", "FINI"):
        if d.get(name):
            load = im.load_of(d.get(name))
            im.require(load and load.flags & PF_X, "dynamic-range", f"DT_{name} is not in an executable segment")
    for name in ("INIT_ARRAY", "FINI_ARRAY", "PREINIT_ARRAY"):
        d.table(name, name + "SZ", 8)
        im.require(not d.get(name) or d.get(name) % 8 == 0, "dynamic-range", f"DT_{name} is not aligned")
    symbols = check_hash_tables(im, d, strings)
    check_versions(im, d, strings, symbols)
    check_relocations(im, d, symbols)


def check_hash_tables(im, d, strings):
    """Returns the names of the dynamic symbols with whether they are defined; the count is what a hash says."""
    symtab = d.get("SYMTAB")
    if not im.require(symtab is not None and im.load_of(symtab), "dynamic-range", "DT_SYMTAB is not in a PT_LOAD"):
        return []
    sec = next((s for s in im.sections if s.type == SHT_DYNSYM), None)
    count = sec.size // 24 if sec else 0
    h = d.get("HASH")
    sysv = im.bytes_at(h, 8) if h is not None else None
    if h is not None and im.require(sysv is not None, "hash", "DT_HASH is not in a PT_LOAD"):
        nbucket, nchain = struct.unpack("<II", sysv)
        im.require(not sec or nchain == count, "hash", f"DT_HASH has {nchain} chains for {count} symbols")
        count = count or nchain
    raw = im.bytes_at(symtab, 24 * count)
    if not im.require(raw is not None, "dynamic-range", "DT_SYMTAB reaches out of its PT_LOAD"):
        return []
    symbols = []
    for i in range(count):
        s = Record(SYM, struct.unpack_from("<IBBHQQ", raw, 24 * i))
        symbols.append((string_at(strings, s.name) or b"", s.shndx != 0, s))
    if sysv:
        table = im.bytes_at(h, 8 + 4 * (nbucket + nchain))
        if im.require(table is not None and nbucket, "hash", "DT_HASH reaches out of its PT_LOAD"):
            words = struct.unpack(f"<{nbucket + nchain}I", table[8:])
            for i, (name, defined, s) in enumerate(symbols):
                if not i or not defined or s.info >> 4 == 0:
                    continue
                k, steps = words[sysv_hash(name) % nbucket], 0
                while k and k != i and k < nchain and steps <= nchain:
                    k, steps = words[nbucket + k], steps + 1
                im.require(k == i, "hash", f"DT_HASH does not find {name.decode('utf-8', 'replace')}")
    g = d.get("GNU_HASH")
    if g is not None:
        check_gnu_hash(im, g, symbols)
    return symbols


def check_gnu_hash(im, g, symbols):
    head = im.bytes_at(g, 16)
    if not im.require(head is not None, "gnu-hash", "DT_GNU_HASH is not in a PT_LOAD"):
        return
    nbucket, offset, nbloom, shift = struct.unpack("<IIII", head)
    hashed = max(len(symbols) - offset, 0)
    table = im.bytes_at(g, 16 + 8 * nbloom + 4 * nbucket + 4 * hashed)
    ok = im.require(nbucket and nbloom and nbloom & (nbloom - 1) == 0 and table is not None, "gnu-hash",
                    f"DT_GNU_HASH has {nbucket} buckets and {nbloom} bloom words or reaches out of its PT_LOAD")
    if not ok:
        return
    bloom = struct.unpack_from(f"<{nbloom}Q", table, 16)
    buckets = struct.unpack_from(f"<{nbucket}I", table, 16 + 8 * nbloom)
    chain = struct.unpack_from(f"<{hashed}I", table, 16 + 8 * nbloom + 4 * nbucket)
    for i, (name, defined, s) in enumerate(symbols):
        text = name.decode("utf-8", "replace")
        if i < offset:
            im.require(not defined or s.info >> 4 == 0, "gnu-hash", f"{text} is defined and not in DT_GNU_HASH")
            continue
        h = gnu_hash(name)
        word = bloom[h // 64 % nbloom]
        im.require(word >> (h % 64) & 1 and word >> ((h >> shift) % 64) & 1, "gnu-hash", f"the bloom filter lacks {text}")
        k = buckets[h % nbucket]
        while offset <= k < len(symbols) and k != i and not chain[k - offset] & 1:
            k += 1
        im.require(k == i and (chain[i - offset] ^ h) < 2, "gnu-hash", f"DT_GNU_HASH does not find {text}")


def check_versions(im, d, strings, symbols):
    known = {0, 1}
    for start, num, aux_at, next_at in (("VERDEF", "VERDEFNUM", 12, 16), ("VERNEED", "VERNEEDNUM", 8, 12)):
        at, n = d.get(start), d.get(num)
        im.require((at is None) == (n is None), "dynamic-pair", f"DT_{start} without DT_{num} or the reverse")
        if at is None:
            continue
        for left in range(n or 0, 0, -1):
            head = im.bytes_at(at, 20 if start == "VERDEF" else 16)
            if not im.require(head is not None, "version", f"DT_{start} reaches out of its PT_LOAD"):
                return
            if start == "VERDEF":
                _, _, index, cnt, name_hash = struct.unpack_from("<HHHHI", head)
                known.add(index & 0x7FFF)
            else:
                _, cnt, file_name = struct.unpack_from("<HHI", head)
                im.require(string_at(strings, file_name) is not None, "version", "vn_file is outside of DT_STRTAB")
            aux = at + struct.unpack_from("<I", head, aux_at)[0]
            for k in range(cnt):
                entry = im.bytes_at(aux, 8 if start == "VERDEF" else 16)
                if not im.require(entry is not None, "version", f"an entry of DT_{start} is out of its PT_LOAD"):
                    return
                if start == "VERDEF":
                    name, step = struct.unpack("<II", entry)
                    text = string_at(strings, name)
                    im.require(text is not None and (k or sysv_hash(text) == name_hash), "version",
                               "vd_hash is not the hash of its name")
                else:
                    h, _, other, name, step = struct.unpack("<IHHII", entry)
                    known.add(other & 0x7FFF)
                    text = string_at(strings, name)
                    im.require(text is not None and sysv_hash(text) == h, "version", "vna_hash is not that of its name")
                aux += step
            step = struct.unpack_from("<I", head, next_at)[0]
            if step == 0:
                im.require(left == 1, "version", f"DT_{start} ends before its {n} entries")
                break
            at += step
    versym = d.get("VERSYM")
    if versym is not None:
        raw = im.bytes_at(versym, 2 * len(symbols))
        if im.require(raw is not None, "version", "DT_VERSYM reaches out of its PT_LOAD"):
            for i in range(len(symbols)):
                v = struct.unpack_from("<H", raw, 2 * i)[0] & 0x7FFF
                im.require(v in known, "version", f"symbol {i} has version {v}, which does not exist")


def check_relocations(im, d, symbols):
    relative, irelative = RELATIVE.get(im.machine), IRELATIVE.get(im.machine)
    textrel = d.get("TEXTREL") is not None or (d.get("FLAGS") or 0) & 4
    im.require(not textrel, "textrel", "the image has text relocations")

    def place(addr, what, size=8):
        load = im.load_of(addr, size)
        if im.require(load, "reloc-range", f"{what} at {addr:#x} is not in a PT_LOAD"):
            im.require(load.flags & PF_W or textrel, "reloc-range", f"{what} at {addr:#x} is in a read-only segment")

    rela = d.table("RELA", "RELASZ", 24, "RELAENT")
    plt = d.table("JMPREL", "PLTRELSZ", 24)
    if plt:
        im.require(d.get("PLTREL") == DT["RELA"], "dynamic-size", "DT_PLTREL is not DT_RELA")
    leading = d.get("RELACOUNT") or 0
    seen = {}
    for name, raw in (("DT_RELA", rela), ("DT_JMPREL", plt)):
        for i in range(0, len(raw) // 24 * 24, 24):
            offset, info, addend = struct.unpack_from("<QQq", raw, i)
            sym, kind = info >> 32, info & 0xFFFFFFFF
            what = f"{name} entry {i // 24} (type {kind})"
            ok = im.require(sym < max(len(symbols), 1), "reloc-symbol", f"{what}: symbol {sym} of {len(symbols)}")
            place(offset, what, symbols[sym][2].size if ok and symbols and kind == COPY.get(im.machine) else 8)
            if kind in (relative, irelative):
                im.require(im.load_of(addend & 0xFFFFFFFFFFFFFFFF) or kind == relative, "reloc-range",
                           f"{what}: its target {addend:#x} is not in a PT_LOAD")
            if name == "DT_RELA" and i // 24 < leading:
                im.require(kind == relative, "relacount", f"{what} is within DT_RELACOUNT but not relative")
            inside_both = name == "DT_JMPREL" and d.get("RELA") is not None and \
                d.get("RELA") <= d.get("JMPREL") < d.get("RELA") + len(rela)
            if not inside_both:
                im.require(offset not in seen, "reloc-twice", f"{what}: {offset:#x} is relocated twice")
            seen[offset] = what
    raw = d.table("RELR", "RELRSZ", 8, "RELRENT")
    at = None
    for i, (word,) in enumerate(struct.iter_unpack("<Q", raw)):
        if word & 1 == 0:
            places, at = [word], word + 8
        elif im.require(at is not None, "relr", "DT_RELR begins with a bitmap"):
            places = [at + 8 * k for k in range(63) if word >> (k + 1) & 1]
            at += 63 * 8
        else:
            return
        for p in places:
            place(p, f"DT_RELR entry {i}")
            im.require(p not in seen, "reloc-twice", f"DT_RELR entry {i}: {p:#x} is relocated twice")
            seen[p] = "DT_RELR"


def check_eh_frame_hdr(im):
    """The table that unwinders search (LSB Core, "Exception Frames")."""
    s = next((s for s in im.segments if s.type == PT_GNU_EH_FRAME), None)
    if s is None:
        return
    raw = im.data[s.offset:s.offset + s.filesz]
    if not im.require(len(raw) >= 8 and raw[0] == 1, "eh-frame-hdr", ".eh_frame_hdr is cut or of another version"):
        return
    if raw[1] != 0x1B or raw[2] != 0x03 or raw[3] != 0x3B:  # pcrel sdata4, udata4, datarel sdata4
        im.require(raw[2] == 0xFF, "eh-frame-hdr", f"unusual encodings {raw[1]:#x} {raw[2]:#x} {raw[3]:#x}")
        return
    start, count = struct.unpack_from("<iI", raw, 4)
    start += s.vaddr + 4
    sec = im.section(".eh_frame")
    im.require(not sec or start == sec.addr, "eh-frame-hdr", ".eh_frame_hdr does not point at .eh_frame")
    if not im.require(12 + 8 * count <= len(raw), "eh-frame-hdr", f"{count} entries do not fit in .eh_frame_hdr"):
        return
    last = None
    for i in range(count):
        pc, fde = struct.unpack_from("<ii", raw, 12 + 8 * i)
        pc, fde = pc + s.vaddr, fde + s.vaddr
        if not im.require(last is None or last <= pc, "eh-frame-hdr", f"entry {i} is not in order"):
            return
        last = pc
        head = im.bytes_at(fde, 8)
        ok = head and (not sec or sec.addr <= fde < sec.addr + sec.size) and struct.unpack("<II", head)[1] != 0
        if not im.require(ok, "eh-frame-hdr", f"entry {i} does not point at an FDE"):
            return
        load = im.load_of(pc)
        im.require(load and load.flags & PF_X, "eh-frame-hdr", f"entry {i}: {pc:#x} is not in an executable segment")


def faults(data):
    try:
        im = Image(data)
    except (ValueError, struct.error) as e:
        return [("header", str(e))]
    for check in (check_header, check_segments, check_sections, check_symbols, check_dynamic, check_eh_frame_hdr):
        check(im)
    return im.out
