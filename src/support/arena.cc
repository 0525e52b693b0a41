#include "support/arena.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <utility>
#include <vector>

namespace gold {

static constexpr std::size_t kHuge = 2 << 20;

static std::atomic<std::size_t> g_allocated{0};
static bool g_record = false;
static std::vector<std::pair<void *, std::size_t>> g_recorded;

// Zeroed memory, in huge pages if it is large and `may_huge`.
static void *map_pages(std::size_t bytes, bool may_huge) {
  std::size_t n = align_up(std::max<std::size_t>(bytes, 1), 4096);
  bool huge = may_huge && n >= kHuge / 2;
  if (huge)
    n = align_up(n, kHuge) + kHuge;
  void *p = mmap(nullptr, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (p == MAP_FAILED) {
    static const char msg[] = "gold-go: error: out of memory\n";
    if (write(2, msg, sizeof msg - 1) < 0)
      _exit(1);
    _exit(1);
  }
  g_allocated.fetch_add(n, std::memory_order_relaxed);
  if (g_record) [[unlikely]]
    g_recorded.emplace_back(p, n);
  if (huge) {
    p = reinterpret_cast<void *>(align_up(reinterpret_cast<u64>(p), kHuge));
    madvise(p, n - kHuge, MADV_HUGEPAGE);
  }
  return p;
}

void *zeroed_pages(std::size_t bytes) {
  return map_pages(bytes, true);
}

std::size_t allocated_bytes() {
  return g_allocated.load(std::memory_order_relaxed);
}

void record_pages() {
  g_record = true;
}

void drop_pages() {
  for (auto [p, n] : g_recorded)
    munmap(p, n);
  g_recorded.clear();
  Arena::mine() = Arena();
}

Arena &Arena::mine() {
  static thread_local Arena a;
  return a;
}

void *Arena::slow(std::size_t bytes, std::size_t align) {
  if (bytes > kHuge / 8)
    return zeroed_pages(bytes);
  // The first block is small, so that a small link touches little; later ones ask the kernel seldom.
  std::size_t block = cur_ ? 2 * kHuge : kHuge / 8;
  cur_ = static_cast<u8 *>(map_pages(block, false));
  end_ = cur_ + block;
  return allocate(bytes, align);
}

} // namespace gold
