"""Goroutines of programs with gold-go's runtime.

    info goroutines          lists them
    goroutine N COMMAND      runs a command of gdb (bt, frame 2, info locals ...) as if in goroutine N

In a live process the registers are set for the time of the command, so frame 0 is the goroutine's. In a core
file they can't be: there the goroutine's frames follow, as callers, on the frame 0 of the thread selected, and
the command begins at frame 1.

The runtime brings this text in the section .debug_gdb_scripts, and a table go_rt_debug that says where
its structures are: no debug information is needed, only the symbol table.
"""
import gdb
import gdb.unwinder

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


class FrameId:
    def __init__(self, sp, pc):
        self.sp = sp
        self.pc = pc


class Parked(gdb.unwinder.Unwinder):
    """While a command runs in a core file: the caller of the thread's first frame is a parked goroutine."""

    def __init__(self):
        super().__init__("goroutine")
        self.registers = None

    def __call__(self, pending):
        if self.registers is None:
            return None
        sp = "rsp" if "rbp" in self.registers else "sp"
        pc = "rip" if sp == "rsp" else "pc"
        if int(pending.read_register(sp)) != self.thread_sp or int(pending.read_register(pc)) != self.thread_pc:
            return None
        # gdb wants callers above those that they call: the frame gets an address below the goroutine's.
        info = pending.create_unwind_info(FrameId(gdb.Value(self.registers["sp"] - 16), pending.read_register(pc)))
        kind = pending.read_register(sp).type
        for name, value in self.registers.items():
            info.add_saved_register({"pc": pc, "sp": sp}.get(name, name), gdb.Value(value).cast(kind))
        return info

    def run(self, values, command):
        frame = gdb.newest_frame()
        self.thread_sp = int(gdb.parse_and_eval("(unsigned long)$sp"))
        self.thread_pc = frame.pc()
        self.registers = values
        gdb.invalidate_cached_frames()
        try:
            gdb.newest_frame().older().select()
            gdb.execute(command)
        finally:
            self.registers = None
            gdb.invalidate_cached_frames()
            gdb.newest_frame().select()


PARKED = Parked()
gdb.unwinder.register_unwinder(None, PARKED, replace=True)


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
            gdb.execute("set $sp = %d" % values["sp"], to_string=True)
        except gdb.error:  # a core file
            PARKED.run(values, command)
            return
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
