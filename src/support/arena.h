// Bump allocation for things that live as long as the link.
//
// Each thread has its own arena; memory is never returned and arrives zeroed from the kernel.
// Large tables go to `zeroed_pages`, which asks for huge pages: they are read in no order, and a fault of 4
// KB costs more than the work on its contents. The arenas themselves are filled from front to back and stay
// in small pages: where the machine's free memory is in pieces, or lent back to a host, a huge page costs
// more than the faults that it saves.
#pragma once

#include "support/types.h"

#include <new>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

namespace gold {

// `bytes` of zeroed memory, aligned to 16 or, from 1 MiB up, to 2 MiB. Never freed.
void *zeroed_pages(std::size_t bytes);

// What zeroed_pages has handed out so far, in bytes, whether touched or not.
std::size_t allocated_bytes();

// For fuzz targets, which do the work of many links in one process: from record_pages() on, what
// zeroed_pages hands out is remembered; drop_pages() gives it back, and this thread's arena with it.
void record_pages();
void drop_pages();

class Arena {
public:
  // Zeroed memory of this thread's arena. `align` at most 16.
  static void *allocate(std::size_t bytes, std::size_t align = 8) {
    Arena &a = mine();
    u8 *p = reinterpret_cast<u8 *>(align_up(reinterpret_cast<u64>(a.cur_), align));
    if (bytes > static_cast<std::size_t>(a.end_ - p) || !a.cur_)
      return a.slow(bytes, align);
    a.cur_ = p + bytes;
    return p;
  }
  template <class T, class... A> static T *make(A &&...args) {
    static_assert(alignof(T) <= 16);
    return new (allocate(sizeof(T), alignof(T))) T(std::forward<A>(args)...);
  }
  // `n` zeroed objects; T must be usable when all its bytes are zero.
  template <class T> static std::span<T> array(std::size_t n) {
    static_assert(std::is_trivially_destructible_v<T>);
    if (n == 0)
      return {};
    return {static_cast<T *>(allocate(n * sizeof(T), alignof(T))), n};
  }
  static std::string_view copy(std::string_view s) {
    char *p = static_cast<char *>(allocate(s.size() + 1, 1));
    std::memcpy(p, s.data(), s.size());
    return {p, s.size()};
  }

private:
  friend void drop_pages();
  static Arena &mine();
  void *slow(std::size_t bytes, std::size_t align);
  u8 *cur_ = nullptr, *end_ = nullptr;
};

} // namespace gold
