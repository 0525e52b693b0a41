// What `gold-go link` adds to a list of objects to make a whole program of them.
//
// The result is a command line for a plain linker of the inputs' format: GNU's dialect for ELF and PE
// (valid for GNU ld itself, too), ld64's for Mach-O. Nothing is decided elsewhere: --print-link-line
// shows all that is known.
#pragma once

#include "driver/parse.h"
#include "model/options.h"

#include <string>
#include <vector>

namespace gold {

struct LinkLine {
  Dialect dialect = Dialect::Gnu;
  u8 mask = GNU; // options that the line may use
  std::vector<std::string> args;
  std::vector<std::string> errors; // what is missing: then `args` are of no use
};

// `given` is what the command line says in GNU's words, parsed; its inputs exist only as names.
LinkLine complete_link_line(const NativeRequest &, const Options &given);

// The line as a shell would take it, beginning with "gold-go ld".
std::string quote_link_line(const LinkLine &);

} // namespace gold
