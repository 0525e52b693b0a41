// See identify.h. Only the head of a file is looked at, so a file that is identified may still turn
// out to be broken; its reader says so.
#include "readers/identify.h"

#include "formats/elf/elf.h"
#include "readers/archive.h"
#include "readers/coff/object_reader.h"
#include "readers/elf/script.h"

namespace gold {
namespace {

FileType identify_elf(ByteView b) {
  if (b.size() < 18)
    return FileType::Unknown;
  bool big = b.data()[elf::EI_DATA] == elf::ELFDATA2MSB;
  u16 type = big ? static_cast<u16>(b.data()[16] << 8 | b.data()[17]) : load<u16>(b.data() + 16);
  switch (type) {
  case elf::ET_REL:
    return FileType::ElfObject;
  case elf::ET_DYN:
    return FileType::ElfShared;
  case elf::ET_EXEC:
    return FileType::ElfExec;
  default:
    return FileType::Unknown;
  }
}

FileType identify_macho(ByteView b) {
  if (b.size() < 16)
    return FileType::Unknown;
  switch (load<u32>(b.data() + 12)) {
  case 1:
    return FileType::MachObject;
  case 2:
  case 6:
  case 9:
    return FileType::MachDylib; // MH_EXECUTE (as -bundle_loader), MH_DYLIB, MH_DYLIB_STUB
  default:
    return FileType::Unknown;
  }
}

bool is_coff_machine(u16 m) {
  return m == 0x8664 || m == 0xaa64 || m == 0x14c || m == 0x1c4;
}

// An object has no optional header, but those of Go's linker for Windows do.
bool is_coff(ByteView b) {
  if (b.size() < 20 || !is_coff_machine(load<u16>(b.data())))
    return false;
  u16 optional = load<u16>(b.data() + 16);
  return optional == 0 || (optional == 240 && b.size() >= 22 && load<u16>(b.data() + 20) == 0x20b);
}

} // namespace

FileType identify(ByteView b) {
  if (b.empty())
    return FileType::Empty;
  std::string_view s = b.str();
  if (s.starts_with("\177ELF"))
    return identify_elf(b);
  // An archive that the Go compiler wrote has no index and begins with export data or an object.
  if (s.starts_with("!<arch>\n__.PKGDEF ") || s.starts_with("!<arch>\n_go_.o "))
    return FileType::GoArchive;
  if (is_archive(b))
    return is_thin_archive(b) ? FileType::ThinArchive : FileType::Archive;
  if (b.size() >= 4) {
    u32 magic = load<u32>(b.data());
    switch (magic) {
    case 0xdec04342: // 'BC' 0xC0DE
    case 0x0b17c0de: // the wrapper of Apple's tools
      return FileType::Bitcode;
    case 0xfeedfacf:
    case 0xfeedface:
      return identify_macho(b);
    case 0xbebafeca: // 0xcafebabe, big-endian; also the magic of Java classes, whose next word is large
      return b.size() >= 8 && b.data()[4] == 0 && b.data()[5] == 0 && b.data()[6] == 0 && b.data()[7] < 43
                 ? FileType::MachFat
                 : FileType::Unknown;
    case 0xbfbafeca:
      return FileType::MachFat;
    default:
      break;
    }
    if (magic == 0xffff0000 && b.size() >= 8) {
      // Short import header, or an object of more than 65,279 sections (/bigobj).
      u16 version = load<u16>(b.data() + 4);
      return version == 0 ? FileType::CoffImport : FileType::Coff;
    }
  }
  if (s.starts_with("MZ"))
    return FileType::Pe;
  if (s.starts_with("go object ") || s.starts_with(std::string_view("\0go1", 4))) // text or payload first
    return FileType::GoObject;
  if (s.starts_with("--- !tapi-tbd") || s.starts_with("---\narchs:"))
    return FileType::Tbd;
  if (s.starts_with('{') && s.substr(0, 4096).find("\"main_library\"") != s.npos) // version 5 is JSON
    return FileType::Tbd;
  if (is_coff(b))
    return FileType::Coff;
  if (coff::is_definition_file(b))
    return FileType::ModuleDefinition;
  return elf::looks_like_script(b) ? FileType::Script : FileType::Unknown;
}

Arch elf_arch(ByteView b) {
  if (b.size() < 20 || !b.str().starts_with("\177ELF") || b.data()[elf::EI_CLASS] != elf::ELFCLASS64 ||
      b.data()[elf::EI_DATA] != elf::ELFDATA2LSB)
    return Arch::Unknown;
  switch (load<u16>(b.data() + 18)) {
  case elf::EM_X86_64:
    return Arch::X86_64;
  case elf::EM_AARCH64:
    return Arch::AArch64;
  default:
    return Arch::Unknown;
  }
}

const char *file_type_name(FileType t) {
  switch (t) {
  case FileType::Unknown:
    return "unknown file";
  case FileType::Empty:
    return "empty file";
  case FileType::ElfObject:
    return "ELF object";
  case FileType::ElfShared:
    return "ELF shared object";
  case FileType::ElfExec:
    return "ELF executable";
  case FileType::Archive:
    return "archive";
  case FileType::ThinArchive:
    return "thin archive";
  case FileType::ModuleDefinition:
    return "module definition file";
  case FileType::Script:
    return "linker script";
  case FileType::Bitcode:
    return "LLVM bitcode";
  case FileType::Coff:
    return "COFF object";
  case FileType::CoffImport:
    return "COFF import";
  case FileType::Pe:
    return "PE image";
  case FileType::MachObject:
    return "Mach-O object";
  case FileType::MachDylib:
    return "Mach-O dynamic library";
  case FileType::MachFat:
    return "Mach-O universal file";
  case FileType::Tbd:
    return "text-based stub library";
  case FileType::GoObject:
    return "Go object";
  case FileType::GoArchive:
    return "Go archive";
  }
  return "unknown file";
}

} // namespace gold
