// Where a system keeps its libraries: what linkers search after the directories of -L.
#pragma once

#include "model/options.h"

#include <string>
#include <vector>

namespace gold {

// What the machine is that gold-go runs on.
Arch host_arch();

// "x86_64" or "aarch64"; Arch::Unknown is the host's.
const char *arch_name(Arch);

// Directories that exist, in the order in which they are searched, below `sysroot` ("" or without a
// slash at its end). For a foreign architecture without a sysroot, those of Debian's cross packages.
std::vector<std::string> elf_library_directories(Arch, const std::string &sysroot);
std::vector<std::string> mingw_library_directories(Arch, const std::string &sysroot);

bool directory_exists(const std::string &path);

} // namespace gold
