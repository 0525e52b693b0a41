#!/usr/bin/env python3
"""Prints one thing about PE images, for tests.

    pe-field.py linker|imports|exports|stamp|base|subsystem|characteristics|stack|heap|sections|entry IMAGE...
"""

import importlib.util
import os
import sys

spec = importlib.util.spec_from_file_location("check_pe", os.path.join(os.path.dirname(__file__), "check-pe.py"))
check_pe = importlib.util.module_from_spec(spec)
spec.loader.exec_module(check_pe)

for path in sys.argv[2:]:
    image = check_pe.Image(path)
    field = sys.argv[1]
    print({
        "linker": lambda: "%d.%d" % image.linker,
        "imports": lambda: " ".join(image.check_imports()),
        "exports": lambda: " ".join(n.decode() for n in image.check_exports()),
        "stamp": lambda: "%#x" % image.stamp,
        "base": lambda: "%#x" % image.base,
        "subsystem": lambda: str(image.subsystem),
        "characteristics": lambda: "%#x" % image.dll_characteristics,
        "stack": lambda: "%#x %#x" % (image.stack_reserve, image.stack_commit),
        "heap": lambda: "%#x %#x" % (image.heap_reserve, image.heap_commit),
        "sections": lambda: " ".join(s[0] for s in image.sections),
        "entry": lambda: "%#x" % image.entry,
    }[field]())
