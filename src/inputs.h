// From the command line's inputs to Link::files.
#pragma once

#include "model/link.h"

namespace gold {

struct Archive;
struct FileFormat;

// Finds, maps and identifies every input: objects, archives (whose members become lazy files),
// shared objects, and scripts that stand for libraries. Gives each file its priority, chooses the
// target by the first object if the options don't, and interns the roots (entry, -u). Reports what
// can't be found or read.
void load_inputs(Link &);

// Makes the members of an archive lazy files behind all that exist, and its index a new entry of
// Link::lazy_names. `file` and the archive's bytes live as long as the link.
void add_archive_members(Link &, const FileFormat &, const MappedFile &file, const Archive &);

// --dependency-file: a makefile rule with every file that was read.
void write_dependency_file(Link &);

} // namespace gold
