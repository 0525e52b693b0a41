// Go objects in memory: what readers/goobj fills beyond the shared model.
#pragma once

#include "formats/goobj/goobj.h"
#include "model/file.h"

#include <span>
#include <string_view>
#include <vector>

namespace gold::goobj {

// Key spaces of Go's names (see InternTable). Names of ABI0 are plain names, which C code and the
// dynamic linker know too; a function with both ABIs is two symbols of one name.
enum KeySpace : u32 {
  kSpaceAbi0 = 0,
  kSpaceAbiInternal = 0x60, // also: names of symbols that only Go knows
  kSpaceHash = 0x61,        // content hashes of 16 bytes, and of 8, which are the content
  kSpacePackage = 0x62,     // of Group: a package's path as symbols' names write it
};

// The text in front of the payload.
struct TextHeader {
  std::string_view line; // the first line, which all objects of a link have in common
  std::string_view os, arch, version;
  std::string_view level;       // "GOAMD64=v1", if any
  std::string_view experiments; // comma-separated
  std::string_view build_id;
  bool main = false;
  std::string_view cgo; // JSON: an array of cgo directives, empty if there are none
  u64 payload = 0;      // offset of the magic number
};

// A cgo directive: its name and arguments (cmd/cgo's "cgo_import_dynamic" and the like).
using Directive = std::vector<std::string>;

// One object: the compiler's or an assembler's of a package. Native symbol index = index over the
// blocks Symdef, Hashed64def, Hasheddef, Nonpkgdef, Nonpkgref, which follow each other; native
// section index = the same, since each definition is a section. `symbols` has the symbols of the
// package first: they are referred to by index, and are keys only if somebody asks for the name.
struct GoObject : InputFile {
  std::string_view package; // path as symbols' names write it; from whoever named the file, or found
  TextHeader text;
  ByteView payload; // from the magic number
  const Header *header = nullptr;
  std::span<const SymbolRecord> records; // of all blocks of symbols
  u32 first_hashed64 = 0, first_hashed = 0, first_nonpkg = 0, first_ref = 0;
  std::span<const Hash64> hashes64;
  std::span<const Hash> hashes;
  std::span<const ul32> reloc_index, aux_index, data_index; // a further entry at the end
  std::span<const RelocRecord> relocs;
  std::span<const AuxRecord> auxes;
  ByteView data;
  std::span<const AutolibRecord> autolib;
  std::span<const StringRef> packages; // [0] is empty
  std::span<const StringRef> files;
  std::span<const RefFlagsRecord> ref_flags;
  std::span<const RefNameRecord> ref_names;
  std::vector<Directive> directives;

  // Filled by parse_sections: by index in `packages` the object that owns the package, null for 0
  // and for packages that are not among the inputs.
  std::span<GoObject *> package_objects;
  GoObject *runtime = nullptr; // of the package whose symbols the builtins are
  bool must_claim = false;     // names have come since it claimed what depends on sizes
  u64 asked_names = 0;         // names of the link when this file last looked for its own

  u32 definitions() const { return first_ref; }
  bool from_assembly() const { return header->flags & kObjFromAssembly; }
  // These check against the blocks and throw InputError.
  std::string_view string(const StringRef &) const;
  std::span<const RelocRecord> relocs_of(u32 definition) const;
  std::span<const AuxRecord> aux_of(u32 definition) const;
  ByteView data_of(u32 definition) const;
  // Native index of a reference to a symbol that this file defines or names; ~0 for none, builtins
  // and symbols of other packages. Throws InputError when it is out of range.
  u32 local_index(SymRef) const;
  // The symbol of a reference, null for none. Throws InputError when it is out of range. Valid after
  // parse_sections.
  Symbol *resolve(SymRef) const;
};

} // namespace gold::goobj
