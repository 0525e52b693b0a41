// Universal ("fat") files: one file, or archive, an architecture (<mach-o/fat.h>).
#pragma once

#include "model/options.h"
#include "support/bytes.h"

namespace gold::macho {

bool is_universal(ByteView);

// The slice for an architecture; the first supported one if `arch` is Unknown. Throws InputError when
// there is none.
ByteView slice_for(ByteView, Arch);

} // namespace gold::macho
