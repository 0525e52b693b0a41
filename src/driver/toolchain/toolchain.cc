// `gold-go link`: what the inputs are decides which toolchain completes the line.
#include "driver/toolchain/toolchain.h"

#include "driver/directories.h"
#include "driver/toolchain/parts.h"
#include "support/mapped_file.h"

#include <dirent.h>

#include <algorithm>
#include <cstdlib>

namespace gold {

void Completion::add_passed() {
  bool has_state = false;
  for (std::string_view word : request.pass)
    has_state |= word.ends_with("-archive") || word.ends_with("Bstatic") || word.ends_with("Bdynamic") ||
                 word.ends_with("as-needed") || word == "-dn" || word == "-dy" || word == "-non_shared" ||
                 word == "-call_shared";
  if (has_state)
    add("--push-state");
  line.args.insert(line.args.end(), request.pass.begin(), request.pass.end());
  if (has_state)
    add("--pop-state");
}

void Completion::missing(const std::string &file, const std::string &what,
                         const std::vector<std::string> &looked_in, const std::string &package) {
  std::string text = "cannot find " + file + ", " + what;
  for (const std::string &dir : looked_in)
    text += "\n>>> looked in " + dir;
  if (!package.empty())
    text += "\n>>> Debian and Ubuntu have it in the package " + package;
  line.errors.push_back(std::move(text));
}

std::string directory_with(const std::vector<std::string> &dirs, const std::string &file) {
  for (const std::string &dir : dirs)
    if (file_exists(dir + "/" + file))
      return dir;
  return "";
}

std::vector<GccDirectory> find_gcc(const std::vector<std::string> &roots, const std::string &file) {
  std::vector<GccDirectory> found;
  for (const std::string &root : roots) {
    DIR *d = opendir(root.c_str());
    if (!d)
      continue;
    while (dirent *e = readdir(d)) {
      std::string name = e->d_name;
      int major = std::atoi(name.c_str());
      if (major > 0 && file_exists(root + "/" + name + "/" + file))
        found.push_back({root + "/" + name, major, name});
    }
    closedir(d);
  }
  // Newest first; among equals as the roots are ordered, then by name: never as readdir gave them.
  std::sort(found.begin(), found.end(), [&](const GccDirectory &a, const GccDirectory &b) {
    if (a.major != b.major)
      return a.major > b.major;
    auto rank = [&](const GccDirectory &g) {
      for (std::size_t i = 0; i < roots.size(); ++i)
        if (g.path == roots[i] + "/" + g.name)
          return i;
      return roots.size();
    };
    std::size_t ra = rank(a), rb = rank(b);
    return ra != rb ? ra < rb : a.name > b.name;
  });
  return found;
}

const GccDirectory *choose_gcc(const std::vector<GccDirectory> &all, const std::string &wanted) {
  int major = std::atoi(wanted.c_str());
  for (const GccDirectory &g : all)
    if (g.name == wanted)
      return &g;
  for (const GccDirectory &g : all)
    if (g.major == major)
      return &g;
  return all.empty() ? nullptr : &all[0];
}

namespace {

// --target=TRIPLE; false: not known.
bool apply_target(const std::string &triple, Format *format, Arch *arch) {
  if (triple.starts_with("x86_64") || triple.starts_with("amd64"))
    *arch = Arch::X86_64;
  else if (triple.starts_with("aarch64") || triple.starts_with("arm64"))
    *arch = Arch::AArch64;
  else
    return false;
  auto has = [&](const char *s) { return triple.find(s) != triple.npos; };
  if (has("mingw") || has("windows-gnu"))
    *format = Format::Coff;
  else if (has("apple") || has("macos") || has("darwin"))
    *format = Format::MachO;
  else if (has("linux") || has("elf") || has("none") || triple.find('-') == triple.npos)
    *format = Format::Elf;
  else
    return false;
  return true;
}

bool plain(char c) {
  return std::string_view("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./,:@%^")
             .find(c) != std::string_view::npos;
}

} // namespace

LinkLine complete_link_line(const NativeRequest &request, const Options &given) {
  LinkLine failed;
  InputFacts facts = peek_inputs(given.inputs, given.entry, &failed.errors);
  if (!failed.errors.empty())
    return failed;
  Format format = given.format != Format::Unknown ? given.format : facts.format;
  Arch arch = given.arch != Arch::Unknown ? given.arch : facts.arch;
  if (!request.target.empty() && !apply_target(request.target, &format, &arch)) {
    failed.errors.push_back("unknown target '" + request.target +
                            "'; known are x86_64 and aarch64 with -linux-gnu, -linux-musl, -w64-mingw32, "
                            "-apple-macos");
    return failed;
  }
  if (format == Format::Unknown) {
    std::string first = "the input";
    for (const InputArg &in : given.inputs)
      if (in.kind == InputArg::File && first == "the input")
        first = in.name;
    failed.errors.push_back(
        facts.bitcode
            ? first +
                  ": LLVM bitcode (made by -flto): link-time optimization is not supported yet, compile with "
                  "-ffat-lto-objects or without -flto"
            : first + " is not an ELF, COFF or Mach-O object, nor is another input\n>>> "
                      "what else they are for is told by --target=TRIPLE");
    return failed;
  }
  if (arch == Arch::Unknown) {
    failed.errors.push_back("the inputs are for a machine that is not supported; supported are x86-64 and "
                            "AArch64");
    return failed;
  }
  Completion c{request, given, facts, format, arch, {}};
  switch (format) {
  case Format::Coff:
    complete_mingw(c);
    break;
  case Format::MachO:
    complete_macho(c);
    break;
  default:
    complete_elf(c);
  }
  return std::move(c.line);
}

std::string quote_link_line(const LinkLine &line) {
  std::string out = line.dialect == Dialect::Ld64 ? "gold-go ld64" : "gold-go ld";
  for (const std::string &word : line.args) {
    out += ' ';
    if (!word.empty() && std::all_of(word.begin(), word.end(), plain)) {
      out += word;
      continue;
    }
    out += '\'';
    for (char ch : word)
      out += ch == '\'' ? std::string("'\\''") : std::string(1, ch);
    out += '\'';
  }
  return out;
}

} // namespace gold
