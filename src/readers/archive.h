// Archives: a symbol index and the members it names.
//
// Understands the System V / GNU layout (index `/` or `/SYM64/`, long names in `//`), the BSD layout
// (`__.SYMDEF`, names in front of the contents as `#1/len`), GNU thin archives and COFF's second
// linker member. The point is to read little: of an archive with an index, only the index is
// touched, and the headers of those members that the caller asks for.
#pragma once

#include "support/bytes.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gold {

struct ArchiveMember {
  std::string_view name;
  u64 offset = 0;        // of the contents, from the start of the archive
  ByteView bytes;        // the contents; empty in a thin archive
  u64 header_offset = 0; // what the index refers to
  std::string thin_path; // thin archive: the file that holds the contents
  bool loaded = false;   // false: only header_offset is known, see load_member
};

struct Archive {
  ByteView bytes;
  std::string_view path;
  bool thin = false;
  bool has_index = false;
  std::string_view long_names;                         // contents of `//`
  std::vector<ArchiveMember> members;                  // by offset
  std::vector<std::pair<std::string_view, u32>> index; // symbol → index in members, in the file's order
};

enum class ArchiveScan : u8 {
  Indexed, // with an index: the members it names; without: all
  Lazy,    // as Indexed, but no member's header is read: the caller calls load_member
  Whole,   // all members, even those that define no symbol
};

bool is_archive(ByteView);
bool is_thin_archive(ByteView);

// `path` is used for a thin archive's members and must outlive the result. Throws InputError.
Archive read_archive(ByteView bytes, std::string_view path, ArchiveScan scan = ArchiveScan::Indexed);

// Reads the header of members[i] unless that has been done. Different members may be loaded from
// different threads. Throws InputError.
ArchiveMember &load_member(Archive &, u32 i);

} // namespace gold
