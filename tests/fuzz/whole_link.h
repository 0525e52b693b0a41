// What the fuzz targets of whole links share: the bytes are one or two input files, which go through all
// passes, readers to writer, with a command line that the last byte chooses. Readers by themselves don't show
// what a pass makes of an object that is well-formed and lies.
//
// Files come through pipes, so that they lie in heap blocks of their exact size, which the address sanitizer
// watches. The image goes to a file in memory.
#pragma once

#include "driver/driver.h"
#include "fuzz.h"
#include "link.h"
#include "support/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <initializer_list>
#include <string>
#include <vector>

namespace gold {

// Stands between two input files.
inline constexpr std::string_view kNextFile = "\n--next-file--\n";
constexpr int kFirstInput = 200;

struct LinkVariant {
  Options options;

  LinkVariant(Dialect dialect, std::initializer_list<const char *> words) {
    std::vector<std::string> args(words.begin(), words.end());
    args.insert(args.end(), {"-o", "/dev/shm/gold-go-fuzz-" + std::to_string(getpid())});
    args.push_back("/dev/fd/" + std::to_string(kFirstInput));
    Invocation inv = parse_dialect(dialect, args);
    if (inv.action != Invocation::Link || !inv.errors.empty()) {
      for (const std::string &e : inv.errors)
        std::fprintf(stderr, "%s\n", e.c_str());
      std::abort(); // the target's own mistake
    }
    options = std::move(inv.options);
    options.threads = 1;
  }
};

// `bytes` behind the file descriptor `fd`; false if they don't fit into a pipe.
inline bool offer_input(int fd, std::string_view bytes) {
  int ends[2];
  if (pipe(ends) != 0)
    std::abort();
  bool fits = fcntl(ends[1], F_SETPIPE_SZ, 1 << 17) >= static_cast<int>(bytes.size());
  if (fits && write(ends[1], bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size()))
    std::abort();
  close(ends[1]);
  dup2(ends[0], fd);
  close(ends[0]);
  return fits;
}

// What the link has to say, which is made only when it is printed.
inline std::string messages_of(Link &link) {
  static const int file = memfd_create("messages", 0), own = dup(2);
  std::string text;
  if (ftruncate(file, 0) != 0 || lseek(file, 0, SEEK_SET) != 0)
    std::abort();
  dup2(file, 2);
  link.diag.flush();
  dup2(own, 2);
  text.resize(static_cast<std::size_t>(lseek(file, 0, SEEK_END)));
  if (pread(file, text.data(), text.size(), 0) != static_cast<ssize_t>(text.size()))
    std::abort();
  return text;
}

inline int fuzz_link(const std::uint8_t *data, std::size_t size, std::span<const LinkVariant> variants) {
  if (size == 0)
    return 0;
  // A section can ask for gigabytes of zeros: such an image is not written.
  static const bool limited = [] {
    rlimit limit{64 << 20, 64 << 20};
    return signal(SIGXFSZ, SIG_IGN) != SIG_ERR && setrlimit(RLIMIT_FSIZE, &limit) == 0;
  }();
  if (!limited)
    std::abort();
  FuzzScope scope;
  Options opt = variants[data[size - 1] % variants.size()].options;
  std::string_view rest(reinterpret_cast<const char *>(data), size);
  if (std::size_t at = rest.find(kNextFile); at != rest.npos) {
    if (!offer_input(kFirstInput + 1, rest.substr(at + kNextFile.size())))
      return 0;
    InputArg second = opt.inputs.back();
    second.name = "/dev/fd/" + std::to_string(kFirstInput + 1);
    opt.inputs.push_back(second);
    rest = rest.substr(0, at);
  }
  if (!offer_input(kFirstInput, rest))
    return 0;
  {
    Link link(opt);
    run(link);
    // At the beginning of a line: names in the input hold anything.
    if (("\n" + messages_of(link)).find("\ngold-go: error: internal error: ") != std::string::npos)
      __builtin_trap();
    for (InputFile *f : link.files)
      delete f;
    for (Synthetic *s : link.synthetics)
      delete s;
    for (OutputSection *o : link.outputs)
      delete o;
    delete link.target;
  }
  unlink(opt.output.c_str());
  drop_mapped_files();
  return 0;
}

} // namespace gold
