// gold-go-inspect: tells what is in an image. `gold-go inspect` runs it; it is a program of its own so that
// a link doesn't pay for LIEF.
#include "inspect/report.h"

#include <LIEF/logging.hpp>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace gold::inspect;

constexpr const char *usage =
    "usage: gold-go inspect [--json] FILE...\n"
    "Tells of each ELF, PE or Mach-O image its type, segments, sections, libraries,\n"
    "imports, exports and relocations.\n";

constexpr std::string_view elf_magic("\177ELF", 4);
constexpr std::string_view archive_magic("!<arch>\n", 8);
constexpr std::string_view thin_magic("!<thin>\n", 8);
constexpr std::string_view bitcode_magic("BC\xc0\xde", 4);
constexpr std::string_view macho_magics[] = {
    {"\xfe\xed\xfa\xce", 4}, {"\xce\xfa\xed\xfe", 4}, {"\xfe\xed\xfa\xcf", 4},
    {"\xcf\xfa\xed\xfe", 4}, {"\xca\xfe\xba\xbe", 4}, {"\xca\xfe\xba\xbf", 4},
};

// The machine field that begins a COFF object; it has no magic.
bool is_coff_object(std::string_view head) {
  return head.starts_with(std::string_view("\x64\x86", 2)) ||
         head.starts_with(std::string_view("\x4c\x01", 2)) ||
         head.starts_with(std::string_view("\x64\xaa", 2));
}

std::vector<Report> report(const std::string &path) {
  std::ifstream in(path, std::ios::binary);
  if (!in)
    throw Unreadable(std::string("cannot open: ") + std::strerror(errno));
  char buffer[8] = {};
  in.read(buffer, sizeof buffer);
  if (in.bad())
    throw Unreadable(std::string("cannot read: ") + std::strerror(errno));
  std::string_view head(buffer, static_cast<std::size_t>(in.gcount()));

  if (head.starts_with(elf_magic))
    return {report_elf(path)};
  for (std::string_view magic : macho_magics)
    if (head.starts_with(magic))
      return report_macho(path);
  if (head.starts_with("MZ"))
    return {report_pe(path)};
  if (head.starts_with(archive_magic) || head.starts_with(thin_magic))
    throw Unreadable("an archive: objects and archives are not inspected yet, only images are");
  if (head.starts_with(bitcode_magic))
    throw Unreadable("LLVM bitcode: only images are inspected");
  if (is_coff_object(head))
    throw Unreadable("a COFF object: objects and archives are not inspected yet, only images are");
  throw Unreadable("not an ELF, PE or Mach-O image");
}

// LIEF reads past what is missing; a person should know.
void check_whole(const Report &report, std::uint64_t size) {
  for (const std::vector<Region> *regions : {&report.segments, &report.sections})
    for (const Region &region : *regions)
      if (region.file_size > 0 && (region.offset > size || region.file_size > size - region.offset))
        throw Unreadable("the file is cut short: " + region.name + " reaches beyond its end");
}

} // namespace

int main(int argc, char **argv) {
  bool json = false;
  std::vector<std::string> paths;
  bool options = true;
  for (int i = 1; i < argc; ++i) {
    std::string_view arg = argv[i];
    if (options && arg == "--") {
      options = false;
    } else if (options && arg == "--json") {
      json = true;
    } else if (options && (arg == "--help" || arg == "-h")) {
      std::cout << usage;
      return 0;
    } else if (options && arg.size() > 1 && arg[0] == '-') {
      std::cerr << "gold-go inspect: error: unknown option " << arg << '\n' << usage;
      return 1;
    } else {
      paths.emplace_back(arg);
    }
  }
  if (paths.empty()) {
    std::cerr << "gold-go inspect: error: no file was named\n" << usage;
    return 1;
  }

  LIEF::logging::disable();
  int status = 0;
  std::vector<Report> all;
  for (const std::string &path : paths) {
    try {
      for (Report &one : report(path)) {
        one.file = path;
        check_whole(one, std::filesystem::file_size(path));
        if (!json)
          print_text(std::cout, one);
        else
          all.push_back(std::move(one));
      }
    } catch (const std::exception &error) {
      std::cerr << "gold-go inspect: error: " << path << ": " << error.what() << '\n';
      status = 1;
    }
  }
  if (json)
    print_json(std::cout, all);
  std::cout.flush();
  if (!std::cout) {
    std::cerr << "gold-go inspect: error: cannot write the output\n";
    return 1;
  }
  return status;
}
