#!/usr/bin/env python3
"""Builds gold-go with one decision turned round at a time, times these variants beside gold-go as it is, and
writes docs/variants.md: what each decision gives. A variant whose text is no longer in the source is an error,
so that this file stays true.

    variants.py [--rounds N] [--report FILE] [VARIANT...]

Each variant is built in a folder of its own; with ccache that takes a minute or two. The cases are those of
compare.py.
"""
import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile

SRC = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
os.environ.setdefault("GOLD_GO", os.path.join(SRC, "build", "release", "gold-go"))
import cases  # noqa: E402
import compare  # noqa: E402

MAPPED = """  // Variant: the output is a shared mapping of the file.
  static u8 *base = [fd] {
    struct stat st;
    fstat(fd, &st);
    return static_cast<u8 *>(mmap(nullptr, size_t(st.st_size), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
  }();
  std::memcpy(base + off, p, n);
  return true;
"""


class Variant:
    """`edits`: (file, text, text in its place). `cmake`: more words for the configuration."""

    def __init__(self, name, text, edits=(), cmake=()):
        self.name, self.text, self.edits, self.cmake = name, text, edits, cmake


VARIANTS = [
    Variant("no-batches", "names are interned one by one, without prefetching a batch of slots and objects",
            [("src/model/intern.h", "kSize = 16;", "kSize = 1;")]),
    Variant("huge-arenas", "arenas in huge pages, as the large tables are",
            [("src/support/arena.cc", "map_pages(block, false)", "map_pages(block, true)")]),
    Variant("small-pages", "large tables in pages of 4 KiB, as the arenas are",
            [("src/support/arena.cc", "    madvise(p, n - kHuge, MADV_HUGEPAGE);\n", "")]),
    Variant("mapped-output", "the image is copied into a shared mapping of the file instead of written by pwrite",
            [("src/layout/write.cc", "  while (n) {\n    ssize_t k = pwrite(", MAPPED + "  while (n) {\n    ssize_t k = pwrite(")]),
    Variant("small-tasks", "the image is written in tasks of 32 KiB instead of 512",
            [("src/layout/write.cc", "kTaskBytes = 512 << 10", "kTaskBytes = 32 << 10")]),
    Variant("large-tasks", "the image is written in tasks of 8 MiB",
            [("src/layout/write.cc", "kTaskBytes = 512 << 10", "kTaskBytes = 8 << 20")]),
    Variant("pool-at-once", "the pool of threads is started by links of any size",
            [("src/model/options.h", "parallel_from = 16 << 20;", "parallel_from = 0;")]),
    Variant("libc-malloc", "libc's allocator in place of mimalloc", cmake=["-Dgoldgo_lib_mimalloc=-lm"]),
    Variant("lto", "gold-go built with link-time optimization", cmake=["-DGOLD_GO_LTO=ON"]),
    Variant("clang", "gold-go built by clang 19 instead of GCC 12",
            cmake=["-DCMAKE_C_COMPILER=clang-19", "-DCMAKE_CXX_COMPILER=clang++-19"]),
]
CASES = ["hello", "sqlite", "duckdb", "clang-tool", "libllvm"]


def build(variant, folder):
    """The program, or None with the reason printed."""
    source = os.path.join(folder, "source")
    shutil.copytree(SRC, source, ignore=shutil.ignore_patterns("build", ".git"))
    for name, old, new in variant.edits:
        path = os.path.join(source, name)
        with open(path, encoding="utf-8") as file:
            text = file.read()
        if text.count(old) != 1:
            sys.exit(f"variants: {variant.name}: {name} doesn't hold {old!r} once")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text.replace(old, new))
    env = dict(os.environ, CCACHE_BASEDIR=source, CCACHE_NOHASHDIR="1")
    tree = os.path.join(folder, "tree")
    for command in (["cmake", "-G", "Ninja", "-S", source, "-B", tree, "-DCMAKE_BUILD_TYPE=Release", *variant.cmake],
                    ["cmake", "--build", tree, "--target", "gold-go", "-j", str(os.cpu_count())]):
        done = subprocess.run(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        if done.returncode:
            print(f"{variant.name} could not be built: {done.stdout.strip().splitlines()[-1]}", flush=True)
            return None
    program = os.path.join(folder, "gold-go")
    shutil.move(os.path.join(tree, "gold-go"), program)
    shutil.rmtree(tree)
    shutil.rmtree(source)
    return program


def times(programs, case, rounds, work):
    """Program → (median wall, median CPU) in milliseconds with two threads."""
    output, log = os.path.join(work, "output"), os.path.join(work, "log")
    words = [output if w == "OUT" else w for w in case.words]
    runs = {name: [] for name in programs}
    for number in range(rounds + 1):
        for name, program in programs.items():
            result = compare.timed([program, "ld", *words, "--threads=2"], output, 2, log)
            if not result:
                sys.exit(f"variants: {name}: {case.name}: {compare.reason(log)}")
            if number:
                runs[name].append(result)
    return {name: [statistics.median(column) for column in zip(*r)][:2] for name, r in runs.items()}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--report")
    parser.add_argument("variants", nargs="*", metavar="VARIANT", help="of " + ", ".join(v.name for v in VARIANTS))
    args = parser.parse_args()
    chosen = [v for v in VARIANTS if not args.variants or v.name in args.variants]
    lines, loads = [], []
    with tempfile.TemporaryDirectory() as work:
        programs = {"as it is": compare.GOLD_GO}
        for v in chosen:
            os.mkdir(folder := os.path.join(work, v.name))
            if program := build(v, folder):
                programs[v.name] = program
        for name in CASES:
            folder = os.path.join(compare.CACHE, "bench", name)
            os.makedirs(folder, exist_ok=True)
            try:
                for case in cases.CASES[name](compare.GOLD_GO, folder):
                    loads.append(os.getloadavg()[0])
                    found = times(programs, case, args.rounds, work)
                    base = found["as it is"]
                    lines += [f"## {case.name}", "", "| variant | wall ms | | CPU ms | |", "|---|---|---|---|---|"]
                    for v, (wall, cpu) in found.items():
                        change = ["", ""] if v == "as it is" else [f"{a / b - 1:+.0%}" for a, b in ((wall, base[0]), (cpu, base[1]))]
                        lines.append(f"| {v} | {wall:.1f} | {change[0]} | {cpu:.1f} | {change[1]} |")
                    lines.append("")
                    print("\n".join(lines[-len(found) - 5:]), flush=True)
            except cases.Unavailable as why:
                print(f"Skipped: {name}: {why}", flush=True)
    if args.report:
        with open(args.report, "w", encoding="utf-8") as file:
            file.write("# What the decisions give\n\nWritten by `bench/variants.py`: gold-go as it is, and with one decision turned "
                       f"round at a time, interleaved, two threads, medians of {args.rounds} rounds. {compare.machine()}; load "
                       f"between {min(loads):.1f} and {max(loads):.1f}. Differences below about 3 % are noise.\n\n")
            file.write("".join(f"- {v.name}: {v.text}\n" for v in chosen if v.name in programs) + "\n" + "\n".join(lines))


if __name__ == "__main__":
    sys.exit(main())
