#!/usr/bin/env python3
"""Runs the benchmarks beside their Go twins, interleaved, and writes docs/runtime-benchmarks.md.

    run.py BIN_DIR GO_BIN_DIR OUT.md [ROUNDS]

BIN_DIR holds go_rt_bench and go_rt_net_bench, GO_BIN_DIR the twins, built with `go build`. In every
round each part runs once in either language, one after the other, at 1 and 2 processors. Reported are
the median and the minimum over the rounds, and the load and the stolen time of the whole run.
"""
import os
import re
import resource
import statistics
import subprocess
import sys
import time

# our part -> (our arguments, the twin and its arguments, [(name, our key, twin's pattern, goal)]);
# a goal is a ratio to the twin.
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
]
# Parts that do exactly what their twins do: their CPU time can be compared, which neighbours disturb least.
SAME_WORK = {"spawn": "spawn", "skynet": "skynet, seven times", "ring": "threadring and select"}
# Once, at 2 processors: [(goroutines, limit in MB)].
PARKED = [(320000, 1450), (1000000, 4500)]


class Table:
    """What was measured: for each (measure, P) the values of both sides, in the order of rows."""

    def __init__(self):
        self.rows = {}

    def add(self, name, p, ours, theirs=None, goal=None, limit=None):
        row = self.rows.setdefault((name, p), {"ours": [], "theirs": [], "goal": goal, "limit": limit})
        row["ours"].append(ours)
        if theirs is not None:
            row["theirs"].append(theirs)

    def write(self, f):
        f.write("\n| measure | P | gold-go | Go | ratio | goal | reached |\n|---|---|---|---|---|---|---|\n")
        for (name, p), row in self.rows.items():
            mine = statistics.median(row["ours"])
            cells = [name, str(p), f"{mine:.1f} ({min(row['ours']):.1f})", "", "", "", ""]
            if row["theirs"]:
                go = statistics.median(row["theirs"])
                ratio = mine / go if go else 0
                cells[3:5] = [f"{go:.1f} ({min(row['theirs']):.1f})", f"{ratio:.2f}"]
                if row["goal"]:
                    cells[5:7] = [f"{row['goal']:.2f}", "yes" if ratio <= row["goal"] else "no"]
            if row["limit"]:
                cells[5:7] = [f"at most {row['limit']:g}", "yes" if mine <= row["limit"] else "no"]
            f.write("| " + " | ".join(cells) + " |\n")


def output(command):
    return subprocess.run([str(c) for c in command], text=True, check=True, stdout=subprocess.PIPE).stdout


def children_cpu():
    u = resource.getrusage(resource.RUSAGE_CHILDREN)
    return u.ru_utime + u.ru_stime


def pairs(text):
    return {k: float(v) for k, v in (line.split() for line in text.splitlines())}


def ticks():
    v = [int(x) for x in open("/proc/stat").readline().split()[1:]]
    return sum(v), v[7]


def cpu_seconds(pid):
    fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def serve_and_load(server, client, connections, p):
    """CPU time of the server a request (us), and the client's median and p99 (us)."""
    s = subprocess.Popen(server + ["-p", str(p)], stdout=subprocess.PIPE, text=True)
    try:
        address = s.stdout.readline().strip()
        c = subprocess.Popen([client, "load", address, "-c", str(connections), "-t", "3", "-p", "1"],
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        if c.stdout.readline().strip() != "up":
            sys.exit("the client could not connect")
        before = cpu_seconds(s.pid)
        keys = pairs(c.communicate("\n")[0])
        used = cpu_seconds(s.pid) - before
    finally:
        s.kill()
        s.wait()
    if keys["wrong"]:
        sys.exit("wrong answers")
    return used * 1e6 / keys["requests"], keys["us_p50"], keys["us_p99"]


def run_round(table, bin_dir, twins, p):
    bench, net = f"{bin_dir}/go_rt_bench", f"{bin_dir}/go_rt_net_bench"
    for part, args, twin, rows in PARTS:
        cpu = [children_cpu()]
        keys = pairs(output([bench, part, "-p", p] + args))
        cpu.append(children_cpu())
        theirs = output([f"{twins}/{twin[0]}", "-p", p] + twin[1:])
        cpu.append(children_cpu())
        for name, key, pattern, goal in rows:
            table.add(name, p, keys[key], float(re.search(pattern, theirs).group(1)), goal)
        if part in SAME_WORK:
            table.add(f"{SAME_WORK[part]}: CPU time of all (s)", p, cpu[1] - cpu[0], cpu[2] - cpu[1])
    for connections in (100, 10000):
        ours = serve_and_load([net, "serve"], net, connections, p)
        theirs = serve_and_load([f"{twins}/http"], net, connections, p)
        for i, (what, goal) in enumerate([("server CPU a request (us)", 0.7), ("p50 (us)", None), ("p99 (us)", 1.0)]):
            table.add(f"HTTP, {connections:,} connections: {what}", p, ours[i], theirs[i], goal)
    keys = pairs(output([net, "hog", "-p", p]))
    table.add("wake-up beside hogs and blocking calls, p99 (ms)", p, keys["hog_ms_p99"], limit=15)
    keys = pairs(output([net, "mutexwait", "-p", p]))
    theirs = output([f"{twins}/mutexwait", "-p", p])
    for g in (8, 1000):
        table.add(f"mutex, longest wait of {g} goroutines (ms)", p, keys[f"wait{g}_ms_max"],
                  float(re.search(rf"wait{g}_ms .*max ([\d.]+)", theirs).group(1)), limit=5)
    for model, what in [("mn", "M:N, one lock"), ("global", "one global queue"), ("gpm", "queues per P")]:
        keys = pairs(output([bench, "yield", "-p", p, f"--model={model}"]))
        table.add(f"yield as in the model: {what} (ns)", p, keys["yield"])


def run_parked(table, bin_dir, twins):
    for n, limit in PARKED:
        keys = pairs(output([f"{bin_dir}/go_rt_bench", "parked", "-p", 2, "-n", n]))
        theirs = output([f"{twins}/parked", "-p", 2, "-n", n])
        kb = sum(int(x) for x in re.findall(r"Vm(?:RSS|PTE):(\d+)kB", theirs)[1:3])
        table.add(f"{n:,} parked (MB)", 2, keys["resident_mb"], kb * 1024 / 1e6, limit=limit)
        table.add(f"{n:,} parked: two seconds after their end (MB)", 2, keys["after_mb"], limit=200 if n < 500000 else None)


def write_report(out, table, rounds, loads, stolen):
    go = output(["go", "version"]).split()[2]
    model = re.search(r"model name\s*: (.*)", open("/proc/cpuinfo").read())
    with open(out, "w") as f:
        f.write("# Goroutine runtime: benchmarks beside Go\n\n")
        f.write("Written by `make bench-runtime` (`runtime/bench/run.py`). Every part ran in both languages one "
                f"after the other, {rounds} rounds; median (minimum) of the rounds. The ratio is that of the "
                "medians. HTTP: net/http against `net_bench.cc`, the client (the same for both) in a process of "
                "its own with one processor.\n\n")
        f.write(f"- {go}, {model.group(1) if model else 'CPU unknown'}, {os.cpu_count()} processors\n")
        f.write(f"- load average {min(loads):.1f} to {max(loads):.1f}, stolen time {stolen:.1f} %, "
                f"{time.strftime('%Y-%m-%d')}\n")
        if max(loads) > 2.5:
            f.write("- other work ran on the machine: compare ratios, not absolute values\n")
        table.write(f)
        f.write(open(os.path.join(os.path.dirname(__file__), "notes.md")).read())


def main():
    bin_dir, twins, out = sys.argv[1:4]
    rounds = int(sys.argv[4]) if len(sys.argv) > 4 else 7
    table, loads = Table(), []
    total0, steal0 = ticks()
    run_parked(table, bin_dir, twins)
    for r in range(rounds):
        for p in (1, 2):
            run_round(table, bin_dir, twins, p)
        loads.append(float(open("/proc/loadavg").read().split()[0]))
        print(f"round {r + 1} of {rounds}", file=sys.stderr)
        # After each round: a run that is stopped has told what it knows.
        total1, steal1 = ticks()
        write_report(out, table, r + 1, loads, 100 * (steal1 - steal0) / max(1, total1 - total0))


main()
