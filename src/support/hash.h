// Hashes: XXH3 for everything inside the linker and for build ids of kind "fast".
#pragma once

#include <string_view>

#define XXH_INLINE_ALL
#include "support/types.h"

#include <xxhash.h>

namespace gold {

inline u64 hash_bytes(const void *p, std::size_t n) {
  return XXH3_64bits(p, n);
}
inline u64 hash_string(std::string_view s) {
  return XXH3_64bits(s.data(), s.size());
}
inline u64 hash_combine(u64 a, u64 b) {
  a ^= b + 0x9e3779b97f4a7c15 + (a << 6) + (a >> 2);
  return a * 0xff51afd7ed558ccd;
}

} // namespace gold
