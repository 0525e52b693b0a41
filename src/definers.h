// Libraries that would have helped: for messages about undefined symbols.
#pragma once

#include "model/link.h"

namespace gold {

// For each name a line "\n>>> defined in PATH: link with -lNAME", or "" if no library on the search path
// defines it. Opens many files: only on the way to an error.
std::vector<std::string> find_definers(Link &, std::span<const std::string_view> names);

} // namespace gold
