// Parallel loops. The only file that knows of oneTBB.
//
// With one thread, for loops too small to pay for it, and while little work has been announced,
// everything runs on the caller and no pool is ever started: starting one costs as much as linking some
// megabytes. A loop's result must not depend on the order or the thread of its iterations.
#pragma once

#include "support/types.h"

#include <cstddef>
#include <type_traits>

namespace gold {

// Threads to use: `wanted`, or if 0 what affinity mask and cgroup quota allow. Call once, early.
void set_thread_count(int wanted);
int thread_count(); // that loops use at the moment

// Bytes of input that the link is going to read. Once `set_parallel_from` bytes have been announced, loops
// use all threads; call both between loops, from the thread that runs them.
void announce_work(u64 bytes);
void set_parallel_from(u64 bytes);

namespace detail {
extern bool pool_pays;
void run_parallel(std::size_t n, std::size_t grain, void (*body)(void *, std::size_t, std::size_t),
                  void *ctx);
} // namespace detail

// body(i) for each i < n, in grains of at least `grain`. An exception of a body is rethrown here.
template <class F> void parallel_for(std::size_t n, std::size_t grain, F &&body) {
  if (n == 0)
    return;
  if (n <= grain || !detail::pool_pays) {
    for (std::size_t i = 0; i < n; ++i)
      body(i);
    return;
  }
  using Fn = std::remove_reference_t<F>;
  detail::run_parallel(
      n, grain,
      [](void *ctx, std::size_t b, std::size_t e) {
        Fn &f = *static_cast<Fn *>(ctx);
        for (std::size_t i = b; i < e; ++i)
          f(i);
      },
      const_cast<void *>(static_cast<const void *>(&body)));
}

template <class C, class F> void parallel_for_each(C &&items, F &&body, std::size_t grain = 1) {
  parallel_for(items.size(), grain, [&](std::size_t i) { body(items[i]); });
}

// Sorts [first, last) by `less`, which must be a total order (no ties), in parallel when large.
template <class It, class Less> void parallel_sort(It first, It last, Less less);

} // namespace gold

#include "support/threads_sort.h"
