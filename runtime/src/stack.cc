// stack.cc - goroutine stacks: lazily committed slots in one arena.
//
// Slots of one size class are carved from large anonymous mappings that the kernel merges into one
// VMA. The lowest page of a slot is its guard: MADV_GUARD_INSTALL where the kernel really has it
// (no VMA of its own). Where not, mprotect: on each slot for as long as half of the mappings that are
// meant for it are left (half of vm.max_map_count), then on every 4th, 16th ... slot: a runaway recursion
// still ends at one of them. From then on the stack pointer of a goroutine is compared with its slot
// whenever it parks. Free slots are cached per P, then in depots; the monitor gives the pages of slots that
// stay free back.
#include "rt.h"

namespace gort {

static constexpr size_t class_size[stack_classes] = {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    256 << 10,
#else
    64 << 10,
#endif
    256 << 10, 1 << 20, 8 << 20, 64 << 20};

struct Depot {
  SpinLock lock;
  Block *hot, *cold; // cold: pages given back to the kernel
  uint32_t n_hot, low_water;
  atomic<uint32_t> blocks; // on either list; read without the lock
  char *carve, *carve_end;
};
static Depot depots[stack_classes];
static bool guard_madvise;
static uint32_t guards_allowed;
static atomic<uint32_t> guards_left;
static atomic<uint32_t> slots_to_skip; // until the next guard
atomic<uint32_t> stack_checks;
static atomic<uint64_t> bytes_mapped;
static SpinLock range_lock;
#if defined(GO_RT_MODEL)
constexpr uint32_t max_ranges = 16;
#else
constexpr uint32_t max_ranges = 4096;
#endif
static struct {
  char *lo, *hi;
  int cls;
} ranges[max_ranges];
static atomic<uint32_t> n_ranges;
constexpr uint32_t block_cap = sizeof(Block::item) / sizeof(void *);

size_t stack_size(int cls) {
  return class_size[cls];
}
size_t stack_bytes_mapped() {
  return bytes_mapped.load();
}

int stack_class_for(size_t n) {
  for (int c = 0; c < stack_classes; c++)
    if (n <= class_size[c])
      return c;
  return stack_classes - 1;
}

void stack_init() {
  // Some emulators accept the advice and do nothing: the page must then fault in a system call.
  char *p = static_cast<char *>(map_pages(sched.page_size));
  if (sys::advise(p, sched.page_size, sys::madv_guard_install) == 0) {
    long r = sys::call(__NR_clock_gettime, 1, sys::arg(p));
    guard_madvise = r == -sys::efault;
  }
  sys::unmap(p, sched.page_size);
  uint32_t limit = 65530;
  char b[32];
  long fd = sys::openat("/proc/sys/vm/max_map_count", 0);
  if (fd >= 0) {
    long n = sys::read(int(fd), b, sizeof b);
    sys::close(int(fd));
    limit = 0;
    for (long i = 0; i < n && b[i] >= '0' && b[i] <= '9' && limit < 100000000; i++)
      limit = limit * 10 + uint32_t(b[i] - '0');
  }
  guards_allowed = limit / 4;                   // a guard in the middle of a mapping costs two
  if (uint32_t v; debug_option("guards", &v)) { // for tests: as if the kernel had no better
    guard_madvise = false;
    guards_allowed = v;
  }
  guards_left.store(guards_allowed);
}

static void guard_by_mapping(char *lo) {
  if (uint32_t skip = slots_to_skip.load(relaxed); skip && slots_to_skip.cas(skip, skip - 1)) {
    stack_checks.store(1, relaxed);
    return;
  }
  uint32_t left = guards_left.load(relaxed);
  if (!left || !guards_left.cas(left, left - 1) || sys::protect(lo, sched.page_size, sys::prot_none)) {
    stack_checks.store(1, relaxed);
    return;
  }
  uint32_t every = 1;
  for (uint32_t share = guards_allowed / 2; left <= share && share; share /= 2)
    every *= 4;
  slots_to_skip.store(every - 1, relaxed);
}

static char *carve(int cls) {
  Depot &d = depots[cls];
  size_t size = class_size[cls];
  char *lo;
  {
    Locked l(d.lock);
    if (d.carve == d.carve_end) {
      static char *hint;
      size_t n = 1 << 30;
      void *p;
      for (;;) {
        if (n < size)
          n = size;
        p = sys::map(hint, n, sys::prot_rw, sys::map_private_anon | sys::map_noreserve);
        if (!sys::map_failed(p))
          break;
        if (n <= size)
          fatal("out of memory for goroutine stacks");
        n /= 4;
      }
      sys::advise(p, n, sys::madv_nohugepage);
      d.carve = static_cast<char *>(p);
      d.carve_end = d.carve + n / size * size;
      hint = d.carve_end;
      Locked r(range_lock);
      uint32_t k = n_ranges.load();
      if (k < sizeof ranges / sizeof *ranges) {
        ranges[k].lo = d.carve;
        ranges[k].hi = d.carve_end;
        ranges[k].cls = cls;
        n_ranges.store(k + 1);
      }
    }
    lo = d.carve;
    d.carve += size;
  }
  bytes_mapped.add(size, relaxed);
  if (guard_madvise) {
    sys::advise(lo, sched.page_size, sys::madv_guard_install);
  } else {
    guard_by_mapping(lo);
  }
  return lo + size;
}

char *stack_get(P *p, int cls) {
  if (p && p->nstack[cls])
    return p->stacks[cls][--p->nstack[cls]];
  Depot &d = depots[cls];
  if (d.blocks.load(relaxed)) {
    Locked l(d.lock);
    Block **list = d.hot ? &d.hot : &d.cold;
    if (Block *b = *list) {
      char *s = static_cast<char *>(b->item[--b->tail]);
      uint32_t got = 1;
      if (list == &d.hot)
        while (p && b->tail && p->nstack[cls] < stack_cache / 2) {
          p->stacks[cls][p->nstack[cls]++] = static_cast<char *>(b->item[--b->tail]);
          got++;
        }
      if (list == &d.hot) {
        d.n_hot -= got;
        if (d.n_hot < d.low_water)
          d.low_water = d.n_hot;
      }
      if (b->tail == 0) {
        *list = b->next;
        d.blocks.sub(1u, relaxed);
        block_put(b);
      }
      return s;
    }
  }
  return carve(cls);
}

void stack_put(P *p, int cls, char *top) {
  if (p->nstack[cls] < stack_cache) {
    p->stacks[cls][p->nstack[cls]++] = top;
    return;
  }
  Depot &d = depots[cls];
  Locked l(d.lock);
  Block *b = d.hot;
  for (uint32_t i = 0; i < stack_cache / 2; i++) {
    if (!b || b->tail == block_cap) {
      b = block_get();
      b->next = d.hot;
      d.hot = b;
      d.blocks.add(1u, relaxed);
    }
    b->item[b->tail++] = top;
    top = p->stacks[cls][--p->nstack[cls]];
    d.n_hot++;
  }
  p->stacks[cls][p->nstack[cls]++] = top;
}

// Called by the monitor about twice a second: slots that nobody needed since the last call lose
// their pages.
bool stack_scavenge(bool hard) {
  bool more = false;
  for (int c = 0; c < stack_classes; c++) {
    Depot &d = depots[c];
    for (;;) {
      Block *b;
      {
        Locked l(d.lock);
        b = d.hot;
        uint32_t idle = hard ? d.n_hot : d.low_water;
        if (!b || idle < b->tail || (!hard && idle < 256)) {
          d.low_water = d.n_hot;
          more |= b && d.n_hot >= 256 && d.n_hot >= b->tail;
          break;
        }
        d.hot = b->next;
        d.n_hot -= b->tail;
        d.low_water = d.low_water > b->tail ? d.low_water - b->tail : 0;
      }
      for (uint32_t i = b->head; i < b->tail; i++) {
        char *hi = static_cast<char *>(b->item[i]);
        sys::advise(hi - class_size[c] + sched.page_size, class_size[c] - sched.page_size,
                    sys::madv_dontneed);
      }
      Locked l(d.lock);
      b->next = d.cold;
      d.cold = b;
    }
  }
  return more;
}

// ---- overflow ----------------------------------------------------------------------------------

struct SigAction { // the layout that glibc and musl share
  void (*fn)(int, void *, void *);
  uint64_t mask[16];
  int flags;
  void (*restorer)();
};
struct SigStack {
  void *sp;
  int flags;
  size_t size;
};
static SigAction old_segv;

[[noreturn]] static void stack_overflow(G *g, size_t size) {
  {
    Text t;
    t.s("go: goroutine stack exceeds ").u(size - sched.page_size).s("-byte limit\n");
    t.s("fatal error: stack overflow\n\n");
    if (g) {
      t.s("goroutine ").u(g->id);
      if (g->name)
        t.s(" \"").s(g->name).s("\"");
      t.s(" [running]:\n");
    }
  }
  sys::exit_group(2);
}

[[gnu::noinline]] void stack_check(G *g) {
  char *sp = static_cast<char *>(__builtin_frame_address(0));
  size_t size = class_size[g->stack_class];
  // Far away: another stack, as main's.
  if (g->stack_hi && sp < g->stack_hi - size + sched.page_size && sp >= g->stack_hi - 2 * size)
    stack_overflow(g, size);
}

static void on_segv(int sig, void *info, void *uc) {
  char *addr = *reinterpret_cast<char **>(static_cast<char *>(info) + 16);
  uint32_t n = n_ranges.load();
  for (uint32_t i = 0; i < n; i++) {
    if (addr < ranges[i].lo || addr >= ranges[i].hi)
      continue;
    size_t size = class_size[ranges[i].cls];
    if (size_t(addr - ranges[i].lo) % size < sched.page_size)
      stack_overflow(getg(), size);
  }
  if ((old_segv.flags & 4) && old_segv.fn) {
    old_segv.fn(sig, info, uc);
    return;
  }
  sigaction(sig, &old_segv, nullptr); // default: fault again
}

void stack_signals_process() {
  SigAction a;
  memset(&a, 0, sizeof a);
  a.fn = on_segv;
  a.flags = 4 | 0x08000000 | 0x40000000; // SIGINFO, ONSTACK, NODEFER
  sigaction(11, &a, &old_segv);
}

void stack_signals_thread(M *m) {
  SigStack old = {};
  sys::call(__NR_sigaltstack, 0, sys::arg(&old));
  if (!(old.flags & 2))
    return; // the program has its own
  constexpr size_t n = 64 * 1024;
  m->altstack = static_cast<char *>(map_pages(n));
  SigStack s{m->altstack, 0, n};
  sys::call(__NR_sigaltstack, sys::arg(&s), 0);
}

} // namespace gort
