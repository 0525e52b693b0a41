// What gold-go carries of the goroutine runtime: an archive for each processor, and the headers.
#pragma once

#include "model/options.h"
#include "support/bytes.h"

#include <string>
#include <string_view>
#include <vector>

namespace gold {

struct EmbeddedFile {
  std::string_view title;              // archive: "x86_64"; header: "go/go.hpp"
  Arch arch = Arch::Unknown;           // archive: its processor
  std::vector<std::string_view> names; // archive: names by which programs refer to it, sorted
  ByteView packed;                     // zstd frame
  u64 size = 0;                        // of the contents, in bytes
};

struct EmbeddedRuntime {
  std::vector<EmbeddedFile> archives; // one a processor at most
  std::vector<EmbeddedFile> headers;  // by path
};

// Reads the pack's table on the first call; cheap: no contents are touched. Thread-safe.
const EmbeddedRuntime &embedded_runtime();

// The archive for a processor, or null if gold-go was built without a compiler for it.
const EmbeddedFile *embedded_archive(Arch);

// The contents. They live as long as the process and are never freed.
ByteView unpack(const EmbeddedFile &);

// The number N of the tag go_rt_abi_N among names that a runtime defines; 0 if there is none.
unsigned runtime_abi(const std::vector<std::string_view> &names);
inline constexpr std::string_view kAbiTag = "go_rt_abi_";

} // namespace gold
