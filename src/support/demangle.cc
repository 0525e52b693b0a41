#include "support/demangle.h"

#include <llvm/Demangle/Demangle.h>

namespace gold {

std::string demangle(std::string_view name) {
  return llvm::demangle(std::string(name));
}

} // namespace gold
