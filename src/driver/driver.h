// The command line: which dialect it is in, what it asks for, and the Options that come out of it.
#pragma once

#include "model/options.h"

#include <string>
#include <vector>

namespace gold {

struct Invocation {
  enum Action : u8 {
    Link,    // run link(options)
    Print,   // write `text` to standard output, and end
    Inspect, // run gold-go-inspect with `rest`
    Runtime, // gold-go runtime: `rest` are its words
    Error,   // report `errors`, end with 1
  } action = Error;
  Options options;
  std::string text; // with Link, printed before it (-v)
  std::vector<std::string> rest;
  std::vector<std::string> errors, warnings; // without "gold-go: error: "; errors means Error
};

// The words of main(). The dialect is chosen by a subcommand (argv[1]), else by argv[0]'s base name;
// response files are read and, for `gold-go link`, the inputs are looked into. Never throws for a
// wrong command line.
Invocation parse_command_line(int argc, const char *const *argv);

// The words of one dialect, without a program's name: for tests.
Invocation parse_dialect(Dialect, std::vector<std::string> args);

} // namespace gold
