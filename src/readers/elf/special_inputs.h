// Inputs that are read as objects and are none: images of which only the addresses of symbols are wanted
// (--just-symbols), and files that become data as they are (-b binary).
#pragma once

#include "formats/elf/object.h"
#include "model/link.h"

namespace gold::elf {

// An object that defines the global symbols of an executable, shared object or object at the values that
// they have there, and has no sections. The caller fills bytes, path, priority and flags.
InputFile *make_symbols_only();

// Bytes of an object that holds `contents` in .data between _binary_NAME_start and _binary_NAME_end, where
// NAME is `path` with an underscore for all that is no letter or digit; _binary_NAME_size is its size. They
// live as long as the process.
ByteView binary_object(ByteView contents, std::string_view path, Arch);

} // namespace gold::elf
