// Windows programs by MinGW-w64: its start files, import libraries and GCC's libraries, which are
// linked statically by default so that the .exe runs alone.
#include "driver/directories.h"
#include "driver/toolchain/parts.h"
#include "support/mapped_file.h"

namespace gold {

namespace {

using Link = NativeRequest::Link;

class MingwToolchain {
public:
  explicit MingwToolchain(Completion &c)
      : c_(c), r_(c.request), cpu_(arch_name(c.arch)), triple_(cpu_ + "-w64-mingw32"),
        sysroot_(c.given.sysroot) {
    while (sysroot_.ends_with('/'))
      sysroot_.pop_back();
  }

  void run() {
    c_.line.mask = GNU | PE;
    c_.add("-m", c_.arch == Arch::AArch64 ? "arm64pe" : "i386pep");
    if (c_.given.kind == OutputKind::Relocatable)
      return c_.add_passed();
    find_directories();
    bool alone = c_.facts.defines_start;
    if (shared()) {
      c_.add("-shared", "--enable-auto-image-base");
      if (!alone && c_.given.entry.empty())
        c_.add("-e", "DllMainCRTStartup");
    } else if (c_.given.subsystem.empty() && windows_program()) {
      c_.add("--subsystem", "windows");
    }
    if (r_.link == Link::NoPie)
      c_.add("--disable-dynamicbase");
    c_.add(r_.is_static ? "-Bstatic" : "-Bdynamic");
    if (r_.strip_all)
      c_.add("-s");
    else if (r_.strip_debug)
      c_.add("-S");
    bool start_files = r_.start_files && !alone, libs = r_.default_libs && !alone;
    if (start_files) {
      file(mingw_dirs_,
           shared() ? "dllcrt2.o"
           : wide() ? "crt2u.o"
                    : "crt2.o",
           "mingw-w64-" + debian_cpu() + "-dev");
      file(gcc_places_, "crtbegin.o", gcc_package());
    }
    c_.add_passed();
    if (!gcc_.empty())
      c_.add("-L" + gcc_);
    for (const std::string &dir : mingw_dirs_)
      if (directory_exists(dir))
        c_.add("-L" + dir);
    if (libs)
      libraries();
    if (start_files && !gcc_.empty()) // else crtbegin.o was missed already
      file(gcc_places_, "crtend.o", gcc_package());
  }

private:
  Completion &c_;
  const NativeRequest &r_;
  std::string cpu_, triple_, sysroot_, gcc_, model_;
  std::vector<std::string> mingw_dirs_, gcc_places_;

  bool shared() const { return r_.link == Link::Shared; }
  // wmain and wWinMain take Unicode arguments, which another start file prepares.
  bool wide() const {
    return (c_.facts.defines_wmain || c_.facts.defines_wwinmain) && !c_.facts.defines_main &&
           !c_.facts.defines_winmain;
  }
  bool windows_program() const {
    return (c_.facts.defines_winmain || c_.facts.defines_wwinmain) && !c_.facts.defines_main &&
           !c_.facts.defines_wmain;
  }

  std::string debian_cpu() const { return c_.arch == Arch::AArch64 ? "aarch64" : "x86-64"; }
  std::string gcc_package() const { return "gcc-mingw-w64-" + debian_cpu() + "-" + model_; }

  void find_directories() {
    for (const char *tail : {"/lib", "/mingw/lib", "/sys-root/mingw/lib"})
      mingw_dirs_.push_back(sysroot_ + "/usr/" + triple_ + tail);
    model_ = c_.facts.thread_model.empty() ? "posix" : c_.facts.thread_model;
    std::vector<std::string> roots;
    for (const char *base : {"/usr/lib/gcc/", "/usr/lib64/gcc/"})
      roots.push_back(sysroot_ + base + triple_);
    std::vector<GccDirectory> all = find_gcc(roots, "crtbegin.o");
    // Debian has a directory a thread model; elsewhere there is one for all.
    std::vector<GccDirectory> right;
    for (const GccDirectory &g : all)
      if (g.name.ends_with("-" + model_))
        right.push_back(g);
    if (const GccDirectory *g = choose_gcc(right.empty() ? all : right, c_.facts.gcc_version))
      gcc_ = g->path;
    if (!gcc_.empty())
      gcc_places_.push_back(gcc_);
    else
      for (const std::string &root : roots)
        gcc_places_.push_back(root + "/*-" + model_);
  }

  void file(const std::vector<std::string> &dirs, const std::string &name, const std::string &package) {
    std::string dir = directory_with(dirs, name);
    if (!dir.empty())
      c_.add(dir + "/" + name);
    else
      c_.missing(name, "a start file of MinGW-w64 for " + cpu_, dirs, package);
  }

  std::vector<std::string> all_dirs() const {
    std::vector<std::string> dirs = c_.given.library_paths;
    dirs.insert(dirs.end(), gcc_places_.begin(), gcc_places_.end());
    dirs.insert(dirs.end(), mingw_dirs_.begin(), mingw_dirs_.end());
    return dirs;
  }
  bool has(const std::string &name) const { return !directory_with(all_dirs(), name).empty(); }

  // A library of GCC: the archive itself, or its DLL's import library.
  void runtime_library(const std::string &name, bool needed, const std::string &package) {
    if (r_.shared_runtime && has("lib" + name + ".dll.a"))
      c_.add("-l" + name);
    else if (has("lib" + name + ".a"))
      c_.add("-l:lib" + name + ".a");
    else if (needed)
      c_.missing("lib" + name + ".a", "a library that the objects need", all_dirs(), package);
  }

  void libraries() {
    using Stdlib = NativeRequest::Stdlib;
    if (r_.stdlib != Stdlib::None && (c_.facts.cxx != InputFacts::No || r_.stdlib != Stdlib::Auto)) {
      bool libcxx = r_.stdlib == Stdlib::Libcxx || (r_.stdlib == Stdlib::Auto && c_.facts.libcxx);
      runtime_library(libcxx ? "c++" : "stdc++", c_.facts.cxx == InputFacts::Yes || r_.stdlib != Stdlib::Auto,
                      "g++-mingw-w64-" + debian_cpu());
    }
    if (!has("libmsvcrt.a"))
      c_.missing("libmsvcrt.a", "the import library of the C library", all_dirs(),
                 "mingw-w64-" + debian_cpu() + "-dev");
    c_.add("--start-group", "-lmingw32");
    if (r_.shared_runtime && has("libgcc_s.a"))
      c_.add("-lgcc_s", "-lgcc");
    else
      c_.add("-lgcc", "-lgcc_eh");
    if (model_ == "posix")
      runtime_library("winpthread", false, "");
    c_.add("-lmoldname", "-lmingwex", "-lmsvcrt", "-ladvapi32", "-lshell32", "-luser32", "-lkernel32",
           "--end-group");
  }
};

} // namespace

void complete_mingw(Completion &c) {
  MingwToolchain(c).run();
}

} // namespace gold
