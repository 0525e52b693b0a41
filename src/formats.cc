#include "formats.h"

#include "readers/coff/dll_reader.h"
#include "readers/coff/object_reader.h"
#include "readers/elf/defined_names.h"
#include "readers/elf/object_reader.h"
#include "readers/elf/shared_reader.h"
#include "readers/elf/special_inputs.h"
#include "readers/macho/object_reader.h"
#include "readers/macho/shared_reader.h"
#include "readers/macho/universal.h"
#include "writers/elf/target.h"
#include "writers/macho/target.h"
#include "writers/pe/target.h"

namespace gold {

namespace {

constexpr LibraryName kElfLibraries[] = {{"lib", ".so", true}, {"lib", ".a", false}};

const FileFormat kElf = {
    .format = Format::Elf,
    .name = "ELF",
    .machines = "x86-64 and AArch64",
    .make_object = elf::make_object,
    .object_reader = elf::object_reader,
    .make_symbols_only = elf::make_symbols_only,
    .binary_object = elf::binary_object,
    .make_shared = elf::make_shared,
    .shared_reader = elf::shared_reader,
    .arch_of = elf_arch,
    .defined_names = elf::defined_names,
    .make_target = elf::make_elf_target,
    .library_names = kElfLibraries,
};

constexpr LibraryName kMachoLibraries[] = {
    {"lib", ".tbd", true}, {"lib", ".dylib", true}, {"lib", ".a", false}};

const FileFormat kMacho = {
    .format = Format::MachO,
    .name = "Mach-O",
    .machines = "x86_64 and arm64",
    .make_object = macho::make_object,
    .object_reader = macho::object_reader,
    .make_shared = macho::make_shared,
    .shared_reader = macho::shared_reader,
    .arch_of = macho::arch_of,
    .defined_names = macho::defined_names,
    .make_target = macho::make_macho_target,
    .library_names = kMachoLibraries,
    .slice = macho::slice_for,
    .builtin_library = macho::builtin_library,
    .has_objc = macho::has_objc,
    .requested_libraries = macho::linker_options,
};

// As GNU ld looks for libraries of MinGW.
constexpr LibraryName kCoffLibraries[] = {
    {"lib", ".dll.a", true}, {"", ".dll.a", true},  {"lib", ".a", false}, {"", ".lib", false},
    {"lib", ".lib", false},  {"lib", ".dll", true}, {"", ".dll", true}};

const FileFormat kCoff = {
    .format = Format::Coff,
    .name = "COFF",
    .machines = "x86-64",
    .make_object = coff::make_object,
    .object_reader = coff::object_reader,
    .make_shared = coff::make_shared,
    .shared_reader = coff::shared_reader,
    .arch_of = coff::arch_of,
    .defined_names = coff::defined_names,
    .make_target = coff::make_pe_target,
    .library_names = kCoffLibraries,
    .requested_libraries = coff::requested_libraries,
};

Format format_of(FileType t) {
  switch (t) {
  case FileType::ElfObject:
  case FileType::ElfShared:
  case FileType::ElfExec:
    return Format::Elf;
  case FileType::Coff:
  case FileType::CoffImport:
  case FileType::ModuleDefinition:
  case FileType::Pe:
    return Format::Coff;
  case FileType::MachObject:
  case FileType::MachDylib:
  case FileType::MachFat:
  case FileType::Tbd:
    return Format::MachO;
  case FileType::GoObject:
    return Format::Go;
  default:
    return Format::Unknown;
  }
}

} // namespace

FileRole file_role(FileType t) {
  switch (t) {
  case FileType::ElfObject:
  case FileType::Coff:
  case FileType::CoffImport:
  case FileType::ModuleDefinition:
  case FileType::MachObject:
  case FileType::GoObject:
    return FileRole::Object;
  case FileType::ElfShared:
  case FileType::Pe:
  case FileType::MachDylib:
  case FileType::Tbd:
    return FileRole::Shared;
  default:
    return FileRole::None;
  }
}

const FileFormat *file_format(Format f) {
  switch (f) {
  case Format::Elf:
    return &kElf;
  case Format::MachO:
    return &kMacho;
  case Format::Coff:
    return &kCoff;
  default:
    return nullptr;
  }
}

const FileFormat *file_format(FileType t) {
  return file_format(format_of(t));
}

} // namespace gold
