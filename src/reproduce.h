// --reproduce: everything that a link read, in one archive.
#pragma once

#include "model/link.h"

namespace gold {

// Writes opt.reproduce, a ustar archive: each file that was read, under its path without the leading
// slash, and `response.txt` with the command line, whose paths are those of the archive.
void write_reproducer(Link &);

} // namespace gold
