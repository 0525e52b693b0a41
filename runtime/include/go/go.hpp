// go.hpp - goroutines for C++20: spawn, channels, select, locks, timers, context, network.
//
// Blocking calls park the goroutine, not the thread; called from a thread that the runtime did not
// make they block that thread. What happens before a send, an unlock, a done() or a close is
// visible after the receive, lock, wait() or receive-of-closed that it lets go on.
//
// What a comment does not say is so: the function does not block, throws nothing (but std::bad_alloc, and
// what the types and functions of its arguments throw), and orders no memory. Misuse that is called fatal
// ends the process with code 2 and a message. Copies of handles (chan, handle, context, descriptor) may be
// used by several goroutines at once, one and the same object only as any other of the standard library.
#pragma once
#include "go.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <limits>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <shared_mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace go {

/// Thrown by a send on a closed channel, also by one that waits when it is closed, and by closing a closed
/// one.
struct closed_error : std::logic_error {
  closed_error() : std::logic_error("channel is closed") {}
};

namespace detail {

[[noreturn]] inline void uncaught() noexcept {
  try {
    throw;
  } catch (const std::exception &e) {
    go_panic(e.what());
  } catch (...) {
    go_panic("exception of unknown type");
  }
}

template <typename F> void run(F &f) noexcept {
  try {
    f();
  } catch (...) {
    uncaught();
  }
}

template <typename F> void enter_inline(void *p) {
  F *in = static_cast<F *>(p);
  F f(std::move(*in));
  in->~F();
  run(f);
}
template <typename F> void enter_boxed(void *p) {
  std::unique_ptr<F> f(*static_cast<F **>(p));
  run(*f);
}

template <typename F> void start(F &&f, std::size_t stack = 0) {
  using T = std::decay_t<F>;
  void *g;
  if constexpr (sizeof(T) <= 64 && alignof(T) <= 16 && std::is_nothrow_constructible_v<T, F &&> &&
                std::is_nothrow_move_constructible_v<T>) {
    new (go_rt_prepare(&g, stack, nullptr)) T(std::forward<F>(f));
    go_rt_launch(g, &enter_inline<T>);
  } else {
    T *box = new T(std::forward<F>(f));
    *static_cast<T **>(go_rt_prepare(&g, stack, nullptr)) = box;
    go_rt_launch(g, &enter_boxed<T>);
  }
}

// In nanoseconds; what is too long for them is the longest time that they can express.
template <typename R, typename Q> constexpr std::int64_t nanos(const std::chrono::duration<R, Q> &d) {
  using ns = std::chrono::nanoseconds;
  if constexpr (std::ratio_greater_v<Q, std::nano> || std::is_floating_point_v<R>) {
    using wide = std::chrono::duration<std::conditional_t<std::is_floating_point_v<R>, R, std::int64_t>, Q>;
    constexpr wide most = std::chrono::duration_cast<wide>(ns::max() / 2) * 2;
    if (!(d < most))
      return INT64_MAX;
    if (d < -most)
      return INT64_MIN;
  }
  return std::chrono::duration_cast<ns>(d).count();
}
// The moment d from now on the runtime's clock.
template <typename R, typename Q> std::int64_t after(const std::chrono::duration<R, Q> &d) {
  std::int64_t ns = nanos(d), t = go_now();
  return ns > INT64_MAX - 1 - t ? INT64_MAX - 1 : t + (ns < 0 ? 0 : ns);
}
// A point of some clock on the runtime's; steady_clock counts as that itself.
template <typename Clock, typename D> std::int64_t deadline(const std::chrono::time_point<Clock, D> &t) {
  if (t == std::chrono::time_point<Clock, D>::max())
    return INT64_MAX;
  if constexpr (std::is_same_v<Clock, std::chrono::steady_clock>) {
    std::int64_t ns = nanos(t.time_since_epoch());
    return ns < 0 ? 0 : ns;
  } else {
    auto at = Clock::now();
    return t <= at ? go_now() : after(t - at);
  }
}

template <typename T> const go_elem_ops *ops() {
  if constexpr (std::is_trivially_copyable_v<T>) {
    static constexpr go_elem_ops o{sizeof(T), nullptr, nullptr};
    return &o;
  } else {
    static constexpr go_elem_ops o{sizeof(T),
                                   [](void *to, void *from) {
                                     T *x = static_cast<T *>(from);
                                     new (to) T(std::move(*x));
                                     x->~T();
                                   },
                                   [](void *p) { static_cast<T *>(p)->~T(); }};
    return &o;
  }
}

template <typename T> struct slot {
  alignas(T) unsigned char raw[sizeof(T)];
  T *get() { return std::launder(reinterpret_cast<T *>(raw)); }
};

// A value that the runtime may move away.
template <typename T> struct held {
  slot<T> s;
  bool has = true;
  template <typename V> explicit held(V &&v) { new (s.raw) T(std::forward<V>(v)); }
  held(held &&o) noexcept : has(o.has) {
    if (has)
      new (s.raw) T(std::move(*o.s.get()));
  }
  held &operator=(held &&) = delete;
  ~held() {
    if (has)
      s.get()->~T();
  }
};

} // namespace detail

// ---- goroutines --------------------------------------------------------------------------------

/// Runs f() in a new goroutine (release: f sees what came before). Does not block, but may yield when the
/// queue is full. The goroutine begins with the default floating-point environment, and keeps its own. An
/// exception that leaves f ends the process with code 2, saying which goroutine it was and
/// where it was spawned.
template <typename F> void go(F &&f) {
  detail::start(std::forward<F>(f));
}
/// As go(f), on a stack of at least `stack` bytes (0: the default, 64 KiB; at most 64 MiB, more is cut to
/// that).
template <typename F> void go(std::size_t stack, F &&f) {
  detail::start(std::forward<F>(f), stack);
}
/// Lets other runnable goroutines go first; returns at once when there are none.
inline void yield() {
  go_yield();
}
/// Parks the goroutine for at least d; not positive: as yield.
template <typename R, typename Q> void sleep_for(const std::chrono::duration<R, Q> &d) {
  go_sleep(detail::nanos(d));
}
/// Parks the goroutine until t, a point of any clock.
template <typename C, typename D> void sleep_until(const std::chrono::time_point<C, D> &t) {
  go_sleep(detail::deadline(t) - go_now());
}
/// Number of the calling goroutine; never reused.
inline std::uint64_t id() {
  return go_id();
}
/// Number of goroutines that exist, main included; approximate while others start and end.
inline std::size_t goroutine_count() {
  return go_num();
}
/// Sets the number of processors that run goroutines (at most 1024; 0: only asks); returns the old number.
/// May yield.
inline unsigned set_max_procs(unsigned n) {
  return go_set_procs(n);
}
/// The number of processors that run goroutines: at first $GOMAXPROCS, else what affinity and control groups
/// allow.
inline unsigned max_procs() {
  return go_set_procs(0);
}
/// Wires the goroutine to its thread, on which no other runs, until unlock_os_thread or its end; nests.
inline void lock_os_thread() {
  go_lock_os_thread();
}
/// Takes back one lock_os_thread; without effect when there is none.
inline void unlock_os_thread() {
  go_unlock_os_thread();
}
/// Runs a blocking call, f(), while another thread takes over the processor; then parks the goroutine until
/// one is free. Gives f's result, throws what f throws. A call of the runtime in f takes a processor again.
template <typename F> decltype(auto) blocking(F &&f) {
  struct section {
    section() { go_enter_blocking(); }
    ~section() { go_exit_blocking(); }
  } s;
  return std::forward<F>(f)();
}
/// Writes the stacks of all goroutines to a descriptor; they stop meanwhile. Errors of the writing are
/// ignored.
inline void traceback(int fd = 2) {
  go_traceback(fd, 1);
}
/// What stats() tells: counters of goroutines, switches, steals, threads, memory.
using stats_t = go_stats;
/// Counters of the runtime since its start; approximate while goroutines run.
inline stats_t stats() {
  go_stats s;
  go_get_stats(&s);
  return s;
}
/// The runtime's monotonic clock: virtual in deterministic mode.
inline std::chrono::steady_clock::time_point now() {
  return std::chrono::steady_clock::time_point(std::chrono::nanoseconds(go_now()));
}

// ---- locks -------------------------------------------------------------------------------------

/// A mutual-exclusion lock (Lockable), not recursive. Waiters of more than 1 ms get it handed over.
class mutex {
public:
  mutex() = default;
  mutex(const mutex &) = delete;
  mutex &operator=(const mutex &) = delete;
  /// Acquire. Parks the goroutine while another holds the lock.
  void lock() { go_mutex_lock(&m_); }
  /// Locks if that is possible at once (acquire); does not block.
  bool try_lock() { return go_mutex_trylock(&m_); }
  /// Release; does not block. Any goroutine may. Fatal when it is not locked.
  void unlock() { go_mutex_unlock(&m_); }
  /// For the functions of go.h.
  go_mutex *native_handle() { return &m_; }

private:
  go_mutex m_{};
};

/// A readers-writer lock (SharedLockable); a waiting writer keeps new readers out.
class shared_mutex {
public:
  shared_mutex() = default;
  shared_mutex(const shared_mutex &) = delete;
  shared_mutex &operator=(const shared_mutex &) = delete;
  /// For writing (acquire). Parks the goroutine while others hold the lock.
  void lock() { go_rwmutex_lock(&m_); }
  /// For writing, if that is possible at once (acquire); does not block.
  bool try_lock() { return go_rwmutex_trylock(&m_); }
  /// Ends writing (release); does not block. Any goroutine may. Fatal when it is not locked for writing.
  void unlock() { go_rwmutex_unlock(&m_); }
  /// For reading (acquire). Parks the goroutine while a writer has or wants the lock.
  void lock_shared() { go_rwmutex_rlock(&m_); }
  /// For reading, if that is possible at once (acquire); does not block.
  bool try_lock_shared() { return go_rwmutex_tryrlock(&m_); }
  /// Ends reading (release); does not block. Any goroutine may. Fatal when it is not locked for reading.
  void unlock_shared() { go_rwmutex_runlock(&m_); }

private:
  go_rwmutex m_{};
};

/// Why a wait with a limit ended.
enum class cv_status { no_timeout, timeout };

/// A condition variable for go::mutex. Waiting orders as the unlock and the lock that are part of it.
class condition_variable {
public:
  condition_variable() = default;
  condition_variable(const condition_variable &) = delete;
  condition_variable &operator=(const condition_variable &) = delete;
  /// Wakes the goroutine that has waited longest, if any; does not block.
  void notify_one() { go_cond_signal(&c_); }
  /// Wakes all that wait; does not block.
  void notify_all() { go_cond_broadcast(&c_); }
  /// Unlocks, parks until notified, locks again. No wake-ups without a notification.
  void wait(std::unique_lock<mutex> &l) { until(l, INT64_MAX); }
  /// Parks until p() holds; p runs with the lock held.
  template <typename Pred> void wait(std::unique_lock<mutex> &l, Pred p) {
    while (!p())
      wait(l);
  }
  /// As wait, for at most d; timeout when it was not notified.
  template <typename R, typename Q>
  cv_status wait_for(std::unique_lock<mutex> &l, const std::chrono::duration<R, Q> &d) {
    return until(l, detail::after(d)) ? cv_status::no_timeout : cv_status::timeout;
  }
  /// Parks until p() holds, for at most d; what p() says at the end.
  template <typename R, typename Q, typename Pred>
  bool wait_for(std::unique_lock<mutex> &l, const std::chrono::duration<R, Q> &d, Pred p) {
    std::int64_t t = detail::after(d);
    while (!p())
      if (!until(l, t))
        return p();
    return true;
  }
  /// As wait, until t at the latest; timeout when it was not notified.
  template <typename C, typename D>
  cv_status wait_until(std::unique_lock<mutex> &l, const std::chrono::time_point<C, D> &t) {
    return until(l, detail::deadline(t)) ? cv_status::no_timeout : cv_status::timeout;
  }
  /// Parks until p() holds, until t at the latest; what p() says at the end.
  template <typename C, typename D, typename Pred>
  bool wait_until(std::unique_lock<mutex> &l, const std::chrono::time_point<C, D> &t, Pred p) {
    std::int64_t d = detail::deadline(t);
    while (!p())
      if (!until(l, d))
        return p();
    return true;
  }

private:
  bool until(std::unique_lock<mutex> &l, std::int64_t t) {
    return go_cond_wait(&c_, l.mutex()->native_handle(), t);
  }
  go_cond c_{};
};

/// A counting semaphore, FIFO.
template <std::ptrdiff_t Max = std::numeric_limits<std::int32_t>::max()> class counting_semaphore {
public:
  /// Starts with n units; below 0 or above max() is misuse.
  explicit counting_semaphore(std::ptrdiff_t n) { s_.q.count = std::uint32_t(n); }
  counting_semaphore(const counting_semaphore &) = delete;
  counting_semaphore &operator=(const counting_semaphore &) = delete;
  /// The largest number of units.
  static constexpr std::ptrdiff_t max() noexcept { return Max; }
  /// Gives n units (release), the first to those who wait longest; does not block.
  void release(std::ptrdiff_t n = 1) { go_sema_release(&s_, std::uint32_t(n)); }
  /// Takes a unit (acquire); parks the goroutine until there is one.
  void acquire() { go_sema_acquire(&s_, INT64_MAX); }
  /// Takes a unit if there is one at once (acquire); does not block.
  bool try_acquire() { return go_sema_try(&s_); }
  /// Takes a unit (acquire), parking the goroutine for at most d; true on success.
  template <typename R, typename Q> bool try_acquire_for(const std::chrono::duration<R, Q> &d) {
    return go_sema_acquire(&s_, detail::after(d));
  }
  /// Takes a unit (acquire), parking the goroutine until t at the latest; true on success.
  template <typename C, typename D> bool try_acquire_until(const std::chrono::time_point<C, D> &t) {
    return go_sema_acquire(&s_, detail::deadline(t));
  }

private:
  go_sema s_{};
};
/// A semaphore of one unit.
using binary_semaphore = counting_semaphore<1>;

/// Waits for a set of goroutines: add before they start, done in each, wait for all. May be destroyed as soon
/// as wait has returned.
class wait_group {
public:
  wait_group() = default;
  wait_group(const wait_group &) = delete;
  wait_group &operator=(const wait_group &) = delete;
  /// Adds n to the counter; before the goroutines start. Fatal if it gets below 0.
  void add(int n = 1) { go_wg_add(&w_, n); }
  /// One goroutine less (release); at 0 those who wait go on. Does not block.
  void done() { go_wg_add(&w_, -1); }
  /// Parks the goroutine until the counter is 0 (acquire).
  void wait() { go_wg_wait(&w_); }
  /// add(1), then f() and done() in a new goroutine; as go::go otherwise.
  template <typename F> void go(F &&f) {
    add(1);
    detail::start([this, f = std::decay_t<F>(std::forward<F>(f))]() mutable {
      f();
      done();
    });
  }

private:
  go_wait_group w_{};
};

/// Runs a function once; the others wait. An exception leaves it to the next caller. What the function did is
/// visible after each call.
class once_flag {
public:
  once_flag() = default;
  once_flag(const once_flag &) = delete;
  once_flag &operator=(const once_flag &) = delete;
  /// f(a...), unless it has been called before; parks while another goroutine is at it (acquire). Throws what
  /// f throws.
  template <typename F, typename... A> void call(F &&f, A &&...a) {
    if (done_.load(std::memory_order_acquire))
      return;
    std::lock_guard l(m_);
    if (done_.load(std::memory_order_relaxed))
      return;
    std::invoke(std::forward<F>(f), std::forward<A>(a)...);
    done_.store(true, std::memory_order_release);
  }

private:
  std::atomic<bool> done_{false};
  mutex m_;
};
/// o.call(f, a...), as std::call_once.
template <typename F, typename... A> void call_once(once_flag &o, F &&f, A &&...a) {
  o.call(std::forward<F>(f), std::forward<A>(a)...);
}

// ---- spawn and join ----------------------------------------------------------------------------

namespace detail {
template <typename R> struct join_state {
  std::conditional_t<std::is_void_v<R>, std::optional<std::monostate>, std::optional<R>> value;
  std::exception_ptr error;
  wait_group over;
};
} // namespace detail

/// The result of spawn: join() gives the value or rethrows what the goroutine threw.
template <typename R> class handle {
public:
  handle() = default;
  explicit handle(std::shared_ptr<detail::join_state<R>> s) : s_(std::move(s)) {}
  /// Whether join() may be called.
  bool joinable() const { return bool(s_); }
  /// Lets the goroutine run on unobserved: what it throws is lost.
  void detach() { s_.reset(); }
  /// Parks the goroutine until the other has ended (acquire), and gives its value or throws what it threw;
  /// may be called once, else std::system_error (invalid_argument).
  R join() {
    auto s = std::move(s_);
    if (!s)
      throw std::system_error(std::make_error_code(std::errc::invalid_argument), "join");
    s->over.wait();
    if (s->error)
      std::rethrow_exception(std::move(s->error)); // the other goroutine may hold the state for longer
    if constexpr (!std::is_void_v<R>)
      return std::move(*s->value);
  }

private:
  std::shared_ptr<detail::join_state<R>> s_;
};

/// Runs f(args...), both copied or moved there, in a new goroutine (release); see handle for what becomes of
/// the result.
template <typename F, typename... A> auto spawn(F &&f, A &&...a) {
  using R = std::invoke_result_t<std::decay_t<F>, std::decay_t<A>...>;
  auto s = std::make_shared<detail::join_state<R>>();
  s->over.add(1);
  detail::start([s, f = std::decay_t<F>(std::forward<F>(f)),
                 t = std::tuple<std::decay_t<A>...>(std::forward<A>(a)...)]() mutable {
    try {
      if constexpr (std::is_void_v<R>)
        std::apply(std::move(f), std::move(t));
      else
        s->value.emplace(std::apply(std::move(f), std::move(t)));
    } catch (...) {
      s->error = std::current_exception();
    }
    s->over.done();
  });
  return handle<R>(std::move(s));
}

// ---- channels ----------------------------------------------------------------------------------

/// A channel of T; copies share one channel. chan<T>(nullptr) is a nil channel: it blocks for ever. T may be
/// move-only; its move must not throw. A send is a release for the receive that gets the value; a receive is
/// one for the send that it lets go on.
template <typename T> class chan {
  static_assert(std::is_nothrow_move_constructible_v<T>, "elements move under the channel's lock");

public:
  /// A new channel with room for cap elements; 0: senders and receivers meet.
  explicit chan(std::size_t cap = 0) : c_(go_chan_make(detail::ops<T>(), cap)) {}
  template <std::same_as<std::nullptr_t> N> // not for a literal 0
  explicit chan(N) : c_(nullptr) {}
  /// Another name of the same channel; the last one frees it.
  chan(const chan &o) : c_(o.c_) { go_chan_ref(c_); }
  chan(chan &&o) noexcept : c_(std::exchange(o.c_, nullptr)) {}
  chan &operator=(chan o) noexcept {
    std::swap(c_, o.c_);
    return *this;
  }
  ~chan() { go_chan_unref(c_); }

  /// Parks the goroutine until v is received or buffered (release). Throws closed_error, also when closed
  /// meanwhile.
  void send(T v) const { put(v, 1); }
  /// Sends if that is possible at once (release); else v is lost and the result false. Throws closed_error.
  bool try_send(T v) const { return put(v, 0); }
  /// Parks the goroutine until there is a value (acquire); nullopt: closed and drained.
  std::optional<T> recv() const { return get(1); }
  /// A value if one is there at once (acquire); nullopt: none, or closed.
  std::optional<T> try_recv() const { return get(0); }
  /// No more sends (release). Blocked senders throw, receivers drain. Throws closed_error if closed already;
  /// fatal for nil.
  void close() const {
    if (go_chan_close(c_) != GO_OK)
      throw closed_error();
  }
  /// Elements in the buffer at this moment, which may be over when it is told.
  std::size_t len() const { return go_chan_len(c_); }
  /// Size of the buffer.
  std::size_t cap() const { return go_chan_cap(c_); }
  /// Whether both are the same channel.
  bool operator==(const chan &o) const { return c_ == o.c_; }
  /// False for a nil channel.
  explicit operator bool() const { return c_ != nullptr; }
  /// For the functions of go.h.
  go_chan *native_handle() const { return c_; }

  /// An input iterator: each step receives, and so may block.
  class iterator {
  public:
    using value_type = T;
    using difference_type = std::ptrdiff_t;
    iterator() = default;
    explicit iterator(const chan *c) : c_(c) { ++*this; }
    T &operator*() { return *v_; }
    iterator &operator++() {
      v_ = c_->recv();
      return *this;
    }
    void operator++(int) { ++*this; }
    bool operator==(std::default_sentinel_t) const { return !v_; }

  private:
    const chan *c_ = nullptr;
    std::optional<T> v_;
  };
  /// Ranges over the received values until closed and drained.
  iterator begin() const { return iterator(this); }
  /// The other end of such a range.
  std::default_sentinel_t end() const { return {}; }

private:
  bool put(T &v, int block) const {
    if constexpr (std::is_trivially_copyable_v<T>) {
      int r = go_chan_send(c_, const_cast<std::remove_const_t<T> *>(&v), block);
      if (r == GO_CLOSED)
        throw closed_error();
      return r == GO_OK;
    } else {
      detail::slot<T> s;
      new (s.raw) T(std::move(v));
      int r = go_chan_send(c_, s.raw, block);
      if (r != GO_OK)
        s.get()->~T();
      if (r == GO_CLOSED)
        throw closed_error();
      return r == GO_OK;
    }
  }
  std::optional<T> get(int block) const {
    detail::slot<T> s;
    if (go_chan_recv(c_, s.raw, block) != GO_OK)
      return std::nullopt;
    std::optional<T> v(std::move(*s.get()));
    s.get()->~T();
    return v;
  }
  go_chan *c_;
};

// ---- select ------------------------------------------------------------------------------------

namespace detail {
template <typename T, typename F> struct recv_case {
  chan<T> c;
  F f;
  slot<T> s;
  static constexpr bool channel = true;
  void fill(go_case &k) { k.c = c.native_handle(), k.elem = s.raw, k.dir = 0; }
  void sent() {}
  void act(int r) {
    std::optional<T> v;
    if (r == GO_OK) {
      v.emplace(std::move(*s.get()));
      s.get()->~T();
    }
    f(std::move(v));
  }
};
template <typename T, typename F> struct send_case {
  chan<T> c;
  F f;
  held<T> v;
  static constexpr bool channel = true;
  void fill(go_case &k) { k.c = c.native_handle(), k.elem = v.s.raw, k.dir = 1; }
  void sent() { v.has = false; }
  void act(int r) {
    if (r != GO_OK)
      throw closed_error();
    f();
  }
};
template <typename F> struct time_case {
  std::int64_t ns;
  F f;
  static constexpr bool channel = false;
};
template <typename F> struct default_case {
  F f;
  static constexpr bool channel = false;
};
template <typename T> struct is_default : std::false_type {};
template <typename F> struct is_default<default_case<F>> : std::true_type {};
} // namespace detail

/// A case that receives (acquire); f gets nullopt when the channel is closed and drained. Never ready for a
/// nil channel.
template <typename T, typename F> auto on_recv(chan<T> c, F f) {
  return detail::recv_case<T, F>{std::move(c), std::move(f), {}};
}
/// A case that sends v (release), then calls f(). select throws closed_error if the channel is closed. v
/// stays in the case until it is sent. Never ready for a nil channel.
template <typename T, typename V, typename F> auto on_send(chan<T> c, V &&v, F f) {
  return detail::send_case<T, F>{std::move(c), std::move(f), detail::held<T>(std::forward<V>(v))};
}
/// A case that sends v and does no more.
template <typename T, typename V> auto on_send(chan<T> c, V &&v) {
  return on_send(std::move(c), std::forward<V>(v), [] {});
}
/// A case that is taken when nothing else was within d.
template <typename R, typename Q, typename F> auto after(const std::chrono::duration<R, Q> &d, F f) {
  return detail::time_case<F>{detail::nanos(d), std::move(f)};
}
/// A case that is taken when no other can go on at once.
template <typename F> auto otherwise(F f) {
  return detail::default_case<F>{std::move(f)};
}

/// Parks the goroutine until one case can go on, does it, runs its function; returns its index. Fair among
/// the cases that are ready. Holds its own reference to every channel. With otherwise() it does not park.
/// Throws closed_error, and what the function throws. Without cases it parks for ever.
template <typename... Cases> int select(Cases &&...cs) {
  constexpr std::size_t n = sizeof...(Cases);
  go_case k[n ? n : 1] = {};
  [[maybe_unused]] std::int64_t until = INT64_MAX, t0 = 0;
  [[maybe_unused]] int timed = -1, other = -1, i = 0;
  (
      [&](auto &c) {
        using C = std::decay_t<decltype(c)>;
        if constexpr (C::channel) {
          c.fill(k[i]);
        } else if constexpr (detail::is_default<C>::value) {
          other = i;
        } else {
          if (!t0)
            t0 = go_now();
          std::int64_t w = c.ns <= 0 ? t0 : c.ns > INT64_MAX - 1 - t0 ? INT64_MAX - 1 : t0 + c.ns;
          if (w < until) {
            until = w;
            timed = i;
          }
        }
        i++;
      }(cs),
      ...);
  int hit = go_select(k, int(n), other >= 0 ? INT64_MIN : until);
  int index = hit >= 0 ? hit : other >= 0 ? other : timed;
  i = 0;
  (
      [&](auto &c) {
        using C = std::decay_t<decltype(c)>;
        if constexpr (C::channel)
          if (i == index && k[i].result == GO_OK)
            c.sent();
        i++;
      }(cs),
      ...);
  i = 0;
  (
      [&](auto &c) {
        using C = std::decay_t<decltype(c)>;
        if (i++ == index) {
          if constexpr (C::channel)
            c.act(k[index].result);
          else
            c.f();
        }
      }(cs),
      ...);
  return index;
}

} // namespace go

#include "detail/time.hpp"

#include "detail/net.hpp"
