// `gold-go runtime`: what gold-go carries of the goroutine runtime, for people and makefiles.
#pragma once

#include <string>
#include <vector>

namespace gold {

struct CommandResult {
  std::string text;  // for standard output
  std::string error; // without "gold-go: error: "; not empty: the command failed
};

// list                          what is carried
// extract [--target=CPU] DIR    writes DIR/include/go/... and DIR/lib/CPU-linux/libgo_rt.a
// include-dir [DIR]             prints a folder for the compiler's -I (with DIR: writes it there)
CommandResult run_runtime_command(const std::vector<std::string> &words);

} // namespace gold
