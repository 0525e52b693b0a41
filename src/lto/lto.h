// Link-time optimization: what the linker recognizes of it today.
#pragma once

#include "support/bytes.h"

#include <string_view>

namespace gold::lto {

// LLVM bitcode, bare or in its wrapper.
bool is_llvm_bitcode(ByteView);

// The error for an input that holds bitcode.
std::string_view bitcode_message();

} // namespace gold::lto
