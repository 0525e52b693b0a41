#!/usr/bin/env python3
"""documented.py INCLUDE_DIR: every public name of the runtime's headers has a doc comment in front of it."""
import pathlib
import re
import sys

DECLARATION = {
    ".h": re.compile(r"^(typedef |enum |extern |[a-z].*\bGO_NOEXCEPT;|[a-z].*\b(go_\w+)\()"),
    # Types, aliases, and functions whose body or declaration begins on the line.
    ".hpp": re.compile(r"^(  )?(?=[^\s:])((class|struct|enum class|using) \w+.*|[\w:<>,&*\s\[\]]+[\s&*](operator bool|\w+)\(.*)$"),
}
NOT_MEANT = re.compile(r"= default;|= delete;|^\s*(using descriptor::|return|throw|if|for|while|static_assert|extern \"C\")"
                       r"|#define|^static const char|^\s*(explicit )?(~?)(mutex|shared_mutex|condition_variable|once_flag|wait_group|"
                       r"handle|iterator|context|cancel_func|descriptor|timer|ticker|after_func|local|errgroup|chan|closed_error)\(")


def missing(path):
    lines = path.read_text().splitlines()
    inside, hidden, members, found = False, False, False, []
    for i, line in enumerate(lines):
        if re.match(r"(class|struct|template <.*> (class|struct)) ", line):
            members, hidden = True, False
        elif re.match(r"};", line):
            members = False
        if line.startswith("  ") and not members:
            continue
        if re.match(r"namespace (go::)?detail\b", line):
            inside = True
        elif re.match(r"} // namespace (go::)?detail", line):
            inside = False
        elif re.match(r"(private|protected):", line):
            hidden = True
        elif re.match(r"(public:|};)", line):
            hidden = False
        if inside or hidden or NOT_MEANT.search(line) or not DECLARATION[path.suffix].match(line):
            continue
        k = i - 1
        while k >= 0 and re.match(r"\s*(template|__attribute__)", lines[k]):
            k -= 1
        before = lines[k].strip()
        if not (before.startswith("///") or (path.suffix == ".h" and before.endswith("*/") and "* ---" not in before)):
            found.append(f"{path.name}:{i + 1}: no comment: {line.strip()}")
    return found


faults = [f for p in sorted(pathlib.Path(sys.argv[1]).rglob("*.h*")) for f in missing(p)]
print("\n".join(faults) or "every public name has a comment")
sys.exit(bool(faults))
