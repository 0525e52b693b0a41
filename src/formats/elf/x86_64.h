// Relocation types of x86-64 (System V psABI, AMD64 supplement 1.0, table 4.10 "Relocation Types").
#pragma once

#include "support/types.h"

namespace gold::elf {

// X(name, number, bytes of the field)
// clang-format off: tables
#define GOLD_X86_64_RELOCS(X)                                                                                \
  X(NONE, 0, 0) X(64, 1, 8) X(PC32, 2, 4) X(GOT32, 3, 4) X(PLT32, 4, 4) X(COPY, 5, 0) X(GLOB_DAT, 6, 8)      \
  X(JUMP_SLOT, 7, 8) X(RELATIVE, 8, 8) X(GOTPCREL, 9, 4) X(32, 10, 4) X(32S, 11, 4) X(16, 12, 2)             \
  X(PC16, 13, 2) X(8, 14, 1) X(PC8, 15, 1) X(DTPMOD64, 16, 8) X(DTPOFF64, 17, 8) X(TPOFF64, 18, 8)           \
  X(TLSGD, 19, 4) X(TLSLD, 20, 4) X(DTPOFF32, 21, 4) X(GOTTPOFF, 22, 4) X(TPOFF32, 23, 4) X(PC64, 24, 8)     \
  X(GOTOFF64, 25, 8) X(GOTPC32, 26, 4) X(GOT64, 27, 8) X(GOTPCREL64, 28, 8) X(GOTPC64, 29, 8)                \
  X(GOTPLT64, 30, 8) X(PLTOFF64, 31, 8) X(SIZE32, 32, 4) X(SIZE64, 33, 8) X(GOTPC32_TLSDESC, 34, 4)          \
  X(TLSDESC_CALL, 35, 2) X(TLSDESC, 36, 16) X(IRELATIVE, 37, 8) X(RELATIVE64, 38, 8) X(GOTPCRELX, 41, 4)     \
  X(REX_GOTPCRELX, 42, 4) X(CODE_4_GOTPCRELX, 43, 4) X(CODE_4_GOTTPOFF, 44, 4)                               \
  X(CODE_4_GOTPC32_TLSDESC, 45, 4) X(CODE_5_GOTPCRELX, 46, 4) X(CODE_5_GOTTPOFF, 47, 4)                      \
  X(CODE_5_GOTPC32_TLSDESC, 48, 4) X(CODE_6_GOTPCRELX, 49, 4) X(CODE_6_GOTTPOFF, 50, 4)                      \
  X(CODE_6_GOTPC32_TLSDESC, 51, 4)
// clang-format on

enum : u32 {
#define X(name, number, bytes) R_X86_64_##name = number,
  GOLD_X86_64_RELOCS(X)
#undef X
};

} // namespace gold::elf
