"""Compares what gold-go-inspect says of Go archives with what Go's own tools say.

    go_inspect.py INSPECT [--code] ARCHIVE...

`go tool nm` has the definitions and references of every object; with --code also `go tool objdump`, which
shows the relocations of code.
"""
import collections
import json
import re
import subprocess
import sys

KINDS = {"STEXT": "T", "SRODATA": "R", "SNOPTRDATA": "D", "SDATA": "D", "SBSS": "B", "SNOPTRBSS": "B", "STLSBSS": "B"}


def output(*command):
    return subprocess.run(command, check=True, capture_output=True).stdout.decode("latin-1")


def code(symbol):
    letter = KINDS.get(symbol["kind"].removesuffix("FIPS"), "?")
    # As nm: a small letter for symbols of one file, which of '?' makes '_'.
    return chr(ord(letter) + 32) if symbol["abi"] == "static" else letter


def our_symbols(objects):
    """Member, place, size, letter and name of each symbol, as `go tool nm` prints them."""
    found = collections.Counter()
    for member, o in objects:
        others = {}
        for s in o["symbols"]:
            if s["block"] == "reference":
                found[member, "", 0, "U", s["name"]] += 1
                continue
            if s["name"]:
                found[member, f'{s["data_offset"] - o["payload"]:x}', s["size"], code(s), s["name"]] += 1
            for r in s["relocations"] + s["aux"]:
                if "index" in r["target"] and "name" in r["target"]:
                    others[r["target"]["package"], r["target"]["index"]] = r["target"]["name"]
        for name in others.values():
            found[member, "", 0, "U", name] += 1
    return found


def their_symbols(path, members):
    """Of the named members: others, of C, may be objects of another format."""
    found = collections.Counter()
    for line in output("go", "tool", "nm", "-size", "-sort", "none", path).split("\n")[:-1]:
        member = re.match(re.escape(path) + r"\((.*?)\):\t", line)
        m = re.match(r"\s*([0-9a-f]*)\s+(\d+) (.) (.*)", line[member.end():] if member else line)
        name = member[1] if member else members[0]
        if name in members:
            found[name, m[1], int(m[2]), m[3], re.sub("<1>$", "", m[4])] += 1
    return found


def target_name(t):
    if "builtin" in t:
        return t["name"] + ("<1>" if t["abi"] == "ABIInternal" else "")
    return t.get("name", "") + ("<1>" if t.get("abi") == "static" else "")


def our_relocations(objects):
    found = collections.Counter()
    for _, o in objects:
        for s in o["symbols"]:
            if s.get("kind", "").startswith("STEXT") and s["name"]:
                for r in s["relocations"]:
                    text = target_name(r["target"]) + (f'+{r["addend"]}' if r["addend"] else "")
                    place = s["data_offset"] - o["payload"] + r["offset"]
                    found[place, r["size"], r["type"], text.strip("+")] += 1
    return found


def their_relocations(path):
    found = collections.Counter()
    for line in output("go", "tool", "objdump", path).split("\n"):
        instruction = re.match(r"[^\t]*\t+0x([0-9a-f]+)\t", line)
        if not instruction:
            continue
        notes = list(re.finditer(r"\[(-?\d+):(-?\d+)\](R_\w+)", line))
        for m, after in zip(notes, notes[1:] + [None]):
            name = line[m.end():after.start() if after else None].strip()
            place = int(instruction[1], 16) + int(m[1])
            found[place, int(m[2]) - int(m[1]), m[3], name.removeprefix(":")] += 1
    return found


def main(inspect, *rest):
    with_code = "--code" in rest
    faults = symbols = relocations = 0
    for path in (a for a in rest if a != "--code"):
        [archive] = json.loads(output(inspect, "--json", path))
        objects = [(m["name"], m) for m in archive["members"] if "symbols" in m]
        ours, theirs = our_symbols(objects), their_symbols(path, [name for name, _ in objects])
        symbols += sum(theirs.values())
        differ = [("symbol", *d) for d in (("theirs", theirs - ours), ("ours", ours - theirs))]
        if with_code:
            # objdump shows the first object, of notes without a place those within an instruction, and has
            # no name for weak ones.
            ours, theirs = our_relocations(objects[:1]), their_relocations(path)
            relocations += sum(theirs.values())
            ours = collections.Counter({k: n for k, n in ours.items() if (k[1] and not k[2].startswith("weak ")) or k in theirs})
            differ += [("relocation", *d) for d in (("theirs", theirs - ours), ("ours", ours - theirs))]
        for what, whose, rows in differ:
            for row in list(rows)[:5]:
                print(f"{path}: {what} only {whose}: {row}")
            faults += len(rows)
    print(f"{len(rest) - with_code} archives, {symbols} symbols, {relocations} relocations of code compared: {faults} differ")
    return 1 if faults or not symbols else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
