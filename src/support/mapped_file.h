// Input files mapped read-only into memory.
//
// A mapping lives until the process ends: names and contents are used up to the last write. A file
// that is cut short while it is mapped raises SIGBUS; the handler that guard_mapped_files()
// installs finds the file by the address, prints its name, removes the temporary output and ends
// the process with exit code 1.
#pragma once

#include "support/bytes.h"

#include <string>
#include <vector>

namespace gold {

struct MappedFile {
  std::string path;
  ByteView bytes;
  // What identified the file when it was opened (for --reproduce, duplicate detection).
  u64 device = 0, inode = 0;
};

// Maps a regular file, or reads a pipe to its end. Null with `*error` set (strerror text) when it
// can't be read. The result is never freed. Thread-safe.
const MappedFile *map_file(const std::string &path, std::string *error);

// Maps a regular file that is only looked at for a message: it is no input, so mapped_files() does not
// list it. Empty if that fails. Never unmapped.
ByteView peek_file(const std::string &path);

// True when `path` names something that can be opened for reading and is no directory.
bool file_exists(const std::string &path);

// All files mapped so far, in order of their path (for --dependency-file, --reproduce).
std::vector<const MappedFile *> mapped_files();

// For fuzz targets, which link many times in one process: nothing that map_file gave is valid any more.
void drop_mapped_files();

void guard_mapped_files();

// The file to unlink if the process dies before it is done; "" for none. Async-signal-safe to read.
void set_temporary_output(const std::string &path);
void remove_temporary_output(); // async-signal-safe

} // namespace gold
