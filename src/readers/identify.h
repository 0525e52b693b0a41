// What kind of file some bytes are, by their first bytes.
#pragma once

#include "model/options.h"
#include "support/bytes.h"

namespace gold {

enum class FileType : u8 {
  Unknown,
  Empty,
  ElfObject,
  ElfShared,
  ElfExec,
  Archive,
  ThinArchive,
  Script, // text that may be a linker script
  Bitcode,
  Coff,
  CoffImport,       // short import library member
  ModuleDefinition, // .def file
  Pe,
  MachObject,
  MachDylib,
  MachFat,
  Tbd,
  GoObject,
  GoArchive,
};

FileType identify(ByteView);

// Machine of a 64-bit little-endian ELF file; Unknown for any other.
Arch elf_arch(ByteView);

const char *file_type_name(FileType);

} // namespace gold
