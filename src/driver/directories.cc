#include "driver/directories.h"

#include <sys/stat.h>

namespace gold {

Arch host_arch() {
#if defined(__aarch64__)
  return Arch::AArch64;
#else
  return Arch::X86_64;
#endif
}

const char *arch_name(Arch arch) {
  return (arch == Arch::Unknown ? host_arch() : arch) == Arch::AArch64 ? "aarch64" : "x86_64";
}

bool directory_exists(const std::string &path) {
  struct stat st;
  return stat(path.c_str(), &st) == 0 && S_ISDIR(st.st_mode);
}

std::vector<std::string> elf_library_directories(Arch arch, const std::string &sysroot) {
  std::string cpu = arch_name(arch), triple = cpu + "-linux-gnu";
  bool foreign = arch != Arch::Unknown && arch != host_arch() && sysroot.empty();
  std::vector<std::string> candidates;
  if (foreign)
    candidates = {"/usr/" + triple + "/lib", "/usr/local/lib/" + triple, "/lib/" + triple,
                  "/usr/lib/" + triple};
  else
    candidates = {"/usr/local/lib/" + triple, "/lib/" + triple, "/usr/lib/" + triple,
                  "/usr/local/lib64",         "/lib64",         "/usr/lib64",
                  "/usr/local/lib",           "/lib",           "/usr/lib",
                  "/usr/" + triple + "/lib"};
  std::vector<std::string> found;
  for (std::string &dir : candidates)
    if (directory_exists(sysroot + dir))
      found.push_back(sysroot + dir);
  return found;
}

std::vector<std::string> mingw_library_directories(Arch arch, const std::string &sysroot) {
  std::vector<std::string> found;
  std::string triple = std::string(arch_name(arch)) + "-w64-mingw32";
  for (const char *tail : {"/lib", "/mingw/lib", "/sys-root/mingw/lib"})
    if (std::string dir = sysroot + "/usr/" + triple + tail; directory_exists(dir))
      found.push_back(dir);
  return found;
}

} // namespace gold
