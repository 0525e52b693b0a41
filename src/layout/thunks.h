// Range extension: branches that reach too far go by way of a thunk.
#pragma once

#include "model/link.h"

namespace gold {

// Makes room for thunks in executable output sections that are larger than a branch reaches. Once,
// before addresses are assigned for the first time.
void prepare_thunks(Link &);

// Adds the thunks that the current addresses call for; true if any was added.
bool update_thunks(Link &);

} // namespace gold
