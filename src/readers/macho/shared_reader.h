// Libraries as inputs: dylibs (their export tries or symbol tables) and text stubs (.tbd).
#pragma once

#include "formats/macho/object.h"
#include "model/link.h"

#include <string>
#include <string_view>
#include <vector>

namespace gold::macho {

class SharedReader : public Reader {
public:
  Format format() const override { return Format::MachO; }
  u64 count_symbols(const InputFile &) const override;
  void parse_symbols(Link &, InputFile &) const override;
  void parse_sections(Link &, InputFile &) const override;
  void bind_symbols(Link &, InputFile &) const override;
  void reclaim_symbols(Link &, InputFile &) const override;
  void claim_referenced(Link &, InputFile &) const override;
};

const Reader &shared_reader();

// An empty MachDylib of this reader; the caller fills bytes, path, priority and flags.
InputFile *make_shared();

// What a library says of itself, for one architecture and platform.
struct Library {
  std::string install_name;
  u32 current_version = 0x10000, compatibility_version = 0x10000;
  bool dead_strippable = false;
  std::vector<Export> exports;        // names live as long as the link
  std::vector<std::string> reexports; // install names of libraries whose exports count as its own
};

// Reads a thin dylib. Throws InputError.
Library read_dylib(ByteView);

// Reads a text stub of any version from 1 to 5: all its documents, the first of which is the library
// itself; the others are consulted for what it re-exports. `arch` is "x86_64" or "arm64", `platform` is
// "macos", "ios", ... Throws InputError.
Library read_tbd(ByteView, std::string_view arch, std::string_view platform);

// "1.2.3" as xxxx.yy.zz; 0 if it is none.
u32 parse_version(std::string_view);

// The text stub that gold-go brings along for -lNAME, for links without an SDK: libSystem, also under
// the names of its parts. "" for others.
std::string_view builtin_library(std::string_view name);

} // namespace gold::macho
