"""Goroutines of programs with gold-go's runtime.

    info goroutines          lists them
    goroutine N COMMAND      runs a command of gdb (bt, frame 2, info locals ...) as if in goroutine N

The runtime brings this text in the section .debug_gdb_scripts, and a table go_rt_debug that says where
its structures are: no debug information is needed, only the symbol table.
"""
import gdb

FRESH, RUNNABLE, RUNNING, WAITING = 1, 2, 3, 4
STATES = {FRESH: "new", RUNNABLE: "runnable", RUNNING: "running", WAITING: "waiting"}
# For each architecture: where a parked context has its registers, and how large it is.
CONTEXTS = {
    "i386:x86-64": (
        {"r15": 8, "r14": 16, "r13": 24, "r12": 32, "rbx": 40, "rbp": 48, "pc": 56}, 64),
    "aarch64": (
        {"x29": 0, "pc": 8, **{"x%d" % r: 16 + 8 * (r - 19) for r in range(19, 29)}}, 176),
}


def word(address, size=8):
    return int.from_bytes(gdb.selected_inferior().read_memory(address, size).tobytes(), "little")


def text(address):
    return gdb.Value(address).cast(gdb.lookup_type("char").pointer()).string() if address else ""


class Goroutine:
    def __init__(self, address, table):
        at = lambda name, size=8: word(address + table[name], size)
        self.state = at("state", 4)
        if self.state == 0:
            return
        self.id = at("id")
        self.sp = at("sp")
        self.name = text(at("name"))
        self.creator = at("creator_pc")
        self.wait = text(word(table["wait_reasons"] + 8 * at("wait_reason", 1)))
        self.tid = word(at("m") + table["m_tid"], 4) if self.state == RUNNING else 0

    def describe(self):
        what = self.wait if self.state == WAITING else STATES.get(self.state, "?")
        line = "%6d  %-18s" % (self.id, what)
        if self.name:
            line += ' "%s"' % self.name
        if self.tid:
            line += " on thread %d" % self.tid
        if self.creator:
            where = gdb.execute("info symbol 0x%x" % self.creator, to_string=True).split(" in section")[0]
            line += " created by " + where.strip()
        return line


def read_table():
    try:
        address = int(gdb.parse_and_eval("(unsigned long)&go_rt_debug"))
    except gdb.error:
        raise gdb.GdbError("this program has no goroutine runtime, or no symbol table")
    names = ("version g_size chunk_size chunks n_chunks wait_reasons sp state m id creator_pc wait_reason "
             "name m_tid").split()
    table = {n: word(address + 8 * i) for i, n in enumerate(names)}
    if table["version"] != 1:
        raise gdb.GdbError("the runtime's structures are of version %d, not 1" % table["version"])
    return table


def goroutines():
    table = read_table()
    for c in range(word(table["n_chunks"], 4)):
        chunk = word(table["chunks"] + 8 * c)
        for i in range(table["chunk_size"]):
            g = Goroutine(chunk + i * table["g_size"], table)
            if g.state:
                yield g


class InfoGoroutines(gdb.Command):
    """List the goroutines."""

    def __init__(self):
        super().__init__("info goroutines", gdb.COMMAND_STACK)

    def invoke(self, _args, _tty):
        for g in sorted(goroutines(), key=lambda g: g.id):
            print(g.describe())


class GoroutineCommand(gdb.Command):
    """goroutine N COMMAND: run a gdb command in the context of a goroutine."""

    def __init__(self):
        super().__init__("goroutine", gdb.COMMAND_STACK, gdb.COMPLETE_NONE)

    def invoke(self, args, _tty):
        number, _, command = args.strip().partition(" ")
        if not number.isdigit() or not command:
            raise gdb.GdbError("usage: goroutine N COMMAND")
        found = [g for g in goroutines() if g.id == int(number)]
        if not found:
            raise gdb.GdbError("no goroutine " + number)
        g = found[0]
        thread = gdb.selected_thread()
        if g.state == RUNNING:
            for t in gdb.selected_inferior().threads():
                if t.ptid[1] == g.tid:
                    t.switch()
            try:
                gdb.execute(command)
            finally:
                thread.switch()
            return
        if g.state == FRESH:
            raise gdb.GdbError("goroutine %s has not run yet" % number)
        frame = gdb.selected_frame()
        gdb.newest_frame().select()
        places, size = CONTEXTS[frame.architecture().name()]
        names = list(places) + ["sp"]
        saved = {r: int(gdb.parse_and_eval("(unsigned long)$" + r)) for r in names}
        values = {r: word(g.sp + at) for r, at in places.items()}
        values["sp"] = g.sp + size
        try:
            for r in names:
                gdb.execute("set $%s = %d" % (r, values[r]), to_string=True)
            gdb.execute(command)
        finally:
            gdb.newest_frame().select()
            for r in names:
                gdb.execute("set $%s = %d" % (r, saved[r]), to_string=True)
            frame.select()


InfoGoroutines()
GoroutineCommand()
