// parallel_sort: blocks sorted side by side, then merged pairwise. Included by threads.h.
#pragma once

#include "support/threads.h"

#include <algorithm>
#include <vector>

namespace gold {

template <class It, class Less> void parallel_sort(It first, It last, Less less) {
  std::size_t n = static_cast<std::size_t>(last - first);
  std::size_t threads = static_cast<std::size_t>(thread_count());
  if (threads == 1 || n < 20000) {
    std::sort(first, last, less);
    return;
  }
  std::size_t blocks = std::bit_ceil(threads);
  std::vector<std::size_t> at(blocks + 1);
  for (std::size_t i = 0; i <= blocks; ++i)
    at[i] = n * i / blocks;
  auto pos = [&](std::size_t i) { return first + static_cast<std::ptrdiff_t>(at[i]); };
  parallel_for(blocks, 1, [&](std::size_t i) { std::sort(pos(i), pos(i + 1), less); });
  for (std::size_t step = 1; step < blocks; step *= 2)
    parallel_for(blocks / (2 * step), 1, [&](std::size_t i) {
      std::size_t b = i * 2 * step;
      std::inplace_merge(pos(b), pos(b + step), pos(b + 2 * step), less);
    });
}

} // namespace gold
