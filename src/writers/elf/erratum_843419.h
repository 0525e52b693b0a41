// Erratum 843419 of Cortex-A53: which instructions of a section it makes wrong at the addresses of the
// moment.
#pragma once

#include "formats/elf/object.h"

#include <vector>

namespace gold::elf {

// Appends the offset of the last instruction of each sequence that the erratum is about.
void find_erratum_843419(const ElfObject &, const Section &, std::vector<u32> &offsets);

} // namespace gold::elf
