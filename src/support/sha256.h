// SHA-256 (FIPS 180-4), by the processor's instructions for it where there are any.
#pragma once

#include "support/types.h"

namespace gold {

// Writes the 32-byte digest of `n` bytes at `p` to `out`.
void sha256(const u8 *p, u64 n, u8 *out);

} // namespace gold
