// trace.cc - text output, tracebacks, fatal errors. No allocation, no stdio.
#include "rt.h"

namespace gort {

void Text::flush() {
  for (size_t i = 0; i < n;) {
    long k = sys::write(fd, buf + i, n - i);
    if (k <= 0)
      break;
    i += size_t(k);
  }
  n = 0;
}
Text &Text::c(char ch) {
  if (n == sizeof buf)
    flush();
  buf[n++] = ch;
  return *this;
}
Text &Text::s(const char *p) {
  while (*p)
    c(*p++);
  return *this;
}
Text &Text::u(uint64_t v) {
  char b[24];
  int i = 24;
  do
    b[--i] = char('0' + v % 10);
  while (v /= 10);
  while (i < 24)
    c(b[i++]);
  return *this;
}
Text &Text::x(uint64_t v) {
  s("0x");
  bool on = false;
  for (int i = 60; i >= 0; i -= 4)
    if (unsigned d = unsigned(v >> i) & 15; on || d || i == 0) {
      on = true;
      c("0123456789abcdef"[d]);
    }
  return *this;
}

[[noreturn]] void fatal(const char *what) {
  {
    Text t;
    t.s("fatal error: ").s(what).c('\n');
  }
  sys::exit_group(2);
}

static const char *const wait_reasons[] = {
    "waiting",    "chan receive", "chan send",  "select",    "select (no cases)", "chan (nil chan)",
    "mutex lock", "rwmutex lock", "semacquire", "cond wait", "wait_group wait",   "sleep",
    "IO wait",    "name lookup",  "join",       "forever"};

const char *wait_reason_name(uint8_t r) {
  return r < sizeof wait_reasons / sizeof *wait_reasons ? wait_reasons[r] : "?";
}

// What the debugger's commands (gdb/goroutines.py) know of the structures.
struct DebugTable {
  uint64_t version, g_size, chunk_size;
  const void *chunks, *n_chunks, *wait_reasons;
  uint64_t sp, state, m, id, creator_pc, wait_reason, name, m_tid;
};
#if __has_attribute(retain)
#define GO_RETAIN __attribute__((used, retain))
#else
#define GO_RETAIN __attribute__((used))
#endif
extern "C" {
extern const DebugTable go_rt_debug;
GO_RETAIN const DebugTable go_rt_debug = {
    1,
    sizeof(G),
    g_chunk_size,
    g_chunks,
    &g_n_chunks,
    wait_reasons,
    offsetof(G, sp),
    offsetof(G, state),
    offsetof(G, m),
    offsetof(G, id),
    offsetof(G, creator_pc),
    offsetof(G, wait_reason),
    offsetof(G, name),
    offsetof(M, tid),
};
}

// ---- symbols: the program's own ELF symbol table, when it has one ------------------------------

struct Sym {
  uint32_t name;
  uint8_t info, other;
  uint16_t shndx;
  uint64_t value, size;
};
static const char *sym_file, *sym_str;
static const Sym *syms;
static size_t n_syms;
static uint64_t sym_bias;

extern "C" char __executable_start[] __attribute__((weak, visibility("hidden")));

static void map_symbols() {
  long fd = sys::openat("/proc/self/exe", 0);
  if (fd < 0)
    return;
  long size = sys::call(__NR_lseek, fd, 0, 2);
  void *p = reinterpret_cast<void *>(sys::call(__NR_mmap, 0, size, 1, 2, fd, 0));
  sys::close(int(fd));
  if (sys::map_failed(p) || size < 64)
    return;
  const char *f = static_cast<const char *>(p);
  auto u64 = [&](uint64_t o) {
    uint64_t v;
    memcpy(&v, f + o, 8);
    return v;
  };
  auto u32 = [&](uint64_t o) {
    uint32_t v;
    memcpy(&v, f + o, 4);
    return v;
  };
  auto u16 = [&](uint64_t o) {
    uint16_t v;
    memcpy(&v, f + o, 2);
    return v;
  };
  uint64_t sh = u64(40);
  uint16_t n = u16(60), type = u16(16);
  if (sh + uint64_t(n) * 64 > uint64_t(size))
    return;
  for (uint16_t i = 0; i < n; i++) {
    uint64_t h = sh + uint64_t(i) * 64;
    if (u32(h + 4) != 2)
      continue;
    uint64_t str = sh + uint64_t(u32(h + 40)) * 64;
    syms = reinterpret_cast<const Sym *>(f + u64(h + 24));
    n_syms = u64(h + 32) / sizeof(Sym);
    sym_str = f + u64(str + 24);
  }
  if (type == 3) // position-independent: where does it lie? AT_ENTRY against e_entry
    sym_bias = getauxval(9) - u64(24);
  sym_file = f;
}

// Several may trace at once, one of them perhaps in a signal handler in the midst of this.
static bool load_symbols() {
  enum : uint32_t { untried, loading, loaded };
  static atomic<uint32_t> state;
  if (state.cas(untried, loading)) {
    map_symbols();
    state.store(loaded);
  }
  for (int i = 0; i < 1000 && state.load() != loaded; i++)
    sys::nanosleep(20000);
  return state.load() == loaded;
}

static void print_pc(Text &t, uint64_t pc) {
  bool named = load_symbols();
  const Sym *best = nullptr;
  uint64_t a = named ? pc - sym_bias - 1 : 0;
  for (size_t i = 0; named && i < n_syms; i++)
    if ((syms[i].info & 15) == 2 && syms[i].value <= a && a < syms[i].value + syms[i].size)
      best = &syms[i];
  t.c('\t');
  if (best) {
    const char *name = sym_str + best->name;
    char *nice = nullptr;
    if (__cxa_demangle) {
      int st = 0;
      nice = __cxa_demangle(name, nullptr, nullptr, &st);
    }
    t.s(nice ? nice : name).s("+").x(a + 1 - best->value).c(' ');
    if (nice)
      free(nice);
  }
  t.x(pc).c('\n');
}

static int on_frame(struct _Unwind_Context *c, void *arg) {
  uint64_t pc = _Unwind_GetIP(c);
  if (pc)
    print_pc(*static_cast<Text *>(arg), pc);
  return 0;
}

static void walk(void *arg) {
  if (_Unwind_Backtrace)
    _Unwind_Backtrace(on_frame, arg);
}

// The world is still by an order that only the kernel gives (freeze_world).
GO_RACY void trace_g(Text &t, G *g, bool running, bool still) {
  t.s("goroutine ").u(g->id);
  if (g->name)
    t.s(" \"").s(g->name).c('"');
  uint32_t st = g->state.load();
  t.s(" [");
  t.s(running || st == g_running ? "running"
      : st == g_waiting          ? wait_reason_name(g->wait_reason)
                                 : "runnable");
  if (g->flags & gf_locked)
    t.s(", locked to thread");
  t.s("]:\n");
  if (running)
    walk(&t);
  else if (!still)
    t.s("\tnot known: threads do not stop\n");
  else if ((st == g_waiting || st == g_runnable) && g->sp && !(g->flags & gf_foreign))
    go_rt_call_on(g->sp, walk, &t);
  if (g->creator_pc) {
    t.s("created by");
    print_pc(t, uint64_t(g->creator_pc));
  }
  t.c('\n');
}

void trace_all(Text &t, G *running, bool still) {
  struct Arg {
    Text *t;
    G *me;
    bool still;
  } a{&t, running, still};
  if (running)
    trace_g(t, running, true);
  g_each(
      [](G *g, void *p) {
        Arg *a = static_cast<Arg *>(p);
        if (g != a->me)
          trace_g(*a->t, g, false, a->still);
      },
      &a);
}

[[noreturn]] void deadlock() {
  {
    Text t;
    t.s("fatal error: all goroutines are asleep - deadlock!\n\n");
    trace_all(t, nullptr, true);
  }
  sys::exit_group(2);
}

} // namespace gort
