// Passes between resolution and the finished file. Each is a free function over Link; state lives
// in the model. See link.cc for their order.
#pragma once

#include "model/link.h"

#include <cstdio>

namespace gold {

// Completes the layout plan with the format's own rules, and makes it ready for matching.
void make_plan(Link &);

// Decides what the symbols of scripts are relative to; those that are another name of a symbol are bound.
void bind_script_symbols(Link &);

// With a script: gives every input section its rule; those that are kept or discarded are known.
void match_sections(Link &);

// Decides Section::live: all sections, or with --gc-sections what the roots reach.
void mark_live_sections(Link &);

// Why a section lives whatever refers to it; null when it does not.
const char *root_reason(Link &, const Section &);

// True for a symbol whose section lives because other images may use it.
bool is_kept_for_others(const Link &, const Symbol &);

// --why-live: prints the references that keep symbols. After mark_live_sections.
void explain_liveness(Link &);

// With a script: what lives may not refer to what the script discards.
void report_discarded_references(Link &);

// Splits mergeable sections into pieces and gives equal pieces one place. Each output gets a
// synthesized section that holds the pieces.
void merge_pieces(Link &);

// --icf: equal sections become one; the others' Section::leader says which.
void fold_identical_sections(Link &);

// Counts what the relocations of live sections need.
void scan_relocations(Link &);

// --symbol-ordering-file and its like: gives sections the rank by which they are placed.
void order_sections(Link &);

// Puts live sections into output sections, ordered as in the image.
void place_sections(Link &);

// Gives every output section and member its address and file offset; afterwards nothing moves.
void assign_addresses(Link &);

// --print-memory-usage: how full each region of the script is.
void print_memory_usage(Link &);

// Turns Symbol::value into addresses. After assign_addresses.
void finalize_symbols(Link &);

// Writes the image beside its final name and renames it. False if that failed (reported).
bool write_output(Link &);

// -Map: what lies where, in the manner of GNU ld.
void write_map_file(Link &);

// --cref: who defines and who uses each global symbol, in the manner of GNU ld.
void write_cross_references(Link &, std::FILE *);

} // namespace gold
