#include "runtime_embed/command.h"

#include "runtime_embed/embedded.h"
#include "support/hash.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace gold {

namespace {

namespace fs = std::filesystem;

constexpr const char *usage = "usage: gold-go runtime list\n"
                              "       gold-go runtime extract [--target=CPU] DIR\n"
                              "       gold-go runtime include-dir [DIR]";

std::string_view text_of(ByteView b) {
  return b.str();
}

// Throws fs::filesystem_error.
void write_file(const fs::path &path, ByteView bytes) {
  fs::create_directories(path.parent_path());
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out.write(reinterpret_cast<const char *>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  out.close();
  if (!out)
    throw fs::filesystem_error("cannot write", path, std::error_code(errno, std::generic_category()));
}

void write_headers(const fs::path &dir) {
  for (const EmbeddedFile &h : embedded_runtime().headers)
    write_file(dir / h.title, unpack(h));
}

// Does `dir` hold exactly the headers that belong to the archive inside?
bool has_our_headers(const fs::path &dir) {
  for (const EmbeddedFile &h : embedded_runtime().headers) {
    std::ifstream in(dir / h.title, std::ios::binary);
    if (!in)
      return false;
    std::ostringstream bytes;
    bytes << in.rdbuf();
    if (bytes.view() != text_of(unpack(h)))
      return false;
  }
  return true;
}

// The user's folder for what can be made again (XDG Base Directory Specification).
fs::path cache_dir() {
  if (const char *x = std::getenv("XDG_CACHE_HOME"); x && x[0] == '/')
    return x;
  if (const char *h = std::getenv("HOME"); h && h[0] == '/')
    return fs::path(h) / ".cache";
  return {};
}

// Headers of another version of gold-go lie in a folder of another name. The folder appears whole:
// other processes may be about the same.
fs::path unpack_into_cache() {
  fs::path cache = cache_dir();
  if (cache.empty())
    throw InputError("no folder for the headers: neither XDG_CACHE_HOME nor HOME is set\n"
                     ">>> `gold-go runtime include-dir DIR` writes them to a folder of your choice");
  u64 hash = 0;
  for (const EmbeddedFile &h : embedded_runtime().headers)
    hash = hash_combine(hash_combine(hash, hash_string(h.title)), hash_string(text_of(h.packed)));
  char name[64];
  std::snprintf(name, sizeof name, "runtime-include-%016llx", static_cast<unsigned long long>(hash));
  fs::path dir = cache / "gold-go" / name;
  if (has_our_headers(dir))
    return dir;
  fs::path fresh = dir;
  fresh += "." + std::to_string(getpid());
  write_headers(fresh);
  std::error_code failed;
  fs::remove_all(dir, failed); // damaged, or not there
  fs::rename(fresh, dir, failed);
  if (failed) {
    fs::remove_all(fresh);
    if (!has_our_headers(dir))
      throw fs::filesystem_error("cannot make", dir, failed);
  }
  return dir;
}

// In the build tree and in an installed prefix the headers are beside the program.
std::string include_dir() {
  std::error_code failed;
  fs::path self = fs::read_symlink("/proc/self/exe", failed);
  if (!failed)
    for (const char *near : {"include", "../include"}) {
      fs::path dir = fs::weakly_canonical(self.parent_path() / near, failed);
      if (!failed && has_our_headers(dir))
        return dir.string();
    }
  return unpack_into_cache().string();
}

std::string list() {
  std::string out;
  for (const EmbeddedFile &a : embedded_runtime().archives)
    out += std::string(a.title) + "-linux: libgo_rt.a, ABI " + std::to_string(runtime_abi(a.names)) + ", " +
           std::to_string(a.size) + " bytes (" + std::to_string(a.packed.size()) + " packed)\n";
  for (const EmbeddedFile &h : embedded_runtime().headers)
    out += "header: " + std::string(h.title) + "\n";
  return out;
}

void extract(const fs::path &dir, std::string_view target) {
  bool any = false;
  for (const EmbeddedFile &a : embedded_runtime().archives)
    if (target.empty() || target.starts_with(a.title)) {
      write_file(dir / "lib" / (std::string(a.title) + "-linux") / "libgo_rt.a", unpack(a));
      any = true;
    }
  if (!any)
    throw InputError("this gold-go carries no goroutine runtime for " + std::string(target));
  write_headers(dir / "include");
}

} // namespace

CommandResult run_runtime_command(const std::vector<std::string> &words) {
  std::string_view what = words.empty() ? std::string_view() : std::string_view(words[0]);
  try {
    if (what == "list" && words.size() == 1)
      return {list(), ""};
    if (what == "include-dir" && words.size() == 1)
      return {include_dir() + "\n", ""};
    if (what == "include-dir" && words.size() == 2 && !words[1].starts_with("-")) {
      write_headers(words[1]);
      return {fs::canonical(words[1]).string() + "\n", ""};
    }
    std::string_view target = "", dir = "";
    if (what == "extract" && words.size() > 1) {
      for (std::size_t i = 1; i < words.size(); ++i)
        if (std::string_view w = words[i]; w.starts_with("--target="))
          target = w.substr(9);
        else if (dir.empty() && !w.starts_with("-"))
          dir = w;
        else
          return {"", usage};
      if (!dir.empty()) {
        extract(dir, target);
        return {};
      }
    }
    if (what == "--help" || what == "-h" || what == "help")
      return {std::string(usage) + "\n", ""};
    return {"", usage};
  } catch (const fs::filesystem_error &e) {
    return {"", "cannot write " + e.path1().string() + ": " + e.code().message()};
  } catch (const std::exception &e) {
    return {"", e.what()};
  }
}

} // namespace gold
