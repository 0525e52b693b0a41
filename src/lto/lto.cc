// Bitcode is recognized by its magic (LLVM, "LLVM Bitcode File Format": Magic Numbers and Wrapper
// Format), so that the error says what to do about it.
#include "lto/lto.h"

namespace gold::lto {

std::string_view bitcode_message() {
  return "LLVM bitcode (made by -flto): link-time optimization is not supported yet, "
         "compile with -ffat-lto-objects or without -flto";
}

bool is_llvm_bitcode(ByteView b) {
  if (b.size() < 4)
    return false;
  u32 magic = load<u32>(b.data());
  return magic == 0xdec04342 || magic == 0x0b17c0de;
}

} // namespace gold::lto
