// Names as a programmer wrote them: Itanium C++, Rust (v0 and legacy), D, by LLVM's demangler.
#pragma once

#include <string>
#include <string_view>

namespace gold {

// The demangled name, or the name itself when it is not mangled.
std::string demangle(std::string_view name);

} // namespace gold
