// From the command line's inputs to Link::files.
#pragma once

#include "model/link.h"

namespace gold {

// Finds, maps and identifies every input: objects, archives (whose members become lazy files),
// shared objects, and scripts that stand for libraries. Gives each file its priority, chooses the
// target by the first object if the options don't, and interns the roots (entry, -u). Reports what
// can't be found or read.
void load_inputs(Link &);

// --dependency-file: a makefile rule with every file that was read.
void write_dependency_file(Link &);

} // namespace gold
