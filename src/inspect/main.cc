// gold-go-inspect: tells what is in an image. `gold-go inspect` runs it; it is a program of its own so that
// a link doesn't pay for LIEF.
#include "inspect/report.h"
#include "readers/identify.h"

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
    "imports, exports and relocations, and of a Go object or archive its symbols.\n";

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

std::string read_head(const std::string &path) {
  std::ifstream in(path, std::ios::binary);
  if (!in)
    throw Unreadable(std::string("cannot open: ") + std::strerror(errno));
  std::string head(64, '\0');
  in.read(head.data(), static_cast<std::streamsize>(head.size()));
  if (in.bad())
    throw Unreadable(std::string("cannot read: ") + std::strerror(errno));
  head.resize(static_cast<std::size_t>(in.gcount()));
  return head;
}

bool is_go(std::string_view head) {
  gold::FileType type = gold::identify(gold::ByteView(head));
  return type == gold::FileType::GoObject || type == gold::FileType::GoArchive;
}

std::vector<Report> report(const std::string &path, std::string_view head) {
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
  throw Unreadable("not an ELF, PE or Mach-O image, nor a Go object");
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
  std::vector<std::string> all; // JSON, one a file or image
  for (const std::string &path : paths) {
    try {
      std::string head = read_head(path);
      if (is_go(head)) {
        if (json)
          all.push_back(go_json(path));
        else
          print_go_text(std::cout, path);
        continue;
      }
      for (Report &one : report(path, head)) {
        one.file = path;
        check_whole(one, std::filesystem::file_size(path));
        if (json)
          all.push_back(json_of(one));
        else
          print_text(std::cout, one);
      }
    } catch (const std::exception &error) {
      std::cerr << "gold-go inspect: error: " << path << ": " << error.what() << '\n';
      status = 1;
    }
  }
  if (json) {
    std::cout << '[';
    for (std::size_t i = 0; i < all.size(); ++i)
      std::cout << (i ? "," : "") << all[i];
    std::cout << "]\n";
  }
  std::cout.flush();
  if (!std::cout) {
    std::cerr << "gold-go inspect: error: cannot write the output\n";
    return 1;
  }
  return status;
}
