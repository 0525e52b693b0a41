// The file formats that a link can read and write: for each its readers, its target and how its
// libraries are called. The one place, beside main, that knows all of them.
#pragma once

#include "model/file.h"
#include "model/target.h"
#include "readers/identify.h"

#include <span>
#include <string_view>
#include <vector>

namespace gold {

// A name by which -lNAME is looked for: prefix, NAME, suffix.
struct LibraryName {
  std::string_view prefix, suffix;
  bool shared; // not taken with -static or -Bstatic
};

struct FileFormat {
  Format format;
  const char *name;     // for messages: "ELF"
  const char *machines; // what `arch_of` may answer, for messages
  InputFile *(*make_object)();
  const Reader &(*object_reader)();
  // An input that gives addresses of symbols only; null if the format has no such thing.
  InputFile *(*make_symbols_only)();
  // An object that holds a file's bytes as data; null if there is none.
  ByteView (*binary_object)(ByteView contents, std::string_view path, Arch);
  InputFile *(*make_shared)();
  const Reader &(*shared_reader)();
  // Machine of an object or shared object; Unknown when it is not supported.
  Arch (*arch_of)(ByteView);
  // The global names that an object defines, for archives without an index. May throw InputError.
  std::vector<std::string_view> (*defined_names)(ByteView);
  Target *(*make_target)(Link &, Arch);
  std::span<const LibraryName> library_names; // in order of preference
  // The slice of a universal file for an architecture; null where the format has none. May throw.
  ByteView (*slice)(ByteView, Arch) = nullptr;
  // Text of a library that gold-go brings along for -lNAME when no directory has it; "": none.
  std::string_view (*builtin_library)(std::string_view name) = nullptr;
  // True for an archive member that -ObjC links whoever asks for it.
  bool (*has_objc)(ByteView) = nullptr;
  // Libraries that an object asks for, as words of a command line joined by NULs, a request each.
  std::vector<std::string_view> (*requested_libraries)(ByteView) = nullptr;
};

// The part that a file of this type plays in a link.
enum class FileRole : u8 { None, Object, Shared };
FileRole file_role(FileType);

// The format of a file of this type, of an image of this format; null if there is none (archives,
// text) or it is not supported.
const FileFormat *file_format(FileType);
const FileFormat *file_format(Format);

} // namespace gold
