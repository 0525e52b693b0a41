// time.hpp - timers, tickers, goroutine-local storage, context, errgroup. Part of go.hpp.
#pragma once

namespace go {

/// A time on the runtime's clock, see now().
using time_point = std::chrono::steady_clock::time_point;

namespace detail {
struct tick_target {
  go_chan *c;
};
inline void send_tick(void *p) {
  time_point t = now();
  go_chan_send(static_cast<go_chan *>(p), &t, 0);
}
} // namespace detail

/// Delivers the time on channel() once, after d (a release for its receive). Stopped when destroyed. Several
/// goroutines may stop and reset it.
class timer {
public:
  template <typename R, typename Q>
  explicit timer(const std::chrono::duration<R, Q> &d)
      : c_(1), t_(go_timer_start_raw(detail::after(d), 0, detail::send_tick, c_.native_handle())) {}
  timer(const timer &) = delete;
  timer &operator=(const timer &) = delete;
  ~timer() { go_timer_free(t_); }
  /// Where the time arrives.
  chan<time_point> channel() const { return c_; }
  /// True if this kept the timer from firing, or its time from being received. No stale time stays in the
  /// channel.
  bool stop() {
    bool r = go_timer_stop(t_);
    return c_.try_recv() || r;
  }
  /// Fires after d from now; true if it had been armed. No stale time stays in the channel.
  template <typename R, typename Q> bool reset(const std::chrono::duration<R, Q> &d) {
    bool r = stop();
    go_timer_reset(t_, detail::after(d), 0);
    return r;
  }

private:
  chan<time_point> c_;
  go_timer *t_;
};

/// Delivers the time on channel() every d (releases for their receives); a slow receiver misses ticks. Throws
/// std::invalid_argument when d is not positive. Stopped when destroyed.
class ticker {
public:
  template <typename R, typename Q>
  explicit ticker(const std::chrono::duration<R, Q> &d)
      : c_(1), t_(go_timer_start_raw(detail::after(d), period(d), detail::send_tick, c_.native_handle())) {}
  ticker(const ticker &) = delete;
  ticker &operator=(const ticker &) = delete;
  ~ticker() { go_timer_free(t_); }
  /// Where the ticks arrive.
  chan<time_point> channel() const { return c_; }
  /// No more ticks, and none that came before is left on the channel. Does not close it.
  void stop() {
    go_timer_stop(t_);
    c_.try_recv();
  }
  /// Starts anew with period d; the next tick comes after d. Revives a stopped ticker. Throws
  /// std::invalid_argument when d is not positive.
  template <typename R, typename Q> void reset(const std::chrono::duration<R, Q> &d) {
    std::int64_t ns = period(d);
    stop();
    go_timer_reset(t_, detail::after(d), ns);
  }

private:
  template <typename D> static std::int64_t period(const D &d) {
    if (d <= D::zero())
      throw std::invalid_argument("non-positive interval for ticker");
    return std::max<std::int64_t>(detail::nanos(d), 1);
  }
  chan<time_point> c_;
  go_timer *t_;
};

/// Runs f in a goroutine of its own after d (release), unless stopped or destroyed before. An exception that
/// leaves f ends the process.
class after_func {
public:
  template <typename R, typename Q, typename F>
  after_func(const std::chrono::duration<R, Q> &d, F f)
      : f_(new std::function<void()>(std::move(f))), t_(go_timer_start(detail::after(d), 0, &fire, f_)) {}
  after_func(const after_func &) = delete;
  after_func &operator=(const after_func &) = delete;
  ~after_func() {
    stop();
    go_timer_free(t_);
  }
  /// True if this kept f from running; does not wait for an f under way.
  bool stop() {
    if (!go_timer_stop(t_))
      return false;
    delete std::exchange(f_, nullptr);
    return true;
  }

private:
  static void fire(void *p) { // whoever stops the timer or runs the function owns it
    std::unique_ptr<std::function<void()>> f(static_cast<std::function<void()> *>(p));
    detail::run(*f);
  }
  std::function<void()> *f_;
  go_timer *t_;
};

/// A channel that gets the time once, after d. The goroutine behind it lives until then: for a time-out that
/// often does not come, the case after(d, f) of a select is cheaper.
template <typename R, typename Q> chan<time_point> after(const std::chrono::duration<R, Q> &d) {
  chan<time_point> c(1);
  detail::start([c, t = detail::after(d)] {
    go_sleep(t - go_now());
    c.try_send(now());
  });
  return c;
}

/// A variable of which every goroutine (and every thread that the runtime didn't make) has its own, made by
/// T(). There may be 1023 of them in a program, and they are not given back.
template <typename T> class local {
public:
  local() : k_(go_local_key([](void *p) { delete static_cast<T *>(p); })) {}
  /// The calling goroutine's; made on first use, destroyed when the goroutine ends. Does not block.
  T &get() {
    void *p = go_local_get(k_);
    if (!p)
      go_local_set(k_, p = new T());
    return *static_cast<T *>(p);
  }
  T &operator*() { return get(); }
  T *operator->() { return &get(); }

private:
  unsigned k_;
};

// ---- context -----------------------------------------------------------------------------------

namespace detail {
struct ctx_state {
  mutex m;
  chan<std::monostate> done;
  std::error_code why, cause;
  std::vector<std::weak_ptr<ctx_state>> children;
  std::shared_ptr<ctx_state> parent;
  time_point until = time_point::max();
  std::unique_ptr<after_func> timer;
  bool over = false;
  void end(std::error_code e, std::error_code because) {
    std::vector<std::weak_ptr<ctx_state>> below = end_alone(e, because);
    while (!below.empty()) { // a list, not recursion: trees may be deeper than stacks
      auto k = below.back().lock();
      below.pop_back();
      if (k)
        for (auto &w : k->end_alone(e, because))
          below.push_back(std::move(w));
    }
  }
  ctx_state() = default;
  ctx_state(const ctx_state &) = delete;
  ctx_state &operator=(const ctx_state &) = delete;
  ~ctx_state() { // likewise
    auto p = std::move(parent);
    while (p && p.use_count() == 1) {
      auto up = std::move(p->parent);
      p = std::move(up);
    }
  }

private:
  std::vector<std::weak_ptr<ctx_state>> end_alone(std::error_code e, std::error_code because) {
    std::vector<std::weak_ptr<ctx_state>> kids;
    {
      std::lock_guard l(m);
      if (over)
        return kids;
      over = true;
      why = e;
      cause = because;
      kids.swap(children);
      if (timer)
        timer->stop();
    }
    done.close();
    return kids;
  }
};
} // namespace detail

/// Carries cancellation and a deadline down a tree of calls. Copies share one state. Its end is a release for
/// who sees it by done(), err() or cause().
class context {
public:
  context() = default;
  explicit context(std::shared_ptr<detail::ctx_state> s) : s_(std::move(s)) {}
  /// Closed when the context ends; nil (blocks for ever) for the background.
  chan<std::monostate> done() const { return s_ ? s_->done : chan<std::monostate>(nullptr); }
  /// Empty while alive; then errc::timed_out or errc::operation_canceled. Parks for moments only, for a lock.
  std::error_code err() const {
    if (!s_)
      return {};
    std::lock_guard l(s_->m);
    return s_->why;
  }
  /// Empty while alive; then what cancel() was given in this context or the one above that ended it,
  /// else the same as err().
  std::error_code cause() const {
    if (!s_)
      return {};
    std::lock_guard l(s_->m);
    return s_->cause;
  }
  /// The deadline; time_point::max() when there is none.
  time_point deadline() const { return s_ ? s_->until : time_point::max(); }
  /// For the functions below.
  const std::shared_ptr<detail::ctx_state> &state() const { return s_; }

private:
  std::shared_ptr<detail::ctx_state> s_;
};

/// Ends its context with operation_canceled, for the cause given; further calls do nothing.
class cancel_func {
public:
  cancel_func() = default;
  explicit cancel_func(std::shared_ptr<detail::ctx_state> s) : s_(std::move(s)) {}
  /// Ends the context and those below it; parks for moments only, for their locks.
  void operator()() const { (*this)(std::make_error_code(std::errc::operation_canceled)); }
  /// Ends the context for a cause of one's own; err() is operation_canceled all the same.
  void operator()(std::error_code cause) const {
    if (s_)
      s_->end(std::make_error_code(std::errc::operation_canceled), cause);
  }

private:
  std::shared_ptr<detail::ctx_state> s_;
};

/// The root: never ends.
inline context background() {
  return {};
}

/// A child of `up` that cancel() ends with operation_canceled, t with timed_out, the end of its parent as
/// that has it: whichever is first. Of an ended parent, and with t in the past, it has ended at once.
inline std::pair<context, cancel_func> with_deadline(const context &up, time_point t) {
  auto s = std::make_shared<detail::ctx_state>();
  s->parent = up.state();
  s->until = t < up.deadline() ? t : up.deadline();
  if (auto p = up.state()) {
    std::error_code gone, cause;
    {
      std::lock_guard l(p->m);
      if (p->over)
        gone = p->why, cause = p->cause;
      else {
        auto &kids = p->children;
        if (kids.size() == kids.capacity()) // those that are gone must not pile up
          std::erase_if(kids, [](auto &w) { return w.expired(); });
        kids.push_back(s);
      }
    }
    if (gone)
      s->end(gone, cause);
  }
  auto late = std::make_error_code(std::errc::timed_out);
  if (t != time_point::max() && t <= now()) {
    s->end(late, late); // at once, not when the timer gets its turn
  } else if (t != time_point::max()) {
    std::weak_ptr<detail::ctx_state> w = s;
    std::lock_guard l(s->m);
    if (!s->over)
      s->timer = std::make_unique<after_func>(t - now(), [w, late] {
        if (auto x = w.lock())
          x->end(late, late);
      });
  }
  return {context(s), cancel_func(s)};
}
/// A child of `up` that cancel() ends, at the latest when its parent does.
inline std::pair<context, cancel_func> with_cancel(const context &up) {
  return with_deadline(up, time_point::max());
}
/// The same with a deadline after d.
template <typename R, typename Q>
std::pair<context, cancel_func> with_timeout(const context &up, const std::chrono::duration<R, Q> &d) {
  return with_deadline(up, time_point(std::chrono::nanoseconds(detail::after(d))));
}

/// Goroutines whose first exception is rethrown by wait(). It must live until wait() has returned.
class errgroup {
public:
  errgroup() = default;
  /// At most n goroutines at a time.
  explicit errgroup(std::size_t n) : slots_(std::make_unique<counting_semaphore<>>(n)) {}
  /// f() in a new goroutine; parks the caller while as many run as are allowed.
  template <typename F> void go(F &&f) {
    if (slots_)
      slots_->acquire();
    wg_.add(1);
    detail::start([this, f = std::decay_t<F>(std::forward<F>(f))]() mutable {
      try {
        f();
      } catch (...) {
        std::lock_guard l(m_);
        if (!error_)
          error_ = std::current_exception();
      }
      if (slots_)
        slots_->release();
      wg_.done();
    });
  }
  /// Parks the goroutine until all have ended (acquire); then rethrows the first exception.
  void wait() {
    wg_.wait();
    if (error_)
      std::rethrow_exception(std::exchange(error_, nullptr));
  }

private:
  wait_group wg_;
  mutex m_;
  std::exception_ptr error_;
  std::unique_ptr<counting_semaphore<>> slots_;
};

} // namespace go
