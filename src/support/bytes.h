// Bounds-checked views of input bytes.
//
// Every read of an input goes through ByteView. A read past the end throws InputError, which the
// pass that works on the file catches and turns into a diagnostic with the file's name; nothing of
// an input is trusted before such a check. Views own nothing: the mapped file must outlive them.
#pragma once

#include "support/types.h"

#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

namespace gold {

// What is wrong with an input. `offset` is in bytes from the start of the file or member.
struct InputError : std::runtime_error {
  InputError(std::string what, u64 off = ~u64(0)) : std::runtime_error(std::move(what)), offset(off) {}
  u64 offset; // ~0: not known
};

class ByteView {
public:
  ByteView() = default;
  ByteView(const u8 *p, u64 n) : p_(p), n_(n) {}
  explicit ByteView(std::string_view s) : p_(reinterpret_cast<const u8 *>(s.data())), n_(s.size()) {}

  const u8 *data() const { return p_; }
  u64 size() const { return n_; }
  bool empty() const { return n_ == 0; }
  bool contains(u64 off, u64 len) const { return off <= n_ && len <= n_ - off; }

  // The `len` bytes at `off`.
  ByteView sub(u64 off, u64 len, const char *what = "data") const {
    if (!contains(off, len))
      fail(off, len, what);
    return {p_ + off, len};
  }
  ByteView from(u64 off, const char *what = "data") const {
    if (off > n_)
      fail(off, 0, what);
    return {p_ + off, n_ - off};
  }
  // A structure of alignment 1 (fields Le<>) overlaid on the bytes.
  template <class T> const T &at(u64 off, const char *what = "structure") const {
    static_assert(alignof(T) == 1);
    if (!contains(off, sizeof(T)))
      fail(off, sizeof(T), what);
    return *reinterpret_cast<const T *>(p_ + off);
  }
  template <class T> std::span<const T> array(u64 off, u64 count, const char *what = "table") const {
    static_assert(alignof(T) == 1);
    if (off > n_ || count > (n_ - off) / sizeof(T))
      fail(off, count > ~u64(0) / sizeof(T) ? ~u64(0) : count * sizeof(T), what);
    return {reinterpret_cast<const T *>(p_ + off), static_cast<std::size_t>(count)};
  }
  // A NUL-terminated string; the NUL must be within the view.
  std::string_view cstr(u64 off, const char *what = "string") const {
    if (off >= n_)
      fail(off, 1, what);
    auto *e = static_cast<const u8 *>(std::memchr(p_ + off, 0, n_ - off));
    if (!e)
      fail(off, n_ - off, what);
    return {reinterpret_cast<const char *>(p_ + off), static_cast<std::size_t>(e - (p_ + off))};
  }
  std::string_view str() const { return {reinterpret_cast<const char *>(p_), static_cast<std::size_t>(n_)}; }

private:
  [[noreturn]] [[gnu::cold]] void fail(u64 off, u64 len, const char *what) const;
  const u8 *p_ = nullptr;
  u64 n_ = 0;
};

} // namespace gold
