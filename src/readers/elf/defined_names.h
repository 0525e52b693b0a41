// The global names that an object defines, without anything else of it being read: what an archive's
// index would say, for archives that have none and for objects between --start-lib and --end-lib.
#pragma once

#include "support/bytes.h"

#include <string_view>
#include <vector>

namespace gold::elf {

// Throws InputError. Names point into the bytes.
std::vector<std::string_view> defined_names(ByteView object);

} // namespace gold::elf
