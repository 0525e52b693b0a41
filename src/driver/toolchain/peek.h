// A first look into the inputs of `gold-go link`: what they are, for which machine, and what kind of
// program they ask for. Only what decides about start files and libraries is read; the readers check
// the files later, so that here a broken file simply tells nothing.
#pragma once

#include "model/options.h"

#include <string>
#include <vector>

namespace gold {

struct InputFacts {
  Format format = Format::Unknown;
  Arch arch = Arch::Unknown;
  bool bitcode = false;       // one of the inputs is LLVM bitcode
  bool shared_object = false; // one of the inputs is a shared object, DLL or dylib

  bool defines_start = false; // the format's entry (_start, mainCRTStartup): nothing is to be added
  bool defines_entry = false; // ELF: the symbol that --entry names
  bool defines_main = false, defines_wmain = false, defines_winmain = false, defines_wwinmain = false;

  enum Cxx : u8 {
    No,
    Perhaps, // C++ names are used or defined: the library helps if it is there
    Yes,     // operator new, exceptions, std:: ...: it must be there
  } cxx = No;
  bool libcxx = false; // std::__1: LLVM's library

  std::string entry;        // what --entry names
  std::string gcc_version;  // of the newest GCC that made one of them: "12.2.0"; empty: none did
  std::string thread_model; // MinGW: "posix" or "win32"; empty: not told

  std::string platform, platform_min, platform_sdk; // Mach-O
};

// Looks into the files among the inputs; `entry` is the symbol of --entry, or empty. A file that can't
// be opened is told in `*errors`.
InputFacts peek_inputs(const std::vector<InputArg> &inputs, const std::string &entry,
                       std::vector<std::string> *errors);

// Adds what one file's bytes tell; `path` is where a thin archive's members are looked for.
void peek_bytes(const std::string &path, const u8 *data, u64 size, InputFacts *facts);

} // namespace gold
