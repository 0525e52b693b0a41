// rt.h - the runtime's inner structures.
//
// G is a goroutine, M an operating-system thread, P the right to run goroutines (there are
// GOMAXPROCS of them). A G runs on an M that holds a P. Rules that everything else builds on:
//
//  * Late binding: a G has no stack before it first runs; its closure sits in the G.
//  * A parking G becomes visible to wakers only in the `post` action, which the *next* context
//    performs once its own registers are live. So nobody can resume a half-saved G.
//  * While an M is inside the runtime, m->in_rt is not 0, and only then may it touch its P. It is 2 while
//    the scheduler runs a timer's callback that calls the runtime itself. The system
//    monitor takes P's away from threads that are outside (CPU hogs, blocking calls) with an
//    asymmetric Dekker handshake on m->own; see revoke.cc.
//  * runnext and the yield block of a P belong to its owner alone; the ring can be stolen from.
//  * Objects that several threads may look at (G, M, P, timers, poll descriptors) are type-stable:
//    recycled, never unmapped.
#pragma once
#include "atomic.h"
#if !defined(GO_RT_SYSTEM_HEADERS) // the checker's scenarios use those instead
#include "libc.h"
#endif
#include "sys.h"

#define GO_LIKELY(x) __builtin_expect(!!(x), 1)
#define GO_UNLIKELY(x) __builtin_expect(!!(x), 0)
// Reads other threads' plain fields on purpose; a stale value only costs time.
#define GO_RACY __attribute__((no_sanitize("thread")))
#define GO_HIDDEN __attribute__((visibility("hidden")))

namespace gort {

struct G;
struct M;
struct P;
struct Timer;

// ---- locks -------------------------------------------------------------------------------------

// A short-term lock between Ms. Never held across a park; the unlock is one plain store.
struct SpinLock {
  atomic<uint32_t> v;
  void lock() {
    if (GO_UNLIKELY(v.exchange(1, acquire)))
      lock_slow();
  }
  bool try_lock() { return v.exchange(1, acquire) == 0; }
  void unlock() { v.store(0, release); }
  void lock_slow();
};

struct Locked {
  SpinLock &l;
  explicit Locked(SpinLock &x) : l(x) { l.lock(); }
  ~Locked() { l.unlock(); }
  Locked(const Locked &) = delete;
  Locked &operator=(const Locked &) = delete;
};

// ---- goroutines --------------------------------------------------------------------------------

enum GState : uint32_t { g_dead, g_fresh, g_runnable, g_running, g_waiting };

enum GFlag : uint32_t {
  gf_foreign = 1, // a thread that the runtime did not make; parks on its futex
  gf_main = 2,    // runs on the system's stack
  gf_locked = 4,  // wired to its M
  gf_g0 = 8,      // a thread's scheduler context
  gf_system = 16, // not counted, not part of a deadlock
};

enum WaitReason : uint8_t {
  wr_none,
  wr_chan_recv,
  wr_chan_send,
  wr_select,
  wr_select_empty,
  wr_chan_nil,
  wr_mutex,
  wr_rw,
  wr_sema,
  wr_cond,
  wr_wait_group,
  wr_sleep,
  wr_io,
  wr_dns,
  wr_join,
  wr_forever,
};

constexpr size_t closure_size = 64;

// Three cache lines: hot, cold, closure.
struct alignas(64) G {
  void *sp;
  G *next; // run queue / free list link
  atomic<uint32_t> state;
  uint32_t flags;
  M *m;           // thread it runs on (running), or its own thread (foreign)
  char *stack_hi; // top of its stack slot, null when none is bound
  void *wake;     // the waker's message: which waiter record fired
  uint64_t id;
  void (*fn)(void *); // entry; called with the closure buffer

  void *creator_pc;
  M *lockedm;
  int saved_errno;
  uint8_t wait_reason;
  uint8_t stack_class;
  uint16_t lock_depth;
  void *eh_caught; // __cxa_eh_globals of this goroutine while it is parked
  uintptr_t eh_uncaught;
  void **locals; // goroutine-local storage
  void *fiber;   // sanitizer state
  const char *name;

  alignas(16) char closure[closure_size];
};
static_assert(sizeof(G) == 192);

// ---- blocks of pointers ------------------------------------------------------------------------

// Batches in the global run queue and in the depots of stacks and Gs: moving 128 pointers costs
// one lock and touches none of the objects themselves.
struct Block {
  Block *next;
  uint32_t head, tail; // live entries are [head, tail)
  void *item[126];
};

Block *block_get();
void block_put(Block *);

// ---- timers ------------------------------------------------------------------------------------

enum TimerState : uint32_t { t_idle, t_armed, t_zombie };

struct alignas(64) Timer {
  atomic<uint32_t> state;
  uint32_t entries; // how many heap entries point here
  int64_t when, period;
  void (*fn)(Timer *, int64_t now);
  void *arg, *arg2;
  atomic<P *> p;            // whose heap it is in; its lock guards all of the above
  uint32_t released;        // the user has let go of it: recycle when out of the heap
  atomic<uint32_t> running; // callbacks under way; more than one when it was re-armed meanwhile
};

struct TimerEntry {
  int64_t when;
  Timer *t;
};

constexpr int64_t never = INT64_MAX;

struct TimerHeap {
  SpinLock lock;
  uint32_t n, cap, zombies;
  TimerEntry *a;
  atomic<int64_t> first; // when the root is due; `never` when empty
};

// ---- P and M -----------------------------------------------------------------------------------

#if defined(GO_RT_MODEL) // small, so that overflow and wrap-around are within the checker's reach
constexpr uint32_t ring_size = 4;
#else
constexpr uint32_t ring_size = 256;
#endif
constexpr uint32_t max_procs_limit = 1024;
constexpr int stack_classes = 5;
constexpr uint32_t stack_cache = 64;

struct alignas(128) P {
  atomic<uint32_t> head; // thieves and owner advance it by CAS
  alignas(64) atomic<uint32_t> tail;
  uint32_t id;
  G *runnext;
  uint32_t tick; // scheduling decisions; read racily by the monitor
  uint32_t nfree_g;
  G *free_g;
  Block *yblock; // yielded goroutines on their way to the global queue
  M *m;
  P *idle_next;
  Timer *free_timer;
  uint64_t rng;
  uint64_t next_id, last_id; // batch of goroutine ids
  uint64_t last_soft_wake, soft_interval;
  uint32_t soft_skip; // soft wake-ups to leave out before the clock is looked at again
  // Thieves that took goroutines from here had them done faster than a theft costs: so many wake-ups of
  // thieves are left out, and none steals meanwhile (find.cc).
  atomic<uint32_t> mute;
  // What this P has stolen since it last ran out of work.
  P *robbed;
  uint32_t n_booty, crumbs; // crumbs: how long to mute after the next poor theft
  int64_t stole_at;
  bool idle;    // on the idle list
  bool retired; // set_max_procs took it out of use; empty. Under sched.lock
  uint32_t nstack[stack_classes];
  atomic<uint64_t> n_spawned, n_exited, n_switches, n_steals;
  // for the monitor
  uint32_t mon_tick;
  int64_t mon_since, mon_cpu, mon_cpu_at;
  int64_t mon_asked;         // when it asked the runner to yield; 0: not yet
  G *mon_next;               // what it saw in runnext,
  int64_t mon_waited;        // and since when
  atomic<uint32_t> mon_look; // something has gone to runnext since its last look
  TimerHeap timers;
  alignas(64) atomic<G *> ring[ring_size];
  // Goroutines that have not run yet: the owner takes the newest, so that trees of goroutines are
  // walked depth first and stay small; thieves, and every 1037th decision, take the oldest.
  alignas(64) atomic<int32_t> fresh_head;
  alignas(64) atomic<int32_t> fresh_tail;
  alignas(64) atomic<G *> fresh[ring_size];
  char *stacks[stack_classes][stack_cache];
};

enum Own : uint32_t { own_owned, own_revoking, own_taken, own_frozen };

struct alignas(128) M {
  G *curg;
  P *p;
  atomic<uint32_t> in_rt; // how many calls deep; written by this thread
  atomic<uint32_t> own;
  atomic<uint32_t> preempt; // the monitor wants this M to reschedule
  uint32_t blocking;        // inside go_enter_blocking
  void (*post)(M *, void *);
  void *post_arg;
  G *g0;
  int *errno_p;
  void **eh; // this thread's __cxa_eh_globals
  bool spinning;
  bool foreign;
  bool has_cpu_clock;
  int tid;
  atomic<uint32_t> park; // futex word: 1 = a wake-up is there
  P *nextp;
  G *lockedg;
  M *idle_next;
  M *all_next;
  char *altstack;
  char *g0_stack; // only for the main thread
  uint64_t rng;
  bool slept;
  void *g0_fiber;
  G *prev;               // sanitizer: who was left last
  const void *g0_bottom; // sanitizer: extent of the thread's own stack
  size_t g0_size;
};

// How goroutines are queued: as everywhere in these comments, or, to compare with (GO_DEBUG=model=N),
// as older schedulers do it.
enum Model : uint8_t {
  model_gpm,    // queues per P, stealing, direct switches
  model_global, // one queue for all; direct switches
  model_mn,     // one queue for all, and each switch goes by way of the thread's scheduler
};

struct Sched {
  SpinLock lock; // idle lists, global queue
  Block *gq_head, *gq_tail;
  atomic<uint32_t> gq_n;
  P *idle_p;
  M *idle_m;
  atomic<uint32_t> n_idle_p;
  atomic<uint32_t> n_spinning;
  atomic<uint32_t> n_procs;
  atomic<uint32_t> n_p_made; // grows only; what is below is in all_p
  uint32_t n_idle_m;
  atomic<uint32_t> n_m; // threads made by the runtime, plus main
  atomic<uint32_t> n_foreign;
  atomic<uint32_t> n_detached; // Ms whose P was taken and that still run user code
  atomic<uint32_t> n_helpers;  // helper threads with work in hand that will wake somebody
  atomic<uint32_t> n_mon;
  atomic<uint32_t> poll_blocked; // an M sleeps in the poller
  atomic<int64_t> poll_until;
  atomic<uint32_t> n_poll_wait; // goroutines parked on descriptors
  atomic<int64_t> last_poll;
  atomic<uint32_t> exiting, frozen;
  atomic<M *> exit_m;         // whose thread runs the exit handlers
  G *exit_g;                  // its goroutine
  atomic<uint32_t> forked;    // this is the child of a fork
  atomic<uint32_t> mon_sleep; // futex word of the monitor: 1 = sleeping without end
  atomic<uint64_t> ids;
  atomic<M *> all_m; // grows only, at its head, under `lock`; an M is complete when it is seen here
  P *all_p[max_procs_limit];
  uint32_t max_m;
  // free Gs
  SpinLock g_lock;
  Block *free_gs;
  // foreign threads' spawn counters
  atomic<uint64_t> n_spawned, n_exited;
  atomic<uint64_t> n_revoked, n_handoff, n_threads_made, n_poll_calls, n_sysmon, n_reclaimed;
  atomic<uint32_t> ncpu;
  uint32_t page_size;
  bool membarrier;
  bool started;
  // deterministic mode
  bool deterministic;
  uint8_t model; // Model
  bool unusual;  // deterministic, or another model than usual
  atomic<uint32_t> virtual_clock;
  atomic<int64_t> virtual_now;
  uint64_t seed_rng;
  void (*on_panic)(const char *);
  M *main_m;
  uint64_t sigmask;
};

extern Sched sched;

// ---- thread-local M ----------------------------------------------------------------------------

// One thread-local word, read by a volatile asm: the compiler must not keep its address or value
// across a switch, after which the goroutine may be on another thread.
extern "C" GO_HIDDEN __thread M *go_rt_tls_m __attribute__((tls_model("local-exec")));

inline M *getm() {
  M *m;
#if defined(GO_RT_MODEL)
  m = static_cast<M *>(go_model_self());
#elif defined(__x86_64__)
  asm volatile("movq %%fs:go_rt_tls_m@tpoff, %0" : "=r"(m));
#else
  asm volatile("mrs %0, tpidr_el0\n\t"
               "add %0, %0, #:tprel_hi12:go_rt_tls_m, lsl #12\n\t"
               "add %0, %0, #:tprel_lo12_nc:go_rt_tls_m\n\t"
               "ldr %0, [%0]"
               : "=r"(m));
#endif
  return m;
}
void setm(M *);

inline G *getg() {
  M *m = getm();
  return m ? m->curg : nullptr;
}

// ---- entering and leaving the runtime ----------------------------------------------------------

M *attach();        // first call on this thread
M *enter_slow(M *); // P was (or is being) taken, or the world is stopped
void leave_slow(M *);

// From here on this M keeps its P until leave(). The caller must use the M returned. Who only wakes others
// does not need a P: m->p is then null if it was taken, rather than waited for.
inline M *enter(bool need_p = true) {
  M *m = getm();
  if (GO_UNLIKELY(!m))
    m = attach();
  m->in_rt.bump();
  compiler_barrier();
  if (GO_UNLIKELY(!sched.membarrier))
    fence();
  // Acquires what the monitor did while it kept this M out (it may have emptied runnext).
  if (uint32_t own = m->own.load(acquire); GO_UNLIKELY(own != own_owned)) {
    if (!need_p && own == own_taken)
      m->p = nullptr;
    else
      m = enter_slow(m);
  }
  return m;
}

inline void leave(M *m) {
  compiler_barrier();
  m->in_rt.store(m->in_rt.load(relaxed) - 1, release);
  if (GO_UNLIKELY(m->preempt.load(relaxed)))
    leave_slow(m);
}

// ---- scheduler (proc.cc, find.cc) --------------------------------------------------------------

using PostFn = void (*)(M *, void *);

// Parks the running G. `post(m, arg)` runs after the G is off its stack; only it may make the G
// visible to wakers. Returns the M it was resumed on. Callable by foreign threads.
M *park(M *m, WaitReason why, PostFn post, void *arg);
void post_unlock(M *, void *lock); // the usual post: unlock a SpinLock

void ready(M *m, G *g);      // make runnable, next to run on this P
void ready_tail(M *m, G *g); // make runnable, at the end of the queue
M *yield(M *m);              // to the back of the queue
M *yield_to_ready(M *m);     // let the goroutine in runnext go first
void wake_p();               // start a spinning M if a P is idle and none spins
void global_put(G *g);
void global_put_block(Block *b);
G *g_alloc(M *m);
void g_free(M *m, G *g);
void g_each(void (*fn)(G *, void *), void *arg);
#if defined(GO_RT_MODEL)
constexpr uint32_t g_chunk_size = 32, max_g_chunks = 16;
#else
constexpr uint32_t g_chunk_size = 4096, max_g_chunks = 1 << 16;
#endif
extern G *g_chunks[]; // of g_chunk_size each
extern atomic<uint32_t> g_n_chunks;
uint32_t g_count(); // Gs that exist, dead ones included
G *g_at(uint32_t i);
[[noreturn]] void go_exit(M *m);
G *find_runnable(M *m);    // on g0; blocks until there is something
G *pick_local(M *m, P *p); // quick look, no blocking: null = go to g0
bool steal_into(P *p);     // false: there is nobody to steal from for now
uint64_t next_rand(uint64_t &s);
uint32_t cpus_allowed(); // by the affinity mask (cpus.cc)
uint32_t cpu_quota();    // of the control groups, rounded up; 0: none
[[noreturn]] void fatal_after_fork();
void start_m(P *p, bool spinning);
void handoff_p(P *p);
void stop_m(M *m);
extern "C" P *go_rt_new_p(uint32_t id); // on no list
void acquire_p(M *m, P *p);
void stop_if_exiting(M *m);
bool runs_exit_handlers(M *m);
P *release_p(M *m);
P *idle_p_get();
bool idle_p_put(P *p); // false: p is to be retired instead
void retire_p(P *p);   // empties a P of too high a number and takes it out of use
bool p_empty(P *p);
bool p_has_queued(P *p); // what thieves could take
void p_drain(P *p);
void check_dead();
void inject(M *m, G *list);        // makes a list of goroutines runnable
void inject_polled(M *m, G *list); // the same for what poll_net gave
void switch_to_g0(M *m, PostFn post, void *arg);
int64_t now(); // monotonic nanoseconds (virtual in deterministic mode)
int64_t real_now();
void ring_put(M *m, P *p, G *g);

void barrier_all();
void mon_start();
bool mon_end_truces(int64_t elapsed);
bool mon_rest(); // the monitor sleeps while all Ps are idle; false at once when not all are
void mon_wake();
bool take_p(M *m, P *p);
bool move_next(M *m, P *p);
enum class Stop {
  busy,   // somebody else has stopped it; there is nothing to thaw
  moving, // some thread is still on its way between goroutines
  still,
};
Stop freeze_world(int64_t max_wait_ns);
// The number behind `name=` in the environment's GO_DEBUG, a list with commas.
bool debug_option(const char *name, uint32_t *value);
void thaw_world();
void rt_exit_stop();

// ---- stacks (stack.cc) -------------------------------------------------------------------------

char *stack_get(P *p, int cls); // returns the top; p may be null
void stack_put(P *p, int cls, char *top);
size_t stack_size(int cls);
int stack_class_for(size_t n);
void stack_init();
bool stack_scavenge(bool hard); // true: a later call may give back more
void stack_reclaim();
extern atomic<uint32_t> stack_checks; // some slots have no guard
void stack_check(G *g);               // is the running g still within its slot?
void stack_signals_thread(M *m);      // alternate signal stack for this thread
void stack_signals_process();
size_t stack_bytes_mapped();
void *map_pages(size_t n);

// ---- timers (timer.cc) -------------------------------------------------------------------------

Timer *timer_new(M *m, void (*fn)(Timer *, int64_t), void *arg);
void timer_arm(M *m, Timer *t, int64_t when, int64_t period);
bool timer_stop(Timer *t, bool sync); // true if it was armed; sync: waits for a running callback
void timer_release(M *m, Timer *t);   // stop and give back
bool timers_run(M *m, P *p, int64_t t);
int64_t timers_next(); // earliest of all Ps
void timers_move(P *from, P *to);

// ---- poller (netpoll.cc) -----------------------------------------------------------------------

// List of ready goroutines; negative blocks, 0 looks. They count as waiting until polled() is told that they
// are in a queue: else who looks for a deadlock meanwhile would find nothing that could run.
G *poll_net(int64_t delay_ns);
void poll_break();
bool poll_ready(); // initialised?
void poll_init();

// ---- semaphores and queues (sync.cc) -----------------------------------------------------------

struct Waiter {
  G *g;
  Waiter *next, *prev;
  uint32_t queued;
  uint32_t timed_out;
  int64_t since; // when the goroutine first parked for this mutex; unset in other queues
  void *owner;
};

struct WaitQueue {
  SpinLock lock;
  uint32_t count;
  Waiter *head, *tail;
};

void queue_push(WaitQueue *q, Waiter *w, bool front);
Waiter *queue_pop(WaitQueue *q);
void queue_remove(WaitQueue *q, Waiter *w);

// ---- errors and text (trace.cc) ----------------------------------------------------------------

struct Text {
  char buf[512];
  size_t n = 0;
  int fd = 2;
  explicit Text(int f = 2) : fd(f) {}
  ~Text() { flush(); }
  void flush();
  Text &s(const char *p);
  Text &c(char ch);
  Text &u(uint64_t v);
  Text &x(uint64_t v);
  Text(const Text &) = delete;
  Text &operator=(const Text &) = delete;
};

[[noreturn]] void fatal(const char *what);
void trace_g(Text &t, G *g, bool running, bool still = true);
void trace_all(Text &t, G *running, bool still); // if not, only states
const char *wait_reason_name(uint8_t r);
[[noreturn]] void deadlock();

extern "C" {
GO_HIDDEN void go_rt_switch(void **save_sp, void *new_sp);
GO_HIDDEN void *go_rt_init_stack(void *top, void (*fn)(void *), void *arg);
GO_HIDDEN void go_rt_call_on(void *parked_sp, void (*fn)(void *), void *arg);
GO_HIDDEN void go_rt_on_stack(void *top, void (*fn)(void *), void *arg);
}

} // namespace gort
