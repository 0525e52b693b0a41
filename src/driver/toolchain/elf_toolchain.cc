// Hosted ELF programs on Linux: the start files and libraries of glibc or musl, and GCC's own.
//
// The lines are those that gcc's specs would make (gcc -### shows them), with two freedoms: -lc and
// libgcc form a group instead of being named twice, and libraries that modern glibc keeps only as
// empty files are left out.
#include "driver/directories.h"
#include "driver/toolchain/parts.h"
#include "support/mapped_file.h"

#include <sys/stat.h>

namespace gold {

namespace {

using Libc = NativeRequest::Libc;
using Link = NativeRequest::Link;

class ElfToolchain {
public:
  explicit ElfToolchain(Completion &c)
      : c_(c), r_(c.request), cpu_(arch_name(c.arch)), triple_(cpu_ + "-linux-gnu"),
        sysroot_(c.given.sysroot) {
    while (sysroot_.ends_with('/'))
      sysroot_.pop_back();
    foreign_ = c.arch != host_arch();
  }

  void run() {
    c_.add("-m", c_.arch == Arch::AArch64 ? "aarch64linux" : "elf_x86_64");
    if (c_.given.kind == OutputKind::Relocatable) {
      strip();
      return c_.add_passed();
    }
    bool own_entry = c_.facts.defines_start || (c_.facts.defines_entry && !c_.facts.defines_main);
    if (own_entry && r_.link != Link::Shared)
      return freestanding();
    find_directories();
    kind();
    strip();
    if (r_.start_files)
      start_files();
    c_.add_passed();
    for (const std::string &dir : library_dirs_)
      c_.add("-L" + dir);
    if (r_.default_libs)
      libraries();
    if (r_.start_files)
      end_files();
  }

private:
  Completion &c_;
  const NativeRequest &r_;
  std::string cpu_, triple_, sysroot_;
  bool foreign_; // not the machine that gold-go runs on
  bool musl_ = false;
  std::vector<std::string> libc_dirs_;    // where the C library may be, whether they exist or not
  std::vector<std::string> library_dirs_; // what -L names
  std::vector<std::string> gcc_roots_;
  std::string gcc_; // GCC's directory; empty: not found
  std::string crt_; // where crti.o is

  bool is_pie() const { return r_.link == Link::Pie || (r_.link == Link::Auto && !r_.is_static); }
  bool is_shared() const { return r_.link == Link::Shared; }
  bool is_static_program() const { return r_.is_static && !is_shared(); }

  // A program that brings its own entry needs nothing, and no interpreter either.
  void freestanding() {
    c_.add("--hash-style=gnu", "--build-id", "--eh-frame-hdr", "-z", "text");
    if (!c_.facts.shared_object && c_.given.dynamic_linker.empty())
      c_.add("-static");
    if (r_.link == Link::Pie) {
      c_.add("-pie");
      if (!c_.facts.shared_object && c_.given.dynamic_linker.empty())
        c_.add("--no-dynamic-linker");
    }
    strip();
    c_.add_passed();
  }

  void kind() {
    c_.add("--hash-style=gnu", "--build-id", "--eh-frame-hdr", "--as-needed", "-z", "text");
    if (musl_)
      c_.add("-nostdlib"); // the default directories are glibc's
    if (is_shared())
      return c_.add("-shared");
    if (is_static_program()) {
      c_.add("-static");
      if (is_pie())
        c_.add("-pie", "--no-dynamic-linker");
      return;
    }
    if (is_pie())
      c_.add("-pie");
    if (c_.given.dynamic_linker.empty() && !c_.given.no_dynamic_linker)
      c_.add("-dynamic-linker", interpreter());
  }

  std::string interpreter() const {
    if (musl_)
      return "/lib/ld-musl-" + cpu_ + ".so.1";
    return c_.arch == Arch::AArch64 ? "/lib/ld-linux-aarch64.so.1" : "/lib64/ld-linux-x86-64.so.2";
  }

  void strip() {
    if (r_.strip_all)
      c_.add("-s");
    else if (r_.strip_debug)
      c_.add("-S");
  }

  std::vector<std::string> glibc_candidates() const {
    std::vector<std::string> dirs;
    if (foreign_)
      dirs.push_back("/usr/" + triple_ + "/lib");
    for (const char *d : {"/usr/lib/", "/lib/"})
      dirs.push_back(d + triple_);
    if (!foreign_ || !sysroot_.empty())
      for (const char *d : {"/usr/lib64", "/lib64", "/usr/lib", "/lib"})
        dirs.push_back(d);
    for (std::string &d : dirs)
      d = sysroot_ + d;
    return dirs;
  }

  std::vector<std::string> musl_candidates() const {
    std::string musl = cpu_ + "-linux-musl";
    std::vector<std::string> dirs = {"/usr/lib/" + musl, "/usr/" + musl + "/lib", "/usr/local/musl/lib"};
    if (!foreign_ || !sysroot_.empty())
      for (const char *d : {"/usr/lib", "/lib"}) // Alpine
        if (file_exists(sysroot_ + "/etc/alpine-release"))
          dirs.push_back(d);
    for (std::string &d : dirs)
      d = sysroot_ + d;
    return dirs;
  }

  void find_directories() {
    const char *probe = is_shared() ? "crti.o" : "crt1.o";
    bool wants_musl =
        r_.libc == Libc::Musl || (r_.libc == Libc::Auto && r_.target.find("musl") != r_.target.npos);
    libc_dirs_ = wants_musl ? musl_candidates() : glibc_candidates();
    crt_ = directory_with(libc_dirs_, probe);
    musl_ = wants_musl;
    bool free = r_.libc == Libc::Auto && (r_.target.empty() || wants_musl);
    if (crt_.empty() && free && !wants_musl)
      if (std::vector<std::string> other = musl_candidates();
          !(crt_ = directory_with(other, probe)).empty()) {
        libc_dirs_ = other;
        musl_ = true;
      }
    for (const char *base :
         {"/usr/lib/gcc/", "/usr/lib64/gcc/", "/usr/lib/gcc-cross/", "/usr/local/lib/gcc/"})
      for (const char *vendor :
           {"-linux-gnu", "-redhat-linux", "-pc-linux-gnu", "-suse-linux", "-amazon-linux",
            "-alpine-linux-musl", "-linux-musl", "-unknown-linux-gnu"}) {
        std::string dir = base + cpu_ + vendor;
        if (!sysroot_.empty())
          gcc_roots_.push_back(sysroot_ + dir);
        // A cross compiler lives outside the target's file system.
        if (sysroot_.empty() || directory_exists(dir))
          gcc_roots_.push_back(dir);
      }
    std::vector<GccDirectory> installed = find_gcc(gcc_roots_, "crtbegin.o");
    if (const GccDirectory *g = choose_gcc(installed, c_.facts.gcc_version))
      gcc_ = g->path;
    if (!gcc_.empty() && !musl_)
      library_dirs_.push_back(gcc_);
    // /lib is often the same directory as /usr/lib: each is named once.
    std::vector<std::pair<u64, u64>> seen;
    for (const std::string &dir : libc_dirs_)
      if (struct stat st; stat(dir.c_str(), &st) == 0 && S_ISDIR(st.st_mode)) {
        std::pair<u64, u64> id{st.st_dev, st.st_ino};
        if (std::find(seen.begin(), seen.end(), id) != seen.end())
          continue;
        seen.push_back(id);
        library_dirs_.push_back(dir);
      }
  }

  std::string libc_name() const { return std::string(musl_ ? "musl" : "glibc") + ", for " + cpu_; }

  std::string package(const char *native, const char *cross) const {
    if (!foreign_)
      return native;
    std::string name = cross, debian = c_.arch == Arch::AArch64 ? "arm64" : "amd64", cpu = cpu_;
    for (char &ch : cpu)
      ch = ch == '_' ? '-' : ch;
    auto replace = [&](const char *what, const std::string &with) {
      if (std::size_t at = name.find(what); at != name.npos)
        name.replace(at, std::string_view(what).size(), with);
    };
    replace("DEB", debian);
    replace("CPU", cpu);
    return name;
  }
  std::string libc_package() const {
    return musl_ ? package("musl-dev", "musl-dev:DEB") : package("libc6-dev", "libc6-dev-DEB-cross");
  }
  std::string gcc_package() const { return package("gcc", "gcc-CPU-linux-gnu"); }

  void start_file(const char *file) {
    if (std::string dir = directory_with(libc_dirs_, file); !dir.empty())
      c_.add(dir + "/" + file);
    else
      c_.missing(file, "a start file of " + libc_name(), libc_dirs_, libc_package());
  }

  std::vector<std::string> gcc_places() const {
    std::vector<std::string> places;
    if (!gcc_.empty())
      return {gcc_};
    for (const std::string &root : gcc_roots_)
      if (root.find(triple_) != root.npos && root.find("/usr/l") != root.npos)
        places.push_back(root + "/*");
    return places;
  }

  void gcc_file(const char *file) {
    if (!gcc_.empty() && file_exists(gcc_ + "/" + file))
      c_.add(gcc_ + "/" + file);
    else
      c_.missing(file, "a file of GCC for " + cpu_, gcc_places(), gcc_package());
  }

  bool wide() const { return is_shared() || is_pie(); }

  void start_files() {
    if (!is_shared())
      start_file(is_static_program() && is_pie() ? "rcrt1.o" : is_pie() ? "Scrt1.o" : "crt1.o");
    start_file("crti.o");
    gcc_file(wide() ? "crtbeginS.o" : is_static_program() ? "crtbeginT.o" : "crtbegin.o");
  }

  void end_files() {
    if (gcc_.empty())
      return; // already told
    gcc_file(wide() ? "crtendS.o" : "crtend.o");
    if (!crt_.empty())
      start_file("crtn.o");
  }

  // Is there such a library that holds anything? An archive of 8 bytes is empty.
  bool has_library(const std::string &name) const {
    std::vector<std::string> dirs = c_.given.library_paths;
    dirs.insert(dirs.end(), library_dirs_.begin(), library_dirs_.end());
    for (const std::string &dir : dirs) {
      struct stat st;
      if (!is_static_program() && file_exists(dir + "/lib" + name + ".so"))
        return true;
      if (stat((dir + "/lib" + name + ".a").c_str(), &st) == 0)
        return st.st_size > 8;
    }
    return false;
  }

  std::string library_file(const char *name) const {
    return std::string("lib") + name + (is_static_program() ? ".a" : ".so");
  }

  void libraries() {
    cxx_library();
    for (const char *name : {"m", "pthread", "dl", "rt"})
      if (has_library(name))
        c_.add(std::string("-l") + name);
    if (!has_library("c") && (r_.start_files ? !crt_.empty() : true))
      c_.missing(library_file("c"), "the C library (" + libc_name() + ")", library_dirs_, libc_package());
    if (gcc_.empty()) {
      if (!r_.start_files)
        c_.missing("libgcc.a", "a library of GCC for " + cpu_, gcc_places(), gcc_package());
      return;
    }
    c_.add("--start-group");
    if (musl_) {
      // Named by their paths: the directory also holds libraries made for glibc.
      c_.add(gcc_ + "/libgcc.a");
      if (file_exists(gcc_ + "/libgcc_eh.a"))
        c_.add(gcc_ + "/libgcc_eh.a");
    } else if (is_static_program()) {
      c_.add("-lgcc", "-lgcc_eh");
    } else {
      c_.add("-lgcc");
      if (has_library("gcc_s"))
        c_.add("-lgcc_s");
    }
    c_.add("-lc", "--end-group");
  }

  void cxx_library() {
    using Stdlib = NativeRequest::Stdlib;
    bool forced = r_.stdlib == Stdlib::Libstdcxx || r_.stdlib == Stdlib::Libcxx;
    if (r_.stdlib == Stdlib::None || (!forced && c_.facts.cxx == InputFacts::No))
      return;
    bool libcxx = r_.stdlib == Stdlib::Libcxx || (r_.stdlib == Stdlib::Auto && c_.facts.libcxx);
    const char *name = libcxx ? "c++" : "stdc++";
    if (!has_library(name)) {
      if (forced || c_.facts.cxx == InputFacts::Yes)
        c_.missing(library_file(name),
                   std::string("the C++ library that the objects need") + (musl_ ? ", for musl" : ""),
                   library_dirs_,
                   musl_    ? std::string()
                   : libcxx ? std::string("libc++-dev")
                            : package("g++", "g++-CPU-linux-gnu"));
      return;
    }
    c_.add(std::string("-l") + name);
    if (libcxx)
      for (const char *more : {"c++abi", "unwind"})
        if (has_library(more))
          c_.add(std::string("-l") + more);
  }
};

} // namespace

void complete_elf(Completion &c) {
  ElfToolchain(c).run();
}

} // namespace gold
