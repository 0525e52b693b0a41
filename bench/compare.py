"""Times the same link with every linker that is found, side by side. See run.sh.

    compare.py [--rounds N] [--report FILE] [CASE...]

A round runs all linkers once, in turn, so that a change of the machine's load meets all of them, and each round
begins with another one: whoever follows a slow linker may find that the machine gave its free memory back to a
host (free page reporting), and that costs up to a third more. A first round only warms the page cache. The output is removed before each run. Linkers that would leave work to a
process that outlives them are told not to. With 1 thread the linker is also bound to one processor, with 2 to
two, whatever it makes of the option. Wall time, CPU time (user and system) and peak memory are medians over the
rounds.
"""
import argparse
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import cases

GOLD_GO = os.environ["GOLD_GO"]
CACHE = os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "gold-go")
CPUS = sorted(os.sched_getaffinity(0))


class Linker:
    def __init__(self, name, command, threads=lambda n: []):
        self.name, self.command, self.threads = name, command, threads

    def version(self):
        done = subprocess.run([*self.command, "--version"], capture_output=True, text=True, check=False)
        first = ((done.stdout or done.stderr).strip().splitlines() or [""])[0]
        return re.sub(r" \(compatible.*", "", first)


def rival(name):
    """A linker that bench/rivals.sh built, newest first; else what PATH has."""
    built = os.path.join(CACHE, "rivals")
    versions = sorted((d for d in os.listdir(built) if d.startswith(name + "-")), reverse=True,
                      key=lambda d: [int(n) for n in re.findall(r"\d+", d)]) if os.path.isdir(built) else []
    for version in versions:
        if os.access(path := os.path.join(built, version, "bin", name), os.X_OK):
            return path
    return shutil.which(name)


def linkers(dialect):
    if dialect == "ld64":
        wanted = [("gold-go", GOLD_GO, ["ld64"], lambda n: [f"--threads={n}"]),
                  ("lld 22", "ld64.lld-22", [], lambda n: [f"--threads={n}"]),
                  ("lld 19", "ld64.lld-19", [], lambda n: [f"--threads={n}"])]
    elif dialect == "mingw":
        wanted = [("gold-go", GOLD_GO, ["ld"], lambda n: [f"--threads={n}"]),
                  ("lld 22", "ld.lld-22", [], lambda n: [f"--threads={n}"]),
                  ("lld 19", "ld.lld-19", [], lambda n: [f"--threads={n}"]),
                  ("GNU ld", "x86_64-w64-mingw32-ld", [], lambda n: [])]
    else:
        wanted = [("gold-go", GOLD_GO, ["ld"], lambda n: [f"--threads={n}"]),
                  ("mold", rival("mold"), [], lambda n: ["--no-fork", f"--thread-count={n}"]),
                  ("wild", rival("wild"), [], lambda n: ["--no-fork", f"--threads={n}"]),
                  ("lld 22", "ld.lld-22", [], lambda n: [f"--threads={n}"]),
                  ("lld 19", "ld.lld-19", [], lambda n: [f"--threads={n}"]),
                  ("gold", "ld.gold", [], lambda n: []),
                  ("GNU ld", "ld.bfd", [], lambda n: [])]
    return [Linker(name, [path, *words], threads) for name, program, words, threads in wanted
            if program and (path := shutil.which(program))]


def timed(command, output, threads, log):
    """One run: wall and CPU milliseconds, peak MiB; or None, with the reason in `log`."""
    if os.path.exists(output):
        os.unlink(output)
    os.sched_setaffinity(0, CPUS[:threads])
    try:
        with open(log, "wb") as out:
            start = time.perf_counter()
            process = subprocess.Popen(command, stdout=out, stderr=out, stdin=subprocess.DEVNULL)
            _, status, usage = os.wait4(process.pid, 0)
            wall = time.perf_counter() - start
            process.returncode = os.waitstatus_to_exitcode(status)
    finally:
        os.sched_setaffinity(0, CPUS)
    if process.returncode or not os.path.exists(output):
        return None
    return wall * 1e3, (usage.ru_utime + usage.ru_stime) * 1e3, usage.ru_maxrss / 1024


def reason(log):
    with open(log, encoding="utf-8", errors="replace") as file:
        lines = [line.strip() for line in file if line.strip()]
    told = next((line for line in lines if "error" in line.lower()), lines[0] if lines else "no message")
    told = re.sub(r"(/[\w.+@-]+)+/", "", told)
    return told if len(told) < 160 else told[:157] + "..."


class Measured:
    def __init__(self):
        self.runs = {}  # by threads
        self.size = 0
        self.failed = ""

    def medians(self, threads):
        return [statistics.median(column) for column in zip(*self.runs[threads])] if self.runs.get(threads) else None


def measure(case, rounds, work, floor):
    """Linker's name → Measured."""
    output, log = os.path.join(work, "output"), os.path.join(work, "log")
    words = [output if w == "OUT" else w for w in case.words]
    field = linkers(case.dialect)
    found = {linker.name: Measured() for linker in field}
    if case.floor and floor:
        found["(floor)"] = Measured()
    for threads in sorted({2 if len(CPUS) > 1 else 1, 1}, reverse=True):
        for number in range(rounds + 1):
            entries = [(m.name, [*m.command, *words, *m.threads(threads)]) for m in field]
            if "(floor)" in found:
                entries.append(("(floor)", [floor, str(threads), output, *case.floor]))
            first = number % len(entries)
            entries = entries[first:] + entries[:first]
            for name, command in entries:
                row = found[name]
                if row.failed:
                    continue
                result = timed(command, output, threads, log)
                if not result:
                    row.failed = reason(log)
                    continue
                if number:
                    row.runs.setdefault(threads, []).append(result)
                    continue
                row.size = os.path.getsize(output)
                if case.expected is not None and name != "(floor)":
                    ran = subprocess.run([output], capture_output=True, text=True, check=False)
                    if ran.returncode or ran.stdout != case.expected:
                        row.failed = f"what it linked doesn't work (exit status {ran.returncode})"
    if os.path.exists(output):
        os.unlink(output)
    return found


def table(case, found):
    lines = [f"## {case.name}", "",
             "| linker | wall ms, 2 threads | CPU ms | peak MiB | wall ms, 1 thread | CPU ms | peak MiB | output MiB |",
             "|---|---|---|---|---|---|---|---|"]
    notes = []
    for name, row in found.items():
        if row.failed:
            notes.append(f"{name} is missing: {row.failed}")
            continue
        cells = []
        for threads in (2, 1):
            m = row.medians(threads)
            cells += [f"{m[0]:.1f}", f"{m[1]:.1f}", f"{m[2]:.0f}"] if m else ["", "", ""]
        lines.append(f"| {name} | " + " | ".join(cells) + f" | {row.size / 2**20:.2f} |")
    return lines + [""] + [n + "\n" for n in notes]


def machine():
    model = "unknown processor"
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            model = next(line.split(":")[1].strip() for line in file if line.startswith("model name"))
    except (OSError, StopIteration):
        pass
    return f"{len(CPUS)} processors ({model}), Linux {platform.release().split('-')[0]}"


def write_report(path, rounds, loads, body):
    with open(path, "w", encoding="utf-8") as file:
        file.write("# Benchmarks\n\nWritten by `bench/run.sh`. The same command line for every linker, in turn, each "
                   f"round beginning with another, output removed first, medians of {rounds} rounds after one to warm up. {machine()}; load of the "
                   f"machine between {min(loads, default=0):.1f} and {max(loads, default=0):.1f} while it ran: above 1 "
                   "other programs took part, wall times scatter, and CPU times are what to compare.\n\n"
                   "\"(floor)\" is `bench/floor.cc`, no linker: the work that no static link can leave out, without any "
                   "check, collection, folding or synthesized section.\n\n")
        seen = {linker.name: linker.version() for d in ("gnu", "mingw", "ld64") for linker in reversed(linkers(d))}
        file.write("".join(f"- {name}: {version}\n" for name, version in sorted(seen.items())) + "\n")
        file.write("\n".join(body).rstrip() + "\n\n")
        with open(os.path.join(cases.SRC, "bench", "notes.md"), encoding="utf-8") as notes:
            file.write(notes.read())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--report")
    parser.add_argument("--floor", help="gold-go-floor")
    parser.add_argument("cases", nargs="*", metavar="CASE", help="of " + ", ".join(cases.CASES))
    args = parser.parse_args()
    if unknown := [c for c in args.cases if c not in cases.CASES]:
        parser.error(f"no case {unknown[0]}; there are " + ", ".join(cases.CASES))
    body, loads = [], []
    with tempfile.TemporaryDirectory() as work:
        for name in args.cases or cases.CASES:
            # The three of DuckDB share their modules.
            folder = os.path.join(CACHE, "bench", name.split("-")[0] if name.startswith("duckdb") else name)
            os.makedirs(folder, exist_ok=True)
            try:
                for case in cases.CASES[name](GOLD_GO, folder):
                    loads.append(os.getloadavg()[0])
                    lines = table(case, measure(case, args.rounds, work, args.floor))
                    print("\n".join(lines), flush=True)
                    body += lines
            except cases.Unavailable as why:
                line = f"Skipped: {name}: {why}"
                print(line, flush=True)
                body += [line, ""]
            if args.report: # after each case: a run that is stopped has told what it knows
                write_report(args.report, args.rounds, loads, body)


if __name__ == "__main__":
    sys.exit(main())
