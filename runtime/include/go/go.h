/* go.h - the goroutine runtime's C interface.
 *
 * All calls may be made from goroutines, from main, and from threads that the runtime did not
 * make; a call that blocks then blocks that thread. Nothing here sets errno. Zero-initialised
 * go_mutex, go_rwmutex, go_cond, go_sema and go_wait_group are ready for use. */
#ifndef GO_GO_H
#define GO_GO_H
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#define GO_NOEXCEPT noexcept
#else
#define GO_NOEXCEPT
#endif

/** Defined by the runtime. Every object that includes this refers to it, so that headers and archive
 *  of different versions don't link. */
extern const char go_rt_abi_1[];
static const char *const go_rt_abi_used __attribute__((used)) = go_rt_abi_1;

/** Starts fn(arg) in a new goroutine. Does not block, but may yield when the queue is full. */
void go_spawn(void (*fn)(void *), void *arg) GO_NOEXCEPT;
/** As go_spawn, with a stack of at least `stack` bytes (0: default, 64 KiB) and a name or NULL. */
void go_spawn_opts(void (*fn)(void *), void *arg, size_t stack, const char *name) GO_NOEXCEPT;
/** Lets other runnable goroutines go first. */
void go_yield(void) GO_NOEXCEPT;
/** Parks the goroutine for at least `ns` nanoseconds of CLOCK_MONOTONIC. */
void go_sleep(int64_t ns) GO_NOEXCEPT;
/** The monotonic clock in nanoseconds; the virtual one in deterministic mode. */
int64_t go_now(void) GO_NOEXCEPT;
/** Number of the calling goroutine; main has 1. Never reused. */
uint64_t go_id(void) GO_NOEXCEPT;
/** Number of goroutines that exist, main included. */
size_t go_num(void) GO_NOEXCEPT;
/** Sets the number of processors that run goroutines (0: only ask); returns the old one. */
unsigned go_set_procs(unsigned n) GO_NOEXCEPT;
/** Wires the goroutine to its thread until as many unlocks have been made. */
void go_lock_os_thread(void) GO_NOEXCEPT;
/** Takes back one go_lock_os_thread. Doesn't block. */
void go_unlock_os_thread(void) GO_NOEXCEPT;
/** Brackets a blocking system or library call: another thread takes over the processor. */
void go_enter_blocking(void) GO_NOEXCEPT;
/** The other bracket; parks the goroutine until a processor is free. */
void go_exit_blocking(void) GO_NOEXCEPT;
/** Writes the stacks of all goroutines (`all` != 0) or of the caller to a descriptor. */
void go_traceback(int fd, int all) GO_NOEXCEPT;
/** Names the calling goroutine in tracebacks; the string must stay. */
void go_set_name(const char *name) GO_NOEXCEPT;
/** Deterministic test mode: one processor, seeded scheduling, virtual clock that jumps when
 *  nothing can run. A goroutine that computes or blocks outside of the runtime keeps the
 *  processor until its next call. To be called by main before it spawns. seed 0 ends the mode. */
void go_test_mode(uint64_t seed) GO_NOEXCEPT;
/** Called with the text before the process ends because of an uncaught exception. */
void go_on_panic(void (*fn)(const char *text)) GO_NOEXCEPT;
/** Prints the text, the goroutine and where it was spawned; ends the process with code 2. */
__attribute__((noreturn)) void go_panic(const char *text) GO_NOEXCEPT;

/** What go_get_stats fills in. */
typedef struct go_stats {
  uint64_t spawned, exited, switches, steals, revoked, threads, polls;
  size_t stack_bytes;
  unsigned procs, idle_procs;
} go_stats;
/** Counters since the start; approximate while goroutines run. */
void go_get_stats(go_stats *s) GO_NOEXCEPT;

/* ---- locks ------------------------------------------------------------------------------- */
/** Inside of the locks below: not for users. */
typedef struct go_queue {
  uint32_t lock, count;
  void *head, *tail;
} go_queue;
/** A lock for mutual exclusion. Must not move while in use. */
typedef struct go_mutex {
  uint32_t state, pad;
  go_queue q;
} go_mutex;
/** Locks; parks the goroutine while another holds it. Waiters over 1 ms get it handed over. */
void go_mutex_lock(go_mutex *) GO_NOEXCEPT;
/** Locks if that is possible at once; 1 on success. */
int go_mutex_trylock(go_mutex *) GO_NOEXCEPT;
/** Unlocks (release). Any goroutine may. Unlocking an unlocked mutex is fatal. */
void go_mutex_unlock(go_mutex *) GO_NOEXCEPT;

/** A lock for one writer or many readers. A writer that waits keeps new readers out. */
typedef struct go_rwmutex {
  go_mutex w;
  go_queue writer, reader;
  int32_t readers, leaving;
} go_rwmutex;
/** Locks for writing (acquire); parks the goroutine while others hold the lock. */
void go_rwmutex_lock(go_rwmutex *) GO_NOEXCEPT;
/** Locks for writing if that is possible at once; 1 on success. */
int go_rwmutex_trylock(go_rwmutex *) GO_NOEXCEPT;
/** Ends writing (release); doesn't block. Fatal when not locked for writing. */
void go_rwmutex_unlock(go_rwmutex *) GO_NOEXCEPT;
/** Locks for reading (acquire); parks the goroutine while a writer has or wants the lock. */
void go_rwmutex_rlock(go_rwmutex *) GO_NOEXCEPT;
/** Locks for reading if that is possible at once; 1 on success. */
int go_rwmutex_tryrlock(go_rwmutex *) GO_NOEXCEPT;
/** Ends reading (release); doesn't block. Fatal when not locked for reading. */
void go_rwmutex_runlock(go_rwmutex *) GO_NOEXCEPT;

/** A counting semaphore, FIFO; q.count is the number of units before first use. */
typedef struct go_sema {
  go_queue q;
} go_sema;
/** Takes one unit, waiting until `deadline` (go_now; INT64_MAX: for ever). 1, or 0 when late. */
int go_sema_acquire(go_sema *, int64_t deadline) GO_NOEXCEPT;
/** Takes one unit if there is one at once (acquire); 1 on success. */
int go_sema_try(go_sema *) GO_NOEXCEPT;
/** Gives n units (release), the first to those who wait longest. Doesn't block. */
void go_sema_release(go_sema *, uint32_t n) GO_NOEXCEPT;

/** A condition variable for go_mutex. */
typedef struct go_cond {
  go_queue q;
} go_cond;
/** Unlocks, waits, locks again. 1 when notified, 0 when the deadline passed. */
int go_cond_wait(go_cond *, go_mutex *, int64_t deadline) GO_NOEXCEPT;
/** Wakes the goroutine that has waited longest, if any. Doesn't block. */
void go_cond_signal(go_cond *) GO_NOEXCEPT;
/** Wakes all that wait. Doesn't block. */
void go_cond_broadcast(go_cond *) GO_NOEXCEPT;

/** A counter of goroutines to wait for. */
typedef struct go_wait_group {
  uint64_t state;
  go_queue q;
} go_wait_group;
/** Adds to the counter; at zero all waiters go on. Fatal when it becomes negative. */
void go_wg_add(go_wait_group *, int n) GO_NOEXCEPT;
/** Parks the goroutine until the counter is 0 (acquires what came before each go_wg_add of less than 0). */
void go_wg_wait(go_wait_group *) GO_NOEXCEPT;

/* ---- channels ---------------------------------------------------------------------------- */
/** A channel. It lives as long as it has references. */
typedef struct go_chan go_chan;
/** How elements are moved; NULL functions mean memcpy and nothing. Must not block or throw. */
typedef struct go_elem_ops {
  size_t size;
  void (*move)(void *to, void *from); /* constructs *to, destroys *from */
  void (*destroy)(void *);
} go_elem_ops;
/** A channel with one reference, for elements of ops->size bytes; cap 0: unbuffered. */
go_chan *go_chan_make(const go_elem_ops *ops, size_t cap) GO_NOEXCEPT;
/** One reference more; NULL is allowed. Doesn't block. */
void go_chan_ref(go_chan *) GO_NOEXCEPT;
/** One reference less; with the last one the channel and what is in it go. */
void go_chan_unref(go_chan *) GO_NOEXCEPT;
/** Results of the calls on channels. */
enum { GO_OK = 1, GO_WOULD_BLOCK = 0, GO_CLOSED = -1 };
/** Moves *elem into the channel. GO_CLOSED leaves *elem alone. A null channel blocks for ever. */
int go_chan_send(go_chan *, void *elem, int block) GO_NOEXCEPT;
/** Receives into raw storage: GO_OK, GO_CLOSED when closed and drained, GO_WOULD_BLOCK. */
int go_chan_recv(go_chan *, void *elem, int block) GO_NOEXCEPT;
/** Closes; GO_CLOSED if it was. Blocked senders fail, receivers drain. */
int go_chan_close(go_chan *) GO_NOEXCEPT;
/** Elements in the buffer at this moment, a relaxed look; 0 for NULL. */
size_t go_chan_len(go_chan *) GO_NOEXCEPT;
/** Size of the buffer; 0 for NULL. */
size_t go_chan_cap(go_chan *) GO_NOEXCEPT;

/** One case of a select. dir: 0 receive, 1 send. result is set for the case taken. */
typedef struct go_case {
  go_chan *c;
  void *elem;
  int dir, result;
  void *priv[8];
} go_case;
/** Waits until one of the cases can go on and does it; fair among those ready. Returns its index,
 *  -1 when `deadline` (go_now) has passed; deadline INT64_MIN: do not block. */
int go_select(go_case *cases, int n, int64_t deadline) GO_NOEXCEPT;

/* ---- timers ------------------------------------------------------------------------------ */
/** A timer; go_timer_free ends it. */
typedef struct go_timer go_timer;
/** Runs fn(arg) in a goroutine of its own at `when` (go_now), then every `period` ns if > 0. */
go_timer *go_timer_start(int64_t when, int64_t period, void (*fn)(void *), void *arg) GO_NOEXCEPT;
/** As above, but fn runs on the scheduler: it must be short, must not block, and must not stop or
 *  reset its own timer. Stop and reset wait until an fn under way is over. */
go_timer *go_timer_start_raw(int64_t when, int64_t period, void (*fn)(void *), void *arg) GO_NOEXCEPT;
/** 1 if this kept the timer from firing. */
int go_timer_stop(go_timer *) GO_NOEXCEPT;
/** Sets it anew, as go_timer_start has it; 1 if it had been armed. Doesn't block, but see above. */
int go_timer_reset(go_timer *, int64_t when, int64_t period) GO_NOEXCEPT;
/** Stops and frees. */
void go_timer_free(go_timer *) GO_NOEXCEPT;

/* ---- goroutine-local storage ------------------------------------------------------------- */
/** A new key; `destroy` runs on non-null values when a goroutine ends. */
unsigned go_local_key(void (*destroy)(void *)) GO_NOEXCEPT;
/** The calling goroutine's value of the key; NULL before the first go_local_set. */
void *go_local_get(unsigned key) GO_NOEXCEPT;
/** Sets it. An old value is not destroyed. Fatal when memory is out. */
void go_local_set(unsigned key, void *value) GO_NOEXCEPT;

/* ---- descriptors and sockets --------------------------------------------------------------
 * Results below 0 are -errno: -ETIMEDOUT after a deadline, -EBADF after close. */
typedef struct go_fd go_fd;
/** Takes over a descriptor (pipe, socket, eventfd, file), which becomes non-blocking. */
go_fd *go_fd_wrap(int fd, int *err) GO_NOEXCEPT;
/** Reads what is there, waiting for the first byte; 0 at the end of the stream. */
long go_fd_read(go_fd *, void *, size_t) GO_NOEXCEPT;
/** Writes all of it. Never raises SIGPIPE on sockets. */
long go_fd_write(go_fd *, const void *, size_t) GO_NOEXCEPT;
/** Deadlines (go_now, INT64_MAX: none); which: 1 read, 2 write, 3 both. Those in the past end a
 *  wait that goes on. */
int go_fd_set_deadline(go_fd *, int which, int64_t t) GO_NOEXCEPT;
/** Waits until readable (1) or writable (2). */
int go_fd_wait(go_fd *, int which) GO_NOEXCEPT;
/** Closes; calls that wait return -EBADF. The handle dies with the last reference. */
int go_fd_close(go_fd *) GO_NOEXCEPT;
/** Closes if that wasn't done, and gives up the handle. */
void go_fd_free(go_fd *) GO_NOEXCEPT;
/** The system's number of it. */
int go_fd_number(go_fd *) GO_NOEXCEPT;
/** As shutdown(2): 0 no more reads, 1 no more writes, 2 both. 0, or -errno. */
int go_fd_shutdown(go_fd *, int how) GO_NOEXCEPT;
/** network: tcp, tcp4, tcp6, udp, udp4, udp6, unix, unixgram; address: host:port or a path. */
go_fd *go_net_listen(const char *network, const char *address, int *err) GO_NOEXCEPT;
/** Connects; parks the goroutine until connected, refused or late. NULL with *err = -errno. */
go_fd *go_net_dial(const char *network, const char *address, int64_t deadline, int *err) GO_NOEXCEPT;
/** Parks until there is a connection. NULL with *err = -errno. */
go_fd *go_net_accept(go_fd *, int *err) GO_NOEXCEPT;
/** Text of the local (peer 0) or remote address. */
int go_net_address(go_fd *, int peer, char *buf, size_t n) GO_NOEXCEPT;
/** Parks until there is a datagram; its size, cut to the buffer's, and the text of its sender. */
long go_net_recv_from(go_fd *, void *, size_t, char *from, size_t from_size) GO_NOEXCEPT;
/** Sends a datagram to an address as go_net_dial has it; parks while the socket is full. */
long go_net_send_to(go_fd *, const void *, size_t, const char *to) GO_NOEXCEPT;
/** Looks a host name up without blocking a processor: text addresses, one a line. */
int go_net_lookup(const char *host, char *buf, size_t n) GO_NOEXCEPT;

/* ---- for the C++ header ------------------------------------------------------------------ */
/** A goroutine to be filled in: returns its 64-byte closure buffer; then go_rt_launch. */
void *go_rt_prepare(void **g, size_t stack, const char *name) GO_NOEXCEPT;
/** Makes the goroutine run fn(closure buffer). */
void go_rt_launch(void *g, void (*fn)(void *)) GO_NOEXCEPT;

#ifdef __cplusplus
}
#endif
#endif
