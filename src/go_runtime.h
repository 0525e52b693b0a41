// The goroutine runtime as a library that is searched last.
#pragma once

#include "model/link.h"

namespace gold {

// Registers the runtime that --go-runtime asks for (carried in gold-go, or an archive) with
// Link::last_libraries. Inputs are known and the target is chosen. Reports an archive that can't be read.
void add_go_runtime(Link &);

} // namespace gold
