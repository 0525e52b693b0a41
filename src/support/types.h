// The fixed-width names that the whole linker uses, and unaligned little-endian integers.
//
// Structures of file formats are overlaid on mapped bytes (members of archives start at any even
// offset), so their fields are Le<T>: alignment 1, read and written by memcpy, which compilers turn
// into one plain move.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

namespace gold {

using u8 = std::uint8_t;
using u16 = std::uint16_t;
using u32 = std::uint32_t;
using u64 = std::uint64_t;
using i8 = std::int8_t;
using i16 = std::int16_t;
using i32 = std::int32_t;
using i64 = std::int64_t;

static_assert(std::endian::native == std::endian::little, "a big-endian host is not supported");

template <class T> struct Le {
  u8 bytes[sizeof(T)];
  Le() = default;
  Le(T v) { std::memcpy(bytes, &v, sizeof v); }
  operator T() const {
    T v;
    std::memcpy(&v, bytes, sizeof v);
    return v;
  }
  Le &operator=(T v) {
    std::memcpy(bytes, &v, sizeof v);
    return *this;
  }
  Le &operator+=(T v) { return *this = T(*this) + v; }
  Le &operator|=(T v) { return *this = T(*this) | v; }
};
using ul16 = Le<u16>;
using ul32 = Le<u32>;
using ul64 = Le<u64>;
using il32 = Le<i32>;
using il64 = Le<i64>;

// Unaligned loads and stores on output buffers.
template <class T> inline T load(const void *p) {
  T v;
  std::memcpy(&v, p, sizeof v);
  return v;
}
template <class T> inline void store(void *p, std::type_identity_t<T> v) {
  std::memcpy(p, &v, sizeof v);
}

// `align` is a power of two.
constexpr u64 align_up(u64 v, u64 align) {
  return align ? (v + align - 1) & ~(align - 1) : v;
}
constexpr u64 align_down(u64 v, u64 align) {
  return align ? v & ~(align - 1) : v;
}

} // namespace gold
