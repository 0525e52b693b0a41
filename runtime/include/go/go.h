/* go.h - the goroutine runtime's C interface.
 *
 * All calls may be made from goroutines, from main, and from threads that the runtime did not
 * make; a call that parks the goroutine then blocks that thread. Nothing here sets errno. Zero-initialised
 * go_mutex, go_rwmutex, go_cond, go_sema and go_wait_group are ready for use.
 *
 * What a comment does not say is so: the function does not park, cannot fail, and orders no memory. A
 * function that is fatal in some case ends the process with code 2 and a message. "Release" and "acquire" are
 * those of C11: what came before the release is seen by who made the acquire that it lets go on. After a call
 * that parks, or yields, a goroutine may be on another thread. Signal handlers must not call anything here.
 */
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

/** Starts fn(arg) in a new goroutine. Does not block, but may yield when the queue is full. Release: fn sees
 * what came before. It begins with the default floating-point environment. Fatal when there is no memory for
 * a goroutine. */
void go_spawn(void (*fn)(void *), void *arg) GO_NOEXCEPT;
/** As go_spawn, with a stack of at least `stack` bytes (0: default, 64 KiB; at most 64 MiB, more is cut to
 * that) and a name or NULL; the name's text must stay. */
void go_spawn_opts(void (*fn)(void *), void *arg, size_t stack, const char *name) GO_NOEXCEPT;
/** Lets other runnable goroutines go first; returns at once when there are none. */
void go_yield(void) GO_NOEXCEPT;
/** Parks the goroutine for at least `ns` nanoseconds of CLOCK_MONOTONIC; 0 and less: as go_yield. */
void go_sleep(int64_t ns) GO_NOEXCEPT;
/** The monotonic clock in nanoseconds; the virtual one in deterministic mode. */
int64_t go_now(void) GO_NOEXCEPT;
/** Number of the calling goroutine; main has 1, if it made the program's first call. Never reused. */
uint64_t go_id(void) GO_NOEXCEPT;
/** Number of goroutines that exist, main included; approximate while others start and end. */
size_t go_num(void) GO_NOEXCEPT;
/** Sets the number of processors that run goroutines (0: only ask; at most 1024); returns the old one. May
 * yield when the caller's own processor goes. At first it is $GOMAXPROCS, else what affinity and control
 * groups allow. */
unsigned go_set_procs(unsigned n) GO_NOEXCEPT;
/** Wires the goroutine to its thread until as many unlocks have been made, or it ends. No other runs there.
 * Without effect in threads that the runtime didn't make. */
void go_lock_os_thread(void) GO_NOEXCEPT;
/** Takes back one go_lock_os_thread; without effect when there is none. */
void go_unlock_os_thread(void) GO_NOEXCEPT;
/** Brackets a blocking system or library call: another thread takes over the processor. A call of the
 *  runtime before go_exit_blocking takes one again. */
void go_enter_blocking(void) GO_NOEXCEPT;
/** The other bracket; parks the goroutine until a processor is free, if it was taken. */
void go_exit_blocking(void) GO_NOEXCEPT;
/** Writes the stacks of all goroutines (`all` != 0) or of the caller to a descriptor; errors of the writing
 * are ignored. With `all`, others stop meanwhile; without unwinder in the program there are no frames. */
void go_traceback(int fd, int all) GO_NOEXCEPT;
/** Names the calling goroutine in tracebacks; the string must stay. NULL: no name. */
void go_set_name(const char *name) GO_NOEXCEPT;
/** Deterministic test mode: one processor, seeded scheduling, virtual clock that jumps when
 *  nothing can run. A goroutine that computes or blocks outside of the runtime keeps the
 *  processor until its next call. To be called by main before it spawns; threads that the runtime did not
 * make must not take part. seed 0 ends the mode. */
void go_test_mode(uint64_t seed) GO_NOEXCEPT;
/** fn is called with the text before the process ends because of an uncaught exception or go_panic, in the
 * goroutine that ends it; it must not park. NULL: none. */
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
/** A lock for mutual exclusion, not recursive. Must not move while in use. */
typedef struct go_mutex {
  uint32_t state, pad;
  go_queue q;
} go_mutex;
/** Locks (acquire); parks the goroutine while another holds it. Waiters over 1 ms get it handed over. */
void go_mutex_lock(go_mutex *) GO_NOEXCEPT;
/** Locks if that is possible at once (acquire); 1 on success. */
int go_mutex_trylock(go_mutex *) GO_NOEXCEPT;
/** Unlocks (release). Any goroutine may. Does not block, but who has used up its time lets others run here.
 * Unlocking an unlocked mutex is fatal. */
void go_mutex_unlock(go_mutex *) GO_NOEXCEPT;

/** A lock for one writer or many readers. A writer that waits keeps new readers out. */
typedef struct go_rwmutex {
  go_mutex w;
  go_queue writer, reader;
  int32_t readers, leaving;
} go_rwmutex;
/** Locks for writing (acquire); parks the goroutine while others hold the lock. */
void go_rwmutex_lock(go_rwmutex *) GO_NOEXCEPT;
/** Locks for writing if that is possible at once (acquire); 1 on success. */
int go_rwmutex_trylock(go_rwmutex *) GO_NOEXCEPT;
/** Ends writing (release); any goroutine may. Fatal when not locked for writing. */
void go_rwmutex_unlock(go_rwmutex *) GO_NOEXCEPT;
/** Locks for reading (acquire); parks the goroutine while a writer has or wants the lock. */
void go_rwmutex_rlock(go_rwmutex *) GO_NOEXCEPT;
/** Locks for reading if that is possible at once (acquire); 1 on success. */
int go_rwmutex_tryrlock(go_rwmutex *) GO_NOEXCEPT;
/** Ends reading (release); any goroutine may. Fatal when not locked for reading. */
void go_rwmutex_runlock(go_rwmutex *) GO_NOEXCEPT;

/** A counting semaphore, FIFO; q.count is the number of units before first use. Must not move while in use.
 */
typedef struct go_sema {
  go_queue q;
} go_sema;
/** Takes one unit (acquire); parks the goroutine until there is one, until `deadline` (go_now; INT64_MAX: for
 * ever) at the latest. 1, or 0 when late. */
int go_sema_acquire(go_sema *, int64_t deadline) GO_NOEXCEPT;
/** Takes one unit if there is one at once (acquire); 1 on success. */
int go_sema_try(go_sema *) GO_NOEXCEPT;
/** Gives n units (release), the first to those who wait longest. Their number is not checked for overflow. */
void go_sema_release(go_sema *, uint32_t n) GO_NOEXCEPT;

/** A condition variable for go_mutex. Must not move while in use. */
typedef struct go_cond {
  go_queue q;
} go_cond;
/** Unlocks the mutex, parks the goroutine until notified, or until `deadline` (go_now; INT64_MAX: none), and
 * locks the mutex again. 1 when notified, 0 when the deadline passed; never for no reason. Orders as the
 * unlock and the lock do. */
int go_cond_wait(go_cond *, go_mutex *, int64_t deadline) GO_NOEXCEPT;
/** Wakes the goroutine that has waited longest, if any. With or without the mutex locked. */
void go_cond_signal(go_cond *) GO_NOEXCEPT;
/** Wakes all that wait. With or without the mutex locked. */
void go_cond_broadcast(go_cond *) GO_NOEXCEPT;

/** A counter of goroutines to wait for. May be destroyed as soon as go_wg_wait has returned. */
typedef struct go_wait_group {
  uint64_t state;
  go_queue q;
} go_wait_group;
/** Adds n, of either sign, to the counter (release); at zero all waiters go on. Fatal when it becomes
 * negative. */
void go_wg_add(go_wait_group *, int n) GO_NOEXCEPT;
/** Parks the goroutine until the counter is 0 (acquires what came before each go_wg_add of less than 0). */
void go_wg_wait(go_wait_group *) GO_NOEXCEPT;

/* ---- channels ---------------------------------------------------------------------------- */
/** A channel. It lives as long as it has references. */
typedef struct go_chan go_chan;
/** How elements are moved; NULL functions mean memcpy and nothing. Must not park or throw: a lock is held.
 * Elements are aligned to the largest power of two that divides their size, at most to 4096. */
typedef struct go_elem_ops {
  size_t size;
  void (*move)(void *to, void *from); /* constructs *to, destroys *from */
  void (*destroy)(void *);
} go_elem_ops;
/** A channel with one reference, for elements of ops->size bytes (*ops is copied); cap 0: unbuffered. Fatal
 * when there is no memory for it. */
go_chan *go_chan_make(const go_elem_ops *ops, size_t cap) GO_NOEXCEPT;
/** One reference more; NULL is allowed. */
void go_chan_ref(go_chan *) GO_NOEXCEPT;
/** One reference less (release, and acquire for the last one); with that the channel and what is in it go.
 * NULL is allowed. */
void go_chan_unref(go_chan *) GO_NOEXCEPT;
/** Results of the calls on channels. */
enum { GO_OK = 1, GO_WOULD_BLOCK = 0, GO_CLOSED = -1 };
/** Moves *elem into the channel (release). With `block`, parks the goroutine until a receiver or the buffer
 * takes it; without, GO_WOULD_BLOCK when that isn't possible at once. GO_CLOSED when the channel is, or
 * becomes, closed; *elem is touched only with GO_OK. A null channel blocks for ever. */
int go_chan_send(go_chan *, void *elem, int block) GO_NOEXCEPT;
/** Receives into raw storage (acquire), parking the goroutine with `block` until there is something: GO_OK,
 * GO_CLOSED when closed and drained, GO_WOULD_BLOCK. A null channel blocks for ever. From a channel with a
 * buffer of n, a receive is also a release for the n-th send after the one that it takes. */
int go_chan_recv(go_chan *, void *elem, int block) GO_NOEXCEPT;
/** Closes (release, for receives that give GO_CLOSED); GO_CLOSED if it was. Blocked senders fail, receivers
 * drain. Fatal for NULL. */
int go_chan_close(go_chan *) GO_NOEXCEPT;
/** Elements in the buffer at this moment, a relaxed look; 0 for NULL. */
size_t go_chan_len(go_chan *) GO_NOEXCEPT;
/** Size of the buffer; 0 for NULL. */
size_t go_chan_cap(go_chan *) GO_NOEXCEPT;

/** One case of a select. dir: 0 receive, 1 send; a null channel is never ready. result is set for the case
 * taken: GO_OK, GO_CLOSED. priv is the runtime's. */
typedef struct go_case {
  go_chan *c;
  void *elem;
  int dir, result;
  void *priv[8];
} go_case;
/** Parks the goroutine until one of the cases can go on and does it (orders as that send or receive); fair
 * among those ready. Returns its index, -1 when `deadline` (go_now; INT64_MAX: none) has passed; INT64_MIN:
 * does not park. The channels must have references of others meanwhile. Fatal with more than 65,536 cases. */
int go_select(go_case *cases, int n, int64_t deadline) GO_NOEXCEPT;

/* ---- timers ------------------------------------------------------------------------------ */
/** A timer; go_timer_free ends it. Any goroutine may stop and reset it, several at once, too. */
typedef struct go_timer go_timer;
/** Runs fn(arg) in a goroutine of its own at `when` (go_now; the past: at once), then every `period` ns if >
 * 0 (release: fn sees what came before). Fatal when there is no memory. */
go_timer *go_timer_start(int64_t when, int64_t period, void (*fn)(void *), void *arg) GO_NOEXCEPT;
/** As above, but fn runs on the scheduler: it must be short, must not block, and must not stop or
 *  reset its own timer. Stop and reset wait until an fn under way is over. */
go_timer *go_timer_start_raw(int64_t when, int64_t period, void (*fn)(void *), void *arg) GO_NOEXCEPT;
/** 1 if this kept the timer from firing. Does not wait for an fn under way, except as go_timer_start_raw has
 * it. */
int go_timer_stop(go_timer *) GO_NOEXCEPT;
/** Sets it anew, as go_timer_start has it; 1 if it had been armed. Waits as go_timer_stop does. */
int go_timer_reset(go_timer *, int64_t when, int64_t period) GO_NOEXCEPT;
/** Stops and frees. Waits as go_timer_stop does. Nobody may use it any more. */
void go_timer_free(go_timer *) GO_NOEXCEPT;

/* ---- goroutine-local storage ------------------------------------------------------------- */
/** A new key, never given back; `destroy` (or NULL) runs on non-null values when a goroutine, or a thread
 * that the runtime didn't make, ends, there, and may park. Values that it sets get three rounds more. Fatal
 * at the 1024th key. */
unsigned go_local_key(void (*destroy)(void *)) GO_NOEXCEPT;
/** The calling goroutine's value of the key; NULL before the first go_local_set. */
void *go_local_get(unsigned key) GO_NOEXCEPT;
/** Sets it. An old value is not destroyed. Fatal when memory is out. */
void go_local_set(unsigned key, void *value) GO_NOEXCEPT;

/* ---- descriptors and sockets --------------------------------------------------------------
 * Results below 0 are -errno: -ETIMEDOUT after a deadline, -EBADF after close. A call that parks is ended by
 * both. Any number of goroutines may use a handle at once; their reads, and their writes, go on in no
 * particular order. */
typedef struct go_fd go_fd;
/** Takes over a descriptor (pipe, socket, eventfd, file), which becomes non-blocking. NULL with *err =
 * -errno, and the descriptor stays the caller's. Of a file, the calls are blocking sections
 * (go_enter_blocking). */
go_fd *go_fd_wrap(int fd, int *err) GO_NOEXCEPT;
/** Reads what is there; parks the goroutine until there is at least a byte. 0 at the end of the stream, and
 * for n = 0; -errno. */
long go_fd_read(go_fd *, void *, size_t) GO_NOEXCEPT;
/** Writes all of it; parks the goroutine while there is no room. Never raises SIGPIPE. n; or -errno, after a
 * part may have been written. */
long go_fd_write(go_fd *, const void *, size_t) GO_NOEXCEPT;
/** Deadlines (go_now, INT64_MAX: none); which: 1 read and accept, 2 write, 3 both. They hold until set anew;
 * those in the past end a wait that goes on. 0; -EBADF when closed. */
int go_fd_set_deadline(go_fd *, int which, int64_t t) GO_NOEXCEPT;
/** Parks the goroutine until it is readable (1) or writable (2), or has failed. 0; -errno. */
int go_fd_wait(go_fd *, int which) GO_NOEXCEPT;
/** Closes; calls that wait return -EBADF, and the number goes back to the system when the last of them has
 * left. The handle stays, for go_fd_free. 0; -EBADF when it was closed. */
int go_fd_close(go_fd *) GO_NOEXCEPT;
/** Closes if that wasn't done, and gives up the handle: only calls under way may still use it. */
void go_fd_free(go_fd *) GO_NOEXCEPT;
/** The system's number of it; -1 once it has been given back. */
int go_fd_number(go_fd *) GO_NOEXCEPT;
/** As shutdown(2): 0 no more reads, 1 no more writes, 2 both. 0, or -errno. */
int go_fd_shutdown(go_fd *, int how) GO_NOEXCEPT;
/** A bound socket, and a listening one unless it is for datagrams. network: tcp, tcp4, tcp6, udp, udp4, udp6,
 * unix, unixgram; address: host:port (no host: all addresses; port 0: any), [IPv6]:port, a path or @name. A
 * host name parks as go_net_lookup does. NULL with *err = -errno. */
go_fd *go_net_listen(const char *network, const char *address, int *err) GO_NOEXCEPT;
/** Connects; parks the goroutine until connected, refused or late (deadline: go_now, INT64_MAX: none; it does
 * not hold for the look-up of a name). The addresses of a name are tried in turn. NULL with *err = -errno,
 * that of the first. */
go_fd *go_net_dial(const char *network, const char *address, int64_t deadline, int *err) GO_NOEXCEPT;
/** Parks until there is a connection. NULL with *err = -errno; after -EMFILE those that wait can still be
 * accepted. */
go_fd *go_net_accept(go_fd *, int *err) GO_NOEXCEPT;
/** Text of the local (peer 0) or remote address, cut to the buffer. 0, or -errno. */
int go_net_address(go_fd *, int peer, char *buf, size_t n) GO_NOEXCEPT;
/** Parks until there is a datagram; its size, cut to the buffer's, and the text of its sender. -errno. */
long go_net_recv_from(go_fd *, void *, size_t, char *from, size_t from_size) GO_NOEXCEPT;
/** Sends a datagram to an address as go_net_dial has it; parks while the socket is full. n, or -errno. */
long go_net_send_to(go_fd *, const void *, size_t, const char *to) GO_NOEXCEPT;
/** Looks a host name up, parking the goroutine: text addresses, one a line, as many as fit. In dynamic
 * programs by getaddrinfo on a thread, in static ones by /etc/hosts and the servers of /etc/resolv.conf. 0;
 * -ENOENT: no such name or no address; -EAGAIN: for now; -ETIMEDOUT, -ECONNREFUSED: no server answered. */
int go_net_lookup(const char *host, char *buf, size_t n) GO_NOEXCEPT;

/* ---- for the C++ header ------------------------------------------------------------------ */
/** A goroutine to be filled in: returns its 64-byte closure buffer, aligned to 16; then go_rt_launch. Fatal
 * as go_spawn. */
void *go_rt_prepare(void **g, size_t stack, const char *name) GO_NOEXCEPT;
/** Makes the goroutine run fn(closure buffer), as go_spawn does. */
void go_rt_launch(void *g, void (*fn)(void *)) GO_NOEXCEPT;

#ifdef __cplusplus
}
#endif
#endif
