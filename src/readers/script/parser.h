// Linker scripts ("Linker Scripts" in the GNU ld manual): those that stand for libraries
// (`GROUP ( libc.so.6 ... )`) and those that lay out an image.
//
// Nothing here knows a file format. What a script says about the layout goes into the link's
// LayoutPlan as it is written; what it says about inputs and options is handed to the caller.
#pragma once

#include "model/plan.h"
#include "support/bytes.h"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace gold::script {

struct ScriptInput {
  std::string name; // path, or NAME of -lNAME
  bool as_needed = false;
  bool is_library = false; // -lNAME
  bool in_group = false;   // of GROUP rather than INPUT
};

// The commands of a script that are not about the layout.
struct Commands {
  std::vector<ScriptInput> inputs;
  std::vector<std::string> search_dirs;
  std::vector<std::string> undefined; // EXTERN
  std::string output_format;          // first argument of OUTPUT_FORMAT, or TARGET
  std::string output_arch;
  std::string output, entry, startup; // OUTPUT, ENTRY, STARTUP
  std::vector<ByteView> versions;     // what stands between the braces of VERSION { ... }
  std::vector<ScriptPos> version_places;
  bool lays_out = false; // has SECTIONS that are not INSERTed into another layout
};

// Finds and maps the file of an INCLUDE; sets `path` to where it was found. Throws InputError.
using Includer = std::function<ByteView(std::string_view name, std::string &path)>;

// Reads a whole script. `path` is what messages call it; the text must live as long as the plan. Throws
// InputError whose text begins with "PATH:LINE:COLUMN: ".
Commands parse_script(ByteView, const std::string &path, LayoutPlan &, const Includer &);

// The expression of --defsym NAME=EXPRESSION; `text` must live as long as the plan. Throws InputError
// "LINE:COLUMN: ...".
const Expr *parse_expression(std::string_view text);

// A glob of files: "archive:member", "file".
FilePattern make_file_pattern(std::string_view);

} // namespace gold::script
