// Linker scripts that stand for libraries, version scripts and symbol lists.
//
// libc.so of glibc is a text: `GROUP ( /lib/x86_64-linux-gnu/libc.so.6 ... AS_NEEDED ( ... ) )`.
// These commands are understood here; scripts that lay out sections belong to the layout engine.
// The language is described in "Linker Scripts" of the GNU ld manual, the version scripts in its
// chapter "VERSION Command".
#pragma once

#include "model/link.h"
#include "support/bytes.h"

#include <string>
#include <string_view>
#include <vector>

namespace gold::elf {

struct ScriptInput {
  std::string name; // path, or NAME of -lNAME
  bool as_needed = false;
  bool is_library = false; // -lNAME
  bool in_group = false;   // of GROUP rather than INPUT
};

struct LibraryScript {
  std::vector<ScriptInput> inputs;
  std::vector<std::string> search_dirs;
  std::vector<std::string> undefined; // EXTERN
  std::string output_format;          // first argument of OUTPUT_FORMAT
  std::string output, entry;          // OUTPUT, ENTRY
  VersionScript versions;             // VERSION { ... }
};

// Text that may be a script (no NUL or other control characters in its head).
bool looks_like_script(ByteView);

// These throw InputError whose text starts with "line N: ".
LibraryScript parse_library_script(ByteView);

// Adds the nodes and patterns of a version script to `out`.
void parse_version_script(ByteView, VersionScript &out);

// A --dynamic-list or --export-dynamic-symbol-list file: `{ name; "name"; extern "C++" { ... }; };`.
void parse_dynamic_list(ByteView, std::vector<VersionPattern> &out);

// A pattern as it is given on the command line.
VersionPattern make_pattern(std::string_view text, u16 version = 1);

} // namespace gold::elf
