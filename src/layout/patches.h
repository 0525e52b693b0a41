// Instructions that a processor gets wrong where they stand run elsewhere; see Target::misplaced.
#pragma once

#include "model/link.h"

namespace gold {

// Makes room for patches in executable output sections. Once, before addresses are assigned for the first
// time.
void prepare_patches(Link &);

// Adds the patches that the current addresses call for; true if any was added.
bool update_patches(Link &);

// `buf` holds a section's bytes, relocated: those of its instructions that have a patch become jumps.
void apply_patches(Link &, const Section &, u8 *buf);

} // namespace gold
