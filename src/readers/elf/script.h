// Version scripts and symbol lists ("VERSION Command" of the GNU ld manual). Linker scripts are read by
// readers/script.
#pragma once

#include "model/link.h"
#include "support/bytes.h"

#include <string>
#include <string_view>
#include <vector>

namespace gold::elf {

// Text that may be a script (no NUL or other control characters in its head).
bool looks_like_script(ByteView);

// These throw InputError whose text starts with "line N: ".
// Adds the nodes and patterns of a version script to `out`.
void parse_version_script(ByteView, VersionScript &out);

// A --dynamic-list or --export-dynamic-symbol-list file: `{ name; "name"; extern "C++" { ... }; };`.
void parse_dynamic_list(ByteView, std::vector<VersionPattern> &out);

// A pattern as it is given on the command line.
VersionPattern make_pattern(std::string_view text, u16 version = 1);

} // namespace gold::elf
