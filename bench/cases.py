"""The links that bench/compare.py times, and where their inputs come from.

Each case is a full command line for linkers of one dialect, so that all of them get the same words. What has
to be fetched or compiled is kept in a folder of its own; a case that can't be made here says why.
"""
import json
import os
import shlex
import shutil
import subprocess

SRC = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LLVM = "/usr/lib/llvm-19"
DUCKDB = "v0.10506.0"


class Unavailable(Exception):
    pass


class Case:
    """`words` hold OUT for the output. `floor`: inputs for gold-go-floor. `expected`: what the output prints
    when it runs (None: it is not run)."""

    def __init__(self, name, dialect, words, floor=(), expected=None):
        self.name, self.dialect, self.words, self.floor, self.expected = name, dialect, words, list(floor), expected


def need(*tools):
    for tool in tools:
        if not shutil.which(tool):
            raise Unavailable(f"{tool} is not installed")


def run(*command, **options):
    done = subprocess.run(command, capture_output=True, text=True, **options)
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines() or ["no message"]
        raise Unavailable(f"{os.path.basename(command[0])}: {lines[-1]}")
    return done.stdout


def compiled(compiler, source, output, *flags, text=None):
    """Compiles once; `text` is written as the source first."""
    if text is not None and not os.path.exists(source):
        with open(source, "w", encoding="utf-8") as file:
            file.write(text)
    if not os.path.exists(output):
        need(compiler)
        run(compiler, "-c", *flags, source, "-o", output + ".part")
        os.rename(output + ".part", output)
    return output


def native(gold_go, *words):
    """What `gold-go link` makes of a short command, as words for any GNU-like linker."""
    line = shlex.split(run(gold_go, "link", *words, "-o", "OUT", "--print-link-line").strip().splitlines()[-1])
    return line[2:] if line[1] == "ld" else line[1:]


def by_compiler(*command):
    """The words that a GCC would give its linker."""
    done = subprocess.run([*command, "-###"], capture_output=True, text=True, check=False)
    for line in done.stderr.splitlines():
        words = shlex.split(line) if "collect2" in line else []
        if not words:
            continue
        kept, skip = [], False
        for word in words[1:]:
            # The plugin for GCC's own LTO is of no use to others, and costs them nothing but time.
            if skip or word.startswith("-plugin-opt="):
                skip = False
            elif word == "-plugin":
                skip = True
            else:
                kept.append(word)
        return kept
    raise Unavailable(f"{command[0]} doesn't say how it links")


def grouped(words, archives):
    """The words with the archives, which stand together, in a group: GNU ld and gold search in order."""
    first = words.index(archives[0])
    last = first + len(archives)
    return [*words[:first], "--start-group", *words[first:last], "--end-group", *words[last:]]


def static_inputs(words):
    """The objects and archives among the words, -l resolved along -L."""
    folders = [w[2:] for w in words if w.startswith("-L")]
    found = []
    for word in words:
        if word.endswith((".o", ".a")):
            found.append(word)
        elif word.startswith("-l"):
            found += [p for p in (f"{f}/lib{word[2:]}.a" for f in folders) if os.path.exists(p)][:1]
    return list(dict.fromkeys(found))


# -- ELF

def hello(gold_go, folder):
    o = compiled("gcc", f"{folder}/hello.c", f"{folder}/hello.o", "-O1",
                 text='#include <stdio.h>\nint main(void) { puts("hello"); return 0; }\n')
    yield Case("hello, dynamic", "gnu", native(gold_go, o, "--pie"), expected="hello\n")
    words = native(gold_go, o, "--static")
    yield Case("hello, static", "gnu", words, static_inputs(words), "hello\n")


def sqlite(gold_go, folder):
    need("cargo")
    if not os.path.exists(f"{folder}/sqlite3.o"):
        project = f"{folder}/package"
        if not os.path.exists(project):
            run("cargo", "init", "--quiet", "--name", "m", project)
        run("cargo", "add", "--quiet", "libsqlite3-sys@0.30", "--features", "bundled", cwd=project)
        packages = json.loads(run("cargo", "metadata", "--format-version=1", cwd=project))["packages"]
        [manifest] = [p["manifest_path"] for p in packages if p["name"] == "libsqlite3-sys"]
        source = f"{os.path.dirname(manifest)}/sqlite3"
        compiled("gcc", f"{folder}/main.c", f"{folder}/main.o", "-O1", f"-I{source}", text="""
#include <stdio.h>
#include "sqlite3.h"
static int row(void *p, int n, char **v, char **names) { puts(v[0]); return 0; }
int main(void) {
  sqlite3 *db;
  sqlite3_open(":memory:", &db);
  return sqlite3_exec(db, "select 6 * 7", row, 0, 0);
}
""")
        compiled("gcc", f"{source}/sqlite3.c", f"{folder}/sqlite3.o", "-O2", "-g")
    objects = [f"{folder}/main.o", f"{folder}/sqlite3.o"]
    yield Case("SQLite with debug information", "gnu", native(gold_go, *objects, "--pie"), objects, "42\n")


def duckdb_module(folder, platform):
    need("go")
    os.makedirs(f"{folder}/module", exist_ok=True)
    if not os.path.exists(f"{folder}/module/go.mod"):
        run("go", "mod", "init", "example", cwd=f"{folder}/module")
    module = f"github.com/duckdb/duckdb-go-bindings/lib/{platform}@{DUCKDB}"
    where = json.loads(run("go", "mod", "download", "-json", module, cwd=f"{folder}/module"))["Dir"]
    return sorted(os.path.join(where, a) for a in os.listdir(where) if a.endswith(".a"))


DUCK = """
extern "C" int duckdb_open(const char *, void **);
extern "C" int puts(const char *);
int main() {
  void *database;
  if (duckdb_open(nullptr, &database) == 0)
    puts("open");
}
"""


SEEKPOS = "_ZNSt15basic_streambufIcSt11char_traitsIcEE7seekposESt4fposI{}ESt13_Ios_Openmode"


def duckdb(gold_go, folder):
    archives = duckdb_module(folder, "linux-amd64")
    o = compiled("g++", f"{folder}/duck.cc", f"{folder}/duck.o", "-O1", text=DUCK)
    words = grouped(native(gold_go, o, *archives, "--static"), archives)
    yield Case("DuckDB, static", "gnu", words, static_inputs(words), "open\n")
    yield Case("DuckDB, static, --gc-sections --strip-all", "gnu", [*words, "--gc-sections", "--strip-all"],
               expected="open\n")


def duckdb_pe(_, folder):
    gxx = "x86_64-w64-mingw32-g++-posix"  # Debian's name; g++ may be the one with Windows' threads
    gxx = gxx if shutil.which(gxx) else "x86_64-w64-mingw32-g++"
    need(gxx)
    archives = duckdb_module(folder, "windows-amd64")
    o = compiled(gxx, f"{folder}/duck.cc", f"{folder}/duck.obj", "-O1", text=DUCK)
    # The archives are for the newer C runtime, where mbstate_t has another name.
    shim = compiled(gxx, f"{folder}/shim.s", f"{folder}/shim.obj", text=f"""
    .text
    .globl {SEEKPOS.format("9_Mbstatet")}
{SEEKPOS.format("9_Mbstatet")}:
    jmp {SEEKPOS.format("i")}
""")
    words = by_compiler(gxx, o, shim, "-Wl,--start-group", *archives, "-Wl,--end-group", "-lws2_32", "-lwsock32",
                        "-lrstrtmgr", "-lbcrypt", "-Wl,--allow-multiple-definition", "-static", "-o", "OUT.exe")
    words = [v for w in words for v in {"-lmsvcrt": ["-lucrt", "-lmsvcrt"], "OUT.exe": ["OUT"]}.get(w, [w])]
    yield Case("DuckDB for Windows (PE)", "mingw", words)


def duckdb_macho(_, folder):
    need("clang++-19", "llvm-nm-19")
    archives = duckdb_module(folder, "darwin-arm64")
    o = compiled("clang++-19", f"{folder}/duck.cc", f"{folder}/duck.macho.o", "--target=arm64-apple-macos13", "-O1",
                 text=DUCK)
    # No SDK: one stub library has all that the archives leave open.
    stub = f"{folder}/libSystem.tbd"
    if not os.path.exists(stub):
        names = {}
        for kind in ("--undefined-only", "--defined-only"):
            out = run("llvm-nm-19", kind, "--extern-only", "--format=just-symbols", "--no-llvm-bc", o, *archives)
            names[kind] = {n for n in out.split("\n") if n and not n.endswith(":")}
        missing = sorted(names["--undefined-only"] - names["--defined-only"]) + ["dyld_stub_binder"]
        with open(stub, "w", encoding="utf-8") as file:
            file.write("--- !tapi-tbd\ntbd-version: 4\ntargets: [ arm64-macos ]\n"
                       "install-name: '/usr/lib/libSystem.B.dylib'\nexports:\n  - targets: [ arm64-macos ]\n"
                       "    symbols: [ " + ", ".join(f"'{n}'" for n in missing) + " ]\n...\n")
    yield Case("DuckDB for macOS (Mach-O)", "ld64", ["-arch", "arm64", "-platform_version", "macos", "13.0", "13.3",
                                                      "-o", "OUT", o, *archives, stub])


def llvm_archives(*prefixes):
    found = []
    for prefix in prefixes:
        here = sorted(f for f in os.listdir(f"{LLVM}/lib") if f.startswith(prefix) and f.endswith(".a")) \
            if os.path.isdir(f"{LLVM}/lib") else []
        if not here:
            raise Unavailable(f"{prefix}*.a is missing (llvm-19-dev, libclang-19-dev, libpolly-19-dev)")
        found += [f"{LLVM}/lib/{f}" for f in here]
    return found


def clang_tool(gold_go, folder):
    archives = llvm_archives("libclang", "libLLVM", "libPolly")
    o = compiled("clang++-19", f"{SRC}/tests/real/clang_tool.cc", f"{folder}/tool.o", "-O1", "-std=c++17",
                 f"-I{LLVM}/include", "-D_GNU_SOURCE", "-D__STDC_CONSTANT_MACROS", "-D__STDC_FORMAT_MACROS",
                 "-D__STDC_LIMIT_MACROS")
    words = grouped(native(gold_go, o, *archives, "-lz", "-lzstd", "--static"), archives)
    yield Case("a tool on clang's libraries, static", "gnu", words, static_inputs(words), "385\n")
    words = grouped(native(gold_go, o, *archives, "-lz", "-lzstd", "--pie"), archives)
    yield Case("a tool on clang's libraries, PIE", "gnu", words, expected="385\n")


def libllvm(_, __):
    archives = llvm_archives("libLLVM")
    yield Case("libLLVM, one shared library", "gnu", by_compiler(
        "g++", "-shared", "-Wl,--whole-archive", *archives, "-Wl,--no-whole-archive", "-lz", "-lzstd", "-o", "OUT"))


def rust(_, folder):
    need("cargo", "gcc")
    line = f"{folder}/line"
    if not os.path.exists(line):
        # A linker that keeps what rustc gives it: it removes some objects as soon as it has linked.
        recorder = f"{folder}/recorder"
        with open(recorder, "w", encoding="utf-8") as file:
            file.write(f"""#!/usr/bin/env python3
import shutil, subprocess, sys
words = list(sys.argv[1:])
if any(w.endswith("/rg") or "/rg-" in w for w in words if not w.startswith("-")):
    for i, w in enumerate(words):
        if w.endswith((".o", ".rlib")) and w.startswith("/"):
            words[i] = f"{folder}/{{i}}-" + w.split("/")[-1]
            shutil.copy(w, words[i])
    open({line + ".part"!r}, "w").write("\\n".join(words))
sys.exit(subprocess.run(["gcc", *sys.argv[1:]]).returncode)
""")
        os.chmod(recorder, 0o755)
        run("cargo", "install", "--quiet", "ripgrep", "--version", "14.1.1", "--locked", "--debug", "--force",
            "--root", f"{folder}/root", env={**os.environ, "RUSTFLAGS": f"-Clinker={recorder}",
                                             "CARGO_TARGET_DIR": f"{folder}/target"})
        if not os.path.exists(line + ".part"):
            raise Unavailable("rustc's link of ripgrep was not seen")
        os.rename(line + ".part", line)
    with open(line, encoding="utf-8") as file:
        words = file.read().split("\n")
    words[words.index("-o") + 1] = "OUT"
    linker = by_compiler("gcc", *(w for w in words if not w.startswith("-fuse-ld")))
    yield Case("ripgrep, a Rust debug program", "gnu", linker)


CASES = {
    "hello": hello,
    "sqlite": sqlite,
    "duckdb": duckdb,
    "duckdb-pe": duckdb_pe,
    "duckdb-macho": duckdb_macho,
    "clang-tool": clang_tool,
    "libllvm": libllvm,
    "rust": rust,
}
