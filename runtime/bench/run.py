#!/usr/bin/env python3
"""Runs bench.cc beside its Go twins, interleaved, and writes docs/runtime-benchmarks.md.

    run.py BENCH GO_BIN_DIR OUT.md [ROUNDS]

BENCH is the C++ program, GO_BIN_DIR holds the twins, built with `go build`. In every round each
part runs once in either language, one after the other, at 1 and 2 processors. Reported are the
median and the minimum over the rounds, and the load and the stolen time of the whole run.
"""
import re
import statistics
import subprocess
import sys
import time

# our part -> (its arguments, the twin and its arguments, [(name, our key, twin's pattern, goal)])
PARTS = [
    ("spawn", [], ["spawnjoin", "-r", "1"], [
        ("spawn, batch of 1 M (ns)", "batch", r"batch med ([\d.]+)", 0.25),
        ("spawn, waves of 10 K (ns)", "waves", r"waves10k med ([\d.]+)", 0.25),
        ("spawn, serial (ns)", "serial", r"serial med ([\d.]+)", 0.25)]),
    ("yield", [], ["yield", "-r", "1", "-g", "10000"], [
        ("yield, 10,000 goroutines (ns)", "yield", r"med ([\d.]+)", 0.5)]),
    ("pingpong", [], ["pingpong", "-r", "1"], [
        ("round trip, unbuffered (ns)", "rtt0", r"unbuf RTT med ([\d.]+)", 0.5),
        ("round trip, buffered 1 (ns)", "rtt1", r"buf1 RTT med ([\d.]+)", None),
        ("producer-consumer, 128 (ns)", "prodcons128", r"prodcons128 med ([\d.]+)", None)]),
    ("skynet", [], ["skynet", "-r", "7"], [
        ("skynet, 1 M (ms)", "skynet_ms", r"med ([\d.]+)", 1 / 3)]),
    ("ring", [], ["threadring", "-r", "1"], [
        ("threadring, hop (ns)", "hop", r"threadring p=\d+ med ([\d.]+)", 0.5),
        ("select fan-in (ns)", "fanin", r"fan-in\(4\+quit\) med ([\d.]+)", 0.5)]),
    ("timers", [], ["timers"], [
        ("timer arm + stop (ns)", "armstop", r"arm\+stop med ([\d.]+)", 0.5),
        ("timer arm, up to 1 M live (ns)", "arm_live", r"live ([\d.]+)", 0.5),
        ("timer stop, 1 M live (ns)", "stop_live", r"stop ([\d.]+)", 0.5)]),
    ("mutex", [], ["mutex", "-r", "1"], [
        (f"mutex, {g} goroutines (ns)", f"lock{g}", rf"g={g} lock/unlock med ([\d.]+)", 1.0)
        for g in (1, 2, 8, 1000, 10000)]),
    ("parked", [], ["parked"], [
        ("320,000 parked (MB)", "resident_mb", None, None),
        ("two seconds after (MB)", "after_mb", None, None)]),
]


def cpu():
    v = [int(x) for x in open("/proc/stat").readline().split()[1:]]
    return sum(v), v[7]


def main():
    bench, twins, out = sys.argv[1:4]
    rounds = int(sys.argv[4]) if len(sys.argv) > 4 else 7
    got = {}
    total0, steal0 = cpu()
    loads = []
    for r in range(rounds):
        for p in (1, 2):
            for part, args, twin, rows in PARTS:
                if part == "parked" and (r or p == 1):
                    continue
                mine = subprocess.run([bench, part, "-p", str(p)] + args, text=True, check=True,
                                      stdout=subprocess.PIPE).stdout
                keys = dict(line.split() for line in mine.splitlines())
                theirs = subprocess.run([f"{twins}/{twin[0]}", "-p", str(p)] + twin[1:], text=True,
                                        check=True, stdout=subprocess.PIPE).stdout
                for name, key, pattern, goal in rows:
                    a = got.setdefault((name, p), ([], [], goal))
                    a[0].append(float(keys[key]))
                    if pattern:
                        a[1].append(float(re.search(pattern, theirs).group(1)))
                    elif key == "resident_mb":
                        k = sum(int(x) for x in re.findall(r"Vm(?:RSS|PTE):(\d+)kB", theirs)[1:3])
                        a[1].append(k * 1024 / 1e6)
        loads.append(float(open("/proc/loadavg").read().split()[0]))
        print(f"round {r + 1} of {rounds}", file=sys.stderr)
    total1, steal1 = cpu()
    go = subprocess.run(["go", "version"], text=True, stdout=subprocess.PIPE).stdout.split()[2]
    model = re.search(r"model name\s*: (.*)", open("/proc/cpuinfo").read())
    with open(out, "w") as f:
        f.write("# Goroutine runtime: benchmarks beside Go\n\n")
        f.write("Written by `runtime/bench/run.py`. Every part ran in both languages one after the "
                f"other, {rounds} rounds; median (minimum) of the rounds. The ratio is that of the "
                "medians.\n\n")
        f.write(f"- {go}, {model.group(1) if model else 'CPU unknown'}, 2 processors\n")
        f.write(f"- load average {min(loads):.1f} to {max(loads):.1f}, stolen time "
                f"{100 * (steal1 - steal0) / max(1, total1 - total0):.1f} %, "
                f"{time.strftime('%Y-%m-%d')}\n")
        if max(loads) > 2.5:
            f.write("- other work ran on the machine: compare ratios, not absolute values\n")
        f.write("\n| measure | P | gold-go | Go | ratio | goal | reached |\n"
                "|---|---|---|---|---|---|---|\n")
        for (name, p), (a, b, goal) in got.items():
            m = statistics.median(a)
            row = [name, str(p), f"{m:.1f} ({min(a):.1f})"]
            if b:
                n = statistics.median(b)
                q = m / n if n else 0
                row += [f"{n:.1f} ({min(b):.1f})", f"{q:.2f}"]
                row += [f"{goal:.2f}", "yes" if q <= goal else "no"] if goal else ["", ""]
            else:
                row += ["", "", "", ""]
            f.write("| " + " | ".join(row) + " |\n")
        f.write(open(__file__.replace("run.py", "notes.md")).read())


main()
