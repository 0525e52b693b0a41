// The file by which the goroutine runtime travels in gold-go: made by gold-go-pack-runtime when gold-go
// is built, part of its read-only data.
//
//   PackHeader, PackEntry[count], then strings and contents, each where an entry says.
//
// Contents are zstd frames. The names that an archive defines stand beside it uncompressed, so that a
// link that needs none of them decompresses nothing.
#pragma once

#include "support/types.h"

namespace gold {

inline constexpr char kPackMagic[8] = {'g', 'o', '-', 'r', 't', '-', 'p', '1'};

struct PackHeader {
  char magic[8];
  ul32 count;
};

enum PackKind : u32 { kPackArchive = 1, kPackHeader = 2 };

// Offsets and sizes are in bytes, offsets from the start of the pack.
struct PackEntry {
  ul32 kind;              // PackKind
  ul32 title, title_size; // archive: processor as "x86_64"; header: path as "go/go.hpp"
  ul32 names, names_size; // archive: names by which programs refer to it, each followed by a NUL
  ul32 data, data_size;   // zstd frame
  ul32 raw_size;          // of the contents
};
static_assert(sizeof(PackEntry) == 32 && alignof(PackEntry) == 1);

} // namespace gold
