// Symbol resolution: which file defines each key, which archive members are linked, which copies of
// groups survive, and the errors that follow. Written once for all formats.
#pragma once

#include "model/link.h"

namespace gold {

// Parses what is linked, pulls archive members in waves until nothing more is wanted, decides
// groups, makes sections and binds symbols. Afterwards link.objects and link.shareds are final.
void resolve_symbols(Link &);

// Gives tentative definitions that won a zero-fill section of their own.
void allocate_commons(Link &);

// Strong definitions beside the one that won. (report.cc)
void report_duplicate_symbols(Link &);

// References of live sections to symbols that nothing defines. (report.cc)
void report_undefined_symbols(Link &);

// Lets the opened libraries of Link::last_libraries look at the program that they are part of.
void check_last_libraries(Link &);
// --trace-symbol, --warn-common, --why-extract, --print-archive-stats. (trace.cc)
void report_resolution(Link &);

// Scripts and --defsym: claims the names that they define, and refers to those that they name. Once.
void claim_script_symbols(Link &);

// Defines the symbols of PROVIDE that are wanted by now and that nothing defines. A part of
// resolve_symbols.
void activate_provides(Link &);

} // namespace gold
