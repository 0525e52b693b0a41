// reclaim.cc - pages of parked goroutines that once were deep.
//
// A goroutine that has been deep in calls keeps the pages below its stack pointer when it parks. The
// monitor walks over the goroutines a part at a time, asks the kernel which pages of parked ones are
// resident below their stack pointers, and gives them back in small batches. For each batch the world
// is frozen (no thread switches goroutines then): some hundred microseconds, only when there is
// something to gain. A goroutine whose pages came back is left alone from then on, not so the next one in its
// G.
#include "rt.h"

namespace gort {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)

void stack_reclaim() {} // sanitizers know what lies on stacks; leave it there

#else

namespace {

constexpr uint32_t batch = 64;
constexpr uint32_t max_pages = 256; // looked at below a stack pointer, from the deepest up

struct Candidate {
  G *g;
  void *sp;       // as it was when the pages were found resident
  uint32_t *last; // of its G: whose pages were given back
};

struct Pages {
  char *lo;
  size_t bytes;
};

// The part of a parked goroutine's stack that holds nothing: below its stack pointer, above the guard.
Pages unused_part(G *g, void *sp) {
  uintptr_t page = sched.page_size, end = (reinterpret_cast<uintptr_t>(sp) - 256) & ~(page - 1);
  uintptr_t lo = reinterpret_cast<uintptr_t>(g->stack_hi) - stack_size(g->stack_class) + page;
  if (end <= lo || end >= reinterpret_cast<uintptr_t>(g->stack_hi))
    return {nullptr, 0};
  if (end - lo > max_pages * page)
    lo = end - max_pages * page;
  return {reinterpret_cast<char *>(lo), end - lo};
}

// Stacks grow down without gaps: those that are resident end at the stack pointer.
bool is_resident_below(G *g, void *sp) {
  Pages u = unused_part(g, sp);
  if (!u.bytes)
    return false;
  unsigned char last = 0;
  char *top = u.lo + u.bytes - sched.page_size;
  return sys::call(__NR_mincore, sys::arg(top), long(sched.page_size), sys::arg(&last)) == 0 && (last & 1);
}

// For each G the goroutine (the low bits of its number) whose pages were given back.
uint32_t &reclaimed(uint32_t i) {
  static uint32_t *ids[max_g_chunks];
  uint32_t *&a = ids[i / g_chunk_size];
  if (!a)
    a = static_cast<uint32_t *>(map_pages(g_chunk_size * sizeof(uint32_t)));
  return a[i % g_chunk_size];
}

GO_RACY void give_back(Candidate *c, uint32_t n) {
  if (Stop s = freeze_world(2000000); s != Stop::busy) {
    if (s == Stop::still)
      for (uint32_t i = 0; i < n; i++) {
        G *g = c[i].g;
        if (g->state.load() != g_waiting || g->sp != c[i].sp || !g->stack_hi)
          continue;
        if (Pages u = unused_part(g, g->sp); u.bytes) {
          sys::advise(u.lo, u.bytes, sys::madv_dontneed);
          *c[i].last = uint32_t(g->id);
          sched.n_reclaimed.add(1u, relaxed);
        }
      }
    thaw_world();
  }
}

} // namespace

// Called by the monitor about twice a second: looks at an eighth of the goroutines, at least 8192.
GO_RACY void stack_reclaim() {
  static uint32_t next;
  uint32_t total = g_count();
  if (!total || sched.virtual_clock.load())
    return;
  uint32_t n = total / 8 > 8192 ? total / 8 : 8192;
  if (n > total)
    n = total;
  Candidate found[batch];
  uint32_t have = 0;
  for (; n; n--, next++) {
    if (next >= total)
      next = 0;
    G *g = g_at(next);
    // Read without care: what counts is looked at again when nothing moves.
    void *sp = g->sp;
    char *hi = g->stack_hi;
    if (g->state.load(relaxed) != g_waiting || !hi || (g->flags & (gf_foreign | gf_main | gf_g0)))
      continue;
    if (static_cast<char *>(sp) >= hi || static_cast<char *>(sp) < hi - stack_size(g->stack_class))
      continue;
    uint32_t &last = reclaimed(next);
    if (last == uint32_t(g->id) || !is_resident_below(g, sp))
      continue;
    found[have++] = {g, sp, &last};
    if (have == batch) {
      give_back(found, have);
      have = 0;
    }
  }
  if (have)
    give_back(found, have);
}

#endif

} // namespace gort
