"""Times links side by side. See run.sh.

Each case is a full GNU-style command line (from `gold-go link --print-link-line`), so that every linker
gets the same words. A round runs all linkers once, in turn; medians are over rounds.
"""
import json
import os
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile

ROUNDS, REPORT = int(sys.argv[1]), sys.argv[2]
GOLD_GO = os.environ["GOLD_GO"]
SRC = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

HELLO = '#include <stdio.h>\nint main(void) { puts("hello"); return 0; }\n'


def linkers():
    """Name -> (program, extra arguments for N threads)."""
    found = {"gold-go": ([GOLD_GO, "ld"], lambda n: [f"--threads={n}"])}
    for name, programs, extra in [
        ("mold", ["mold"], lambda n: ["--no-fork", f"--thread-count={n}"]),
        ("wild", ["wild"], lambda n: ["--no-fork", f"--threads={n}"]),
        ("lld 22", ["ld.lld-22"], lambda n: [f"--threads={n}"]),
        ("lld 19", ["ld.lld-19"], lambda n: [f"--threads={n}"]),
        ("gold", ["ld.gold"], lambda n: []),
        ("GNU ld", ["ld.bfd"], lambda n: []),
    ]:
        path = next((p for p in map(shutil.which, programs) if p), None)
        if not path and name in ("mold", "wild"):
            cargo = os.path.expanduser(f"~/.cargo/bin/{name}")
            path = cargo if os.path.exists(cargo) else None
        if path:
            found[name] = ([path], extra)
    return found


def timed(command, output):
    """One run: wall and CPU milliseconds, peak MiB; None if it failed."""
    if os.path.exists(output):
        os.unlink(output)
    import resource
    import time
    pid_start = time.perf_counter()
    p = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(p.pid, 0)
    wall = time.perf_counter() - pid_start
    p.returncode = os.waitstatus_to_exitcode(status)
    if p.returncode != 0:
        return None
    return wall * 1e3, (usage.ru_utime + usage.ru_stime) * 1e3, usage.ru_maxrss / 1024


def link_line(args):
    text = subprocess.run([GOLD_GO, "link", *args, "--print-link-line"], check=True, capture_output=True, text=True).stdout
    words = shlex.split(text.strip().splitlines()[-1])
    return words[2:] if words[0].endswith("gold-go") and words[1] == "ld" else words[1:]


def cases(work):
    c = os.path.join(work, "hello.c")
    with open(c, "w") as f:
        f.write(HELLO)
    o = os.path.join(work, "hello.o")
    subprocess.run(["gcc", "-c", "-O1", c, "-o", o], check=True)
    yield "hello, dynamic PIE", link_line([o, "-o", "OUT"])
    yield "hello, static", link_line([o, "-o", "OUT", "--static"])
    if shutil.which("go"):
        subprocess.run(["go", "mod", "init", "example"], cwd=work, capture_output=True)
        got = subprocess.run(["go", "mod", "download", "-json",
                              "github.com/duckdb/duckdb-go-bindings/lib/linux-amd64@v0.10506.0"],
                             cwd=work, capture_output=True, text=True)
        if got.returncode == 0:
            folder = json.loads(got.stdout)["Dir"]
            archives = sorted(os.path.join(folder, a) for a in os.listdir(folder) if a.endswith(".a"))
            cc = os.path.join(work, "duck.cc")
            with open(cc, "w") as f:
                f.write('extern "C" int duckdb_open(const char *, void **);\n'
                        "int main() { void *p; return duckdb_open(nullptr, &p); }\n")
            duck = os.path.join(work, "duck.o")
            subprocess.run(["g++", "-c", "-O1", cc, "-o", duck], check=True)
            yield "DuckDB, static", link_line([duck, *archives, "-o", "OUT", "--static"])
    llvm = "/usr/lib/llvm-19/lib"
    if os.path.exists(f"{llvm}/libLLVMCore.a"):
        libs = sorted(f"{llvm}/{a}" for a in os.listdir(llvm) if a.startswith("libLLVM") and a.endswith(".a"))
        yield "libLLVM, one shared library", ["-shared", "-o", "OUT", "--whole-archive", *libs]


def main():
    rows = []
    with tempfile.TemporaryDirectory() as work:
        output = os.path.join(work, "output")
        for name, line in cases(work):
            line = [output if a == "OUT" else a for a in line]
            for threads in (2, 1):
                results = {}
                candidates = linkers()
                for r in range(ROUNDS + 1):
                    for linker, (program, extra) in candidates.items():
                        t = timed(program + line + extra(threads), output)
                        if r and t:
                            results.setdefault(linker, []).append(t)
                for linker, ts in results.items():
                    med = [statistics.median(x) for x in zip(*ts)]
                    rows.append((name, threads, linker, *med))
                    print(f"{name:30} {threads} {linker:10} {med[0]:9.1f} {med[1]:9.1f} {med[2]:8.0f}", flush=True)
    with open(REPORT, "w") as f:
        f.write("# Benchmarks\n\nPrinted by `bench/run.sh`: the same command line for every linker that was found, "
                f"interleaved, output removed first, medians of {ROUNDS} rounds after one warm-up, "
                f"{os.cpu_count()} cores. A linker is missing from a row when it could not link it.\n\n"
                "| case | threads | linker | wall ms | CPU ms | peak MiB |\n|---|---|---|---|---|---|\n")
        for name, threads, linker, wall, cpu, mem in rows:
            f.write(f"| {name} | {threads} | {linker} | {wall:.1f} | {cpu:.1f} | {mem:.0f} |\n")


main()
