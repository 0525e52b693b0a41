// One link, from options to image.
#pragma once

#include "model/options.h"

namespace gold {

// Links as the options say. Diagnostics go to standard error. Returns the process's exit code: 0, or
// 1 if anything failed (then no output is left behind, and a previous one survives).
int link(const Options &opt);

struct Link;
// The same without a word: what is reported stays in `link.diag`. False if anything failed.
bool run(Link &link);

} // namespace gold
