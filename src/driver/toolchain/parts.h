// What the toolchains of the three formats share: looking for files, GCC's directories, and saying
// what is missing.
#pragma once

#include "driver/toolchain/peek.h"
#include "driver/toolchain/toolchain.h"

#include <string>
#include <vector>

namespace gold {

// One line being made.
struct Completion {
  const NativeRequest &request;
  const Options &given;
  const InputFacts &facts;
  Format format; // settled: by --target, -m or the inputs
  Arch arch;
  LinkLine line;

  void add(std::string word) { line.args.push_back(std::move(word)); }
  template <class... T> void add(std::string first, T... more) {
    add(std::move(first));
    add(std::move(more)...);
  }
  // The user's own words. Their --whole-archive or -Bstatic must not reach the libraries that follow.
  void add_passed();
  // "cannot find FILE, WHAT", the directories, the package.
  void missing(const std::string &file, const std::string &what, const std::vector<std::string> &looked_in,
               const std::string &package);
};

// The first of `dirs` that holds `file`, or "".
std::string directory_with(const std::vector<std::string> &dirs, const std::string &file);

// A directory of GCC's own files, as /usr/lib/gcc/x86_64-linux-gnu/12 or .../12-posix.
struct GccDirectory {
  std::string path;
  int major = 0;
  std::string name; // its last part
};

// All of them below each of `roots` that hold `file`, the newest first.
std::vector<GccDirectory> find_gcc(const std::vector<std::string> &roots, const std::string &file);

// The one made by the compiler of version `wanted` ("12.2.0", may be empty), else the newest; null if
// there is none.
const GccDirectory *choose_gcc(const std::vector<GccDirectory> &, const std::string &wanted);

void complete_elf(Completion &);
void complete_mingw(Completion &);
void complete_macho(Completion &);

} // namespace gold
