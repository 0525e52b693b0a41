// Looks for undefined symbols in all libraries on the search path.
//
// Of archives only the index is read, of shared objects the dynamic symbol table; a script that stands
// for a library (libm.so of glibc) is followed one step. Directories come in their order, files in that
// of their names: the answer depends on what is there and on nothing else. A system can have thousands
// of libraries, so there is a limit on how many are looked at.
#include "definers.h"

#include "formats.h"
#include "readers/archive.h"
#include "readers/elf/shared_reader.h"
#include "readers/script/parser.h"

#include <algorithm>
#include <filesystem>
#include <tuple>
#include <unordered_map>

namespace gold {

namespace {

constexpr std::size_t kMaxFiles = 4000;

// Libraries that stand in front of the C library define its functions, too; nobody links them for these.
bool is_interposer(std::string_view stem) {
  for (std::string_view name : {"asan", "hwasan", "lsan", "tsan", "ubsan"})
    if (stem == name)
      return true;
  return false;
}

class Finder {
public:
  Finder(Link &link, std::span<const std::string_view> names)
      : link_(link), names_(file_format(link.target->format())->library_names), answers_(names.size()) {
    for (std::size_t i = 0; i < names.size(); ++i)
      if (names[i] != "main") // some libraries bring one; hardly anybody means that
        wanted_.emplace(names[i], i);
    open_ = wanted_.size();
  }

  std::vector<std::string> run() {
    for (const std::string &dir : link_.opt.library_paths) {
      std::vector<Candidate> files;
      std::error_code error;
      for (std::filesystem::directory_iterator it(dir, error), end; !error && it != end;
           it.increment(error)) {
        std::string name = it->path().filename();
        for (u32 i = 0; i < names_.size(); ++i)
          if (const LibraryName &n = names_[i]; !(n.shared && link_.opt.is_static) &&
                                                name.size() > n.prefix.size() + n.suffix.size() &&
                                                name.starts_with(n.prefix) && name.ends_with(n.suffix)) {
            std::string stem = name.substr(n.prefix.size(), name.size() - n.prefix.size() - n.suffix.size());
            if (!is_interposer(stem))
              files.push_back({std::move(stem), i, std::move(name)});
            break;
          }
      }
      std::sort(files.begin(), files.end()); // of one stem, what -l would find comes first
      for (auto &[stem, preference, name] : files) {
        if (open_ == 0 || looked_ == kMaxFiles)
          return std::move(answers_);
        look(dir + "/" + name, stem, 0);
      }
    }
    return std::move(answers_);
  }

private:
  void found(std::string_view name, const std::string &path, const std::string &stem) {
    auto it = wanted_.find(name);
    if (it == wanted_.end() || !answers_[it->second].empty())
      return;
    answers_[it->second] = "\n>>> defined in " + std::filesystem::path(path).lexically_normal().string() +
                           ": link with -l" + stem;
    --open_;
  }

  void look(const std::string &path, const std::string &stem, int depth) {
    ++looked_;
    ByteView bytes = peek_file(path);
    try {
      switch (identify(bytes)) {
      case FileType::ElfShared:
        if (elf_arch(bytes) == link_.target->arch())
          elf::each_exported_name(bytes, [&](std::string_view n) { found(n, path, stem); });
        break;
      case FileType::Archive:
      case FileType::ThinArchive: {
        Archive a = read_archive(bytes, path, ArchiveScan::Lazy);
        if (a.index.empty() ||
            (!a.thin &&
             file_format(link_.target->format())->arch_of(load_member(a, a.index[0].second).bytes) !=
                 link_.target->arch()))
          break;
        for (auto &[n, member] : a.index)
          found(n, path, stem);
        break;
      }
      case FileType::Script:
        if (depth == 0)
          for (const std::string &name : script_inputs(bytes, path))
            look(name, stem, 1);
        break;
      default:
        break;
      }
    } catch (const InputError &) {
      // A broken library that nobody asked for is not worth a word.
    }
  }

  // The files that a script like libc.so stands for.
  static std::vector<std::string> script_inputs(ByteView bytes, const std::string &path) {
    LayoutPlan plan;
    auto include = [](std::string_view name, std::string &) -> ByteView {
      throw InputError(std::string(name));
    };
    std::vector<std::string> names;
    for (const script::ScriptInput &in : script::parse_script(bytes, path, plan, include).inputs)
      if (!in.is_library && in.name.starts_with("/"))
        names.push_back(in.name);
    return names;
  }

  using Candidate = std::tuple<std::string, u32, std::string>; // stem, number of the naming rule, file

  Link &link_;
  std::span<const LibraryName> names_;
  std::unordered_map<std::string_view, std::size_t> wanted_;
  std::vector<std::string> answers_;
  std::size_t open_ = 0, looked_ = 0; // names without an answer, files
};

} // namespace

std::vector<std::string> find_definers(Link &link, std::span<const std::string_view> names) {
  return Finder(link, names).run();
}

} // namespace gold
