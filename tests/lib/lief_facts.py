#!/usr/bin/env python3
"""Prints, line by line, what LIEF reads in an image, in terms that don't depend on which linker made it.

    lief_facts.py FILE        what must be equal for gold-go and another linker of the same inputs
    lief_facts.py -c FILE     checks that hold for any sound image; prints what is wrong, exit code 1

ELF: gABI; PE: "PE Format"; Mach-O: <mach-o/loader.h>. The names are LIEF's.
"""
import sys

import lief


def elf_facts(b):
    yield f"type {b.header.file_type.name} {b.header.machine_type.name}"
    yield f"interpreter {b.interpreter if b.has_interpreter else '-'}"
    for lib in sorted(b.libraries):
        yield f"needs {lib}"
    for s in b.dynamic_symbols:
        if s.name and (s.imported or s.exported):
            version = ""
            if s.has_version and s.symbol_version.has_auxiliary_version:
                version = "@" + s.symbol_version.symbol_version_auxiliary.name
            kind = "import" if s.imported else "export"
            size = "" if s.imported else f" size {s.size}"
            yield f"{kind} {s.name}{version} {s.binding.name} {s.type.name}{size}"
    for tag in ("INIT_ARRAY", "FINI_ARRAY"):
        if b.has(getattr(lief.ELF.DynamicEntry.TAG, tag)):
            yield f"{tag.lower()} of {len(b.get(getattr(lief.ELF.DynamicEntry.TAG, tag)).array)}"
    for kind in ("GNU_RELRO", "GNU_STACK", "GNU_EH_FRAME", "TLS"):
        if b.has(getattr(lief.ELF.Segment.TYPE, kind)):
            tls = f" of {b.get(lief.ELF.Segment.TYPE.TLS).virtual_size}" if kind == "TLS" else ""
            yield f"segment {kind}{tls}"


def elf_faults(b):
    loads = [s for s in b.segments if s.type == lief.ELF.Segment.TYPE.LOAD]
    for s in loads:
        if s.has(lief.ELF.Segment.FLAGS.W) and s.has(lief.ELF.Segment.FLAGS.X):
            yield f"the segment at {s.virtual_address:#x} is writable and executable"
    entry = b.header.entrypoint
    if entry and not any(s.virtual_address <= entry < s.virtual_address + s.virtual_size and s.has(lief.ELF.Segment.FLAGS.X)
                         for s in loads):
        yield f"the entry {entry:#x} is in no executable segment"
    for r in b.dynamic_relocations:
        if not any(s.virtual_address <= r.address < s.virtual_address + s.virtual_size for s in loads):
            yield f"a relocation of {r.address:#x}, which is not loaded"
    for s in b.exported_symbols:
        section = s.shndx
        if s.type == lief.ELF.Symbol.TYPE.FUNC and not any(
                p.virtual_address <= s.value < p.virtual_address + p.virtual_size and p.has(lief.ELF.Segment.FLAGS.X)
                for p in loads):
            yield f"the function {s.name} of section {section} is in no executable segment"


def pe_facts(b):
    o = b.optional_header
    yield f"type {b.header.machine.name} {o.subsystem.name} dll {b.header.has_characteristic(lief.PE.Header.CHARACTERISTICS.DLL)}"
    for i in b.imports:
        for e in i.entries:
            yield f"import {i.name.lower()} {e.name if not e.is_ordinal else e.ordinal}"
    if b.has_exports:
        export = b.get_export()
        yield f"exports as {export.name.rsplit('/')[-1]}"
        for e in export.entries:
            yield f"export {e.name} {e.ordinal}"
    if b.has_tls:
        yield f"tls callbacks {len(b.tls.callbacks)} template {b.tls.addressof_raw_data[1] - b.tls.addressof_raw_data[0]}"
    yield f"exception records {'some' if list(b.exceptions) else 'none'}"


def pe_faults(b):
    o = b.optional_header
    sections = list(b.sections)
    end = 0
    for s in sections:
        if s.virtual_address < end:
            yield f"section {s.name} overlaps the one before"
        if s.virtual_address % o.section_alignment:
            yield f"section {s.name} is not aligned"
        end = s.virtual_address + s.virtual_size
    if o.sizeof_image < end or o.sizeof_image % o.section_alignment:
        yield f"SizeOfImage {o.sizeof_image:#x}, the sections end at {end:#x}"
    if b.compute_checksum() != o.checksum and o.checksum:
        yield f"checksum {o.checksum:#x}, not {b.compute_checksum():#x}"
    for page in b.relocations:
        for r in page.entries:
            if r.type == lief.PE.RelocationEntry.BASE_TYPES.DIR64 and b.section_from_rva(r.address) is None:
                yield f"a base relocation of {r.address:#x}, which is in no section"
    last = 0
    for f in b.exceptions:
        if f.rva_start <= last:
            yield f"the unwind record of {f.rva_start:#x} is not in order"
        last = f.rva_start


def macho_facts(b):
    yield f"type {b.header.cpu_type.name} {b.header.file_type.name}"
    for lib in b.libraries:
        kind = "name" if lib.command == lief.MachO.LoadCommand.TYPE.ID_DYLIB else "needs"
        yield f"{kind} {lib.name} {lib.current_version} {lib.compatibility_version}"
    for s in sorted({x.symbol.name for x in b.bindings if x.has_symbol}):
        yield f"binds {s}"
    if b.has_dyld_exports_trie:
        for e in b.dyld_exports_trie.exports:
            yield f"exports {e.symbol.name if e.has_symbol else '?'} {e.kind.name}"
    elif b.has_dyld_info:
        for e in b.dyld_info.exports:
            yield f"exports {e.symbol.name if e.has_symbol else '?'} {e.kind.name}"
    for s in b.segments:
        yield f"segment {s.name} {s.max_protection} {s.init_protection}"
        for section in s.sections:
            yield f"section {s.name},{section.name} {section.type.name}"
    for name in ("uuid", "function_starts", "build_version", "code_signature"):
        yield f"{name} {getattr(b, 'has_' + name)}"
    if b.has_function_starts:
        yield f"functions {len(b.function_starts.functions)}"


def macho_faults(b):
    end = 0
    for s in b.segments:
        if s.virtual_address < end:
            yield f"segment {s.name} overlaps the one before"
        end = s.virtual_address + s.virtual_size
        if s.file_size > s.virtual_size:
            yield f"segment {s.name} is larger in the file than in memory"
        for section in s.sections:
            if not s.virtual_address <= section.virtual_address <= end - section.size:
                yield f"section {section.name} is outside of {s.name}"
    for x in b.bindings:
        if b.segment_from_virtual_address(x.address) is None:
            yield f"a binding of {x.address:#x}, which is in no segment"


READERS = {lief.Binary.FORMATS.ELF: (elf_facts, elf_faults), lief.Binary.FORMATS.PE: (pe_facts, pe_faults),
           lief.Binary.FORMATS.MACHO: (macho_facts, macho_faults)}


def main():
    *flags, path = sys.argv[1:]
    binary = lief.parse(path)
    if binary is None:
        sys.exit(f"{path}: LIEF can't read it")
    facts, faults = READERS[binary.format]
    if flags == ["-c"]:
        wrong = list(faults(binary))
        for line in wrong:
            print(f"{path}: {line}")
        return 1 if wrong else 0
    print("\n".join(sorted(set(facts(binary)))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
