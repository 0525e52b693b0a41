// One block function in portable C++, one with the SHA extensions of x86-64 (chosen when the program runs)
// and one with those of AArch64 (chosen when it is compiled for a machine that has them).
#include "support/sha256.h"

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__) && defined(__ARM_FEATURE_SHA2)
#include <arm_neon.h>
#endif

namespace gold {
namespace {

alignas(16) constexpr u32 kRound[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

void blocks_portable(u32 (&h)[8], const u8 *p, u64 n) {
  for (; n; --n, p += 64) {
    u32 w[64];
    for (int i = 0; i < 16; ++i)
      w[i] = __builtin_bswap32(load<u32>(p + 4 * i));
    for (int i = 16; i < 64; ++i) {
      u32 a = w[i - 15], b = w[i - 2];
      w[i] = w[i - 16] + (std::rotr(a, 7) ^ std::rotr(a, 18) ^ a >> 3) + w[i - 7] +
             (std::rotr(b, 17) ^ std::rotr(b, 19) ^ b >> 10);
    }
    u32 s[8];
    std::memcpy(s, h, sizeof s);
    for (int i = 0; i < 64; ++i) {
      u32 t1 = s[7] + (std::rotr(s[4], 6) ^ std::rotr(s[4], 11) ^ std::rotr(s[4], 25)) +
               ((s[4] & s[5]) ^ (~s[4] & s[6])) + kRound[i] + w[i];
      u32 t2 = (std::rotr(s[0], 2) ^ std::rotr(s[0], 13) ^ std::rotr(s[0], 22)) +
               ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));
      std::memmove(s + 1, s, 28);
      s[4] += t1;
      s[0] = t1 + t2;
    }
    for (int i = 0; i < 8; ++i)
      h[i] += s[i];
  }
}

#if defined(__x86_64__)
// Four rounds at a time; the message schedule is four vectors that go round.
[[gnu::target("sha,sse4.1,ssse3")]] void blocks_sha(u32 (&h)[8], const u8 *p, u64 n) {
  const __m128i swap = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
  __m128i abcd = _mm_loadu_si128(reinterpret_cast<const __m128i *>(h));
  __m128i efgh = _mm_loadu_si128(reinterpret_cast<const __m128i *>(h + 4));
  // The instructions want (a b e f) and (c d g h), highest first.
  __m128i t = _mm_shuffle_epi32(abcd, 0xb1);
  efgh = _mm_shuffle_epi32(efgh, 0x1b);
  __m128i abef = _mm_alignr_epi8(t, efgh, 8);
  __m128i cdgh = _mm_blend_epi16(efgh, t, 0xf0);
  for (; n; --n, p += 64) {
    const __m128i abef0 = abef, cdgh0 = cdgh;
    __m128i m[4];
    for (int i = 0; i < 4; ++i)
      m[i] = _mm_shuffle_epi8(_mm_loadu_si128(reinterpret_cast<const __m128i *>(p + 16 * i)), swap);
#pragma GCC unroll 16
    for (int i = 0; i < 16; ++i) {
      __m128i w = m[i & 3];
      __m128i k = _mm_add_epi32(w, _mm_load_si128(reinterpret_cast<const __m128i *>(kRound + 4 * i)));
      cdgh = _mm_sha256rnds2_epu32(cdgh, abef, k);
      abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(k, 0x0e));
      if (i < 12) { // words 16 + 4i ... of the schedule take the place of this vector
        __m128i a = _mm_sha256msg1_epu32(w, m[(i + 1) & 3]);
        a = _mm_add_epi32(a, _mm_alignr_epi8(m[(i + 3) & 3], m[(i + 2) & 3], 4));
        m[i & 3] = _mm_sha256msg2_epu32(a, m[(i + 3) & 3]);
      }
    }
    abef = _mm_add_epi32(abef, abef0);
    cdgh = _mm_add_epi32(cdgh, cdgh0);
  }
  t = _mm_shuffle_epi32(abef, 0x1b);
  cdgh = _mm_shuffle_epi32(cdgh, 0xb1);
  _mm_storeu_si128(reinterpret_cast<__m128i *>(h), _mm_blend_epi16(t, cdgh, 0xf0));
  _mm_storeu_si128(reinterpret_cast<__m128i *>(h + 4), _mm_alignr_epi8(cdgh, t, 8));
}
bool has_sha() {
  u32 a = 7, b = 0, c = 0, d = 0;
  asm("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
  return (b >> 29 & 1) && __builtin_cpu_supports("sse4.1");
}
#elif defined(__aarch64__) && defined(__ARM_FEATURE_SHA2)
void blocks_sha(u32 (&h)[8], const u8 *p, u64 n) {
  uint32x4_t abcd = vld1q_u32(h), efgh = vld1q_u32(h + 4);
  for (; n; --n, p += 64) {
    uint32x4_t abcd0 = abcd, efgh0 = efgh, m[4];
    for (int i = 0; i < 4; ++i)
      m[i] = vreinterpretq_u32_u8(vrev32q_u8(vld1q_u8(p + 16 * i)));
    for (int i = 0; i < 16; ++i) {
      uint32x4_t w = m[i & 3], k = vaddq_u32(w, vld1q_u32(kRound + 4 * i)), old = abcd;
      abcd = vsha256hq_u32(abcd, efgh, k);
      efgh = vsha256h2q_u32(efgh, old, k);
      if (i < 12)
        m[i & 3] = vsha256su1q_u32(vsha256su0q_u32(w, m[(i + 1) & 3]), m[(i + 2) & 3], m[(i + 3) & 3]);
    }
    abcd = vaddq_u32(abcd, abcd0);
    efgh = vaddq_u32(efgh, efgh0);
  }
  vst1q_u32(h, abcd);
  vst1q_u32(h + 4, efgh);
}
constexpr bool has_sha() {
  return true;
}
#else
void blocks_sha(u32 (&h)[8], const u8 *p, u64 n) {
  blocks_portable(h, p, n);
}
constexpr bool has_sha() {
  return false;
}
#endif

} // namespace

void sha256(const u8 *p, u64 n, u8 *out) {
  static const auto blocks = has_sha() ? blocks_sha : blocks_portable;
  u32 h[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  blocks(h, p, n / 64);
  u8 tail[128] = {};
  u64 rest = n % 64, size = rest < 56 ? 64 : 128;
  if (rest)
    std::memcpy(tail, p + n - rest, rest);
  tail[rest] = 0x80;
  store<u64>(tail + size - 8, __builtin_bswap64(n * 8));
  blocks(h, tail, size / 64);
  for (int i = 0; i < 8; ++i)
    store<u32>(out + 4 * i, __builtin_bswap32(h[i]));
}

} // namespace gold
