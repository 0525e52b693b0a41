// Thread-local variables in programs whose goroutines change threads.
#pragma once

#include "model/link.h"

namespace gold {

// Reports, as --go-tls says, live code that asks for the address of a thread-local variable by a call and
// from which the goroutine runtime can be reached. `first_runtime` is the priority of the runtime's first
// member; those of the others are higher. References are bound and liveness is decided.
void check_tls_of_goroutines(Link &, u32 first_runtime);

} // namespace gold
