// The file that the image is written to, before it stands under its final name.
#pragma once

#include "support/types.h"

namespace gold {

class OutputFile {
public:
  virtual ~OutputFile() = default;
  // Writes `n` bytes at file offset `off`. Thread-safe for ranges that don't overlap; errors are kept
  // and reported when the file is closed.
  virtual void write(const u8 *p, u64 n, u64 off) = 0;
  // Reads back what was written; false if that failed (reported when the file is closed).
  virtual bool read(u8 *p, u64 n, u64 off) = 0;
  // Sum of the 16-bit words of all that was written so far, less than 2^16 and with end-around carry, if
  // the target asked for it (Target::wants_word_sum). What was never written counts as zeros, so that
  // only those may be written over.
  virtual u32 word_sum() const = 0;
};

} // namespace gold
