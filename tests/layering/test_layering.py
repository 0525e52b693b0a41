#!/usr/bin/env python3
"""Shows that layering.py finds what it is there to find."""

import unittest

from layering import check_file, check_include, check_library


class Layering(unittest.TestCase):
    def test_allowed(self):
        for path, target in [
            ("support/arena.cc", "support/arena.h"),
            ("model/link.h", "support/arena.h"),
            ("readers/elf/object.cc", "formats/elf/elf.h"),
            ("readers/elf.cc", "readers/reader.h"),
            ("readers/read.cc", "readers/coff/object.h"),
            ("writers/elf/x86_64.cc", "writers/elf/writer.h"),
            ("writers/pe/image.cc", "formats/coff/coff.h"),
            ("layout/plan.cc", "model/link.h"),
            ("link.cc", "writers/elf/writer.h"),
            ("driver/gnu.cc", "model/options.h"),
            ("inspect/inspect.cc", "readers/archive.h"),
        ]:
            self.assertIsNone(check_include(path, target), (path, target))

    def test_forbidden(self):
        for path, target in [
            ("support/arena.cc", "model/link.h"),
            ("model/link.cc", "layout/plan.h"),
            ("readers/elf/object.cc", "readers/coff/object.h"),
            ("readers/elf.cc", "formats/macho/macho.h"),
            ("readers/elf.cc", "resolve/resolve.h"),
            ("resolve/resolve.cc", "readers/elf/object.h"),
            ("resolve/resolve.cc", "formats/elf/elf.h"),
            ("layout/address.cc", "writers/elf/writer.h"),
            ("layout/address.cc", "formats/elf/elf.h"),
            ("writers/elf/writer.cc", "writers/pe/writer.h"),
            ("writers/elf/writer.cc", "readers/elf/object.h"),
            ("driver/gnu.cc", "readers/elf/object.h"),
            ("support/diag.cc", "link.h"),
        ]:
            self.assertIsNotNone(check_include(path, target), (path, target))

    def test_libraries(self):
        self.assertIsNone(check_library("support/threads.cc", "tbb/parallel_for.h"))
        self.assertIsNone(check_library("layout/plan.cc", "vector"))
        self.assertIsNotNone(check_library("layout/plan.cc", "tbb/parallel_for.h"))
        self.assertIsNotNone(check_library("readers/elf.cc", "elf.h"))
        self.assertIsNotNone(check_library("driver/inspect.cc", "LIEF/LIEF.hpp"))

    def test_files(self):
        self.assertEqual(list(check_file("/", "src/model/a.cc", ["int x;"] * 1200)), [])
        self.assertEqual([n for n, _ in check_file("/", "src/model/a.cc", ["int x;"] * 1201)], [1201])
        self.assertEqual([n for n, _ in check_file("/", "src/link.cc", ["int x;"] * 151)], [151])
        self.assertEqual([n for n, _ in check_file("/", "src/model/a.cc", ["", '# include "layout/b.h"'])], [2])
        self.assertEqual([n for n, _ in check_file("/", "runtime/a.cc", ['#include "../src/support/b.h"'])], [1])


if __name__ == "__main__":
    unittest.main()
