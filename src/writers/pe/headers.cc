// The headers of an image ("MS-DOS Stub", "Optional Header", "Optional Header Data Directories",
// "Section Table"), its time stamp and checksum.
#include "model/output_file.h"
#include "writers/pe/target.h"

#include <algorithm>
#include <ctime>

namespace gold::coff {

namespace {

// Prints a line and ends, where DOS runs it.
constexpr u8 kDosStub[] = {
    'M',  'Z',  0x90, 0,    3,    0,    0,    0,    4,   0,    0,   0,   0xff, 0xff, 0,   0,   0xb8,
    0,    0,    0,    0,    0,    0,    0,    0x40, 0,   0,    0,   0,   0,    0,    0,   0,   0,
    0,    0,    0,    0,    0,    0,    0,    0,    0,   0,    0,   0,   0,    0,    0,   0,   0,
    0,    0,    0,    0,    0,    0,    0,    0,    0,   0x80, 0,   0,   0,
    0x0e,                         // push %cs
    0x1f,                         // pop %ds
    0xba, 0x0e, 0,                // mov $text, %dx
    0xb4, 0x09, 0xcd, 0x21,       // int $0x21: print
    0xb8, 0x01, 0x4c, 0xcd, 0x21, // int $0x21: exit 1
    'T',  'h',  'i',  's',  ' ',  'p',  'r',  'o',  'g', 'r',  'a', 'm', ' ',  'c',  'a', 'n', 'n',
    'o',  't',  ' ',  'b',  'e',  ' ',  'r',  'u',  'n', ' ',  'i', 'n', ' ',  'D',  'O', 'S', ' ',
    'm',  'o',  'd',  'e',  '.',  '\r', '\r', '\n', '$', 0,    0,   0,   0,    0,    0,   0};
static_assert(sizeof kDosStub == 0x80);

constexpr u64 kHeaders = sizeof kDosStub + 4 + sizeof(FileHeader) + sizeof(OptionalHeader);
constexpr u64 kFileHeaderAt = sizeof kDosStub + 4;
constexpr u64 kChecksumAt = kFileHeaderAt + sizeof(FileHeader) + offsetof(OptionalHeader, CheckSum);

// Who made the image: tests ask for it, since compilers may use another linker without a word.
constexpr u8 kLinkerMajor = 'g', kLinkerMinor = 'o';

} // namespace

u16 subsystem(const Options &o) {
  static constexpr std::pair<std::string_view, u16> names[] = {{"native", 1},
                                                               {"windows", 2},
                                                               {"win32", 2},
                                                               {"console", 3},
                                                               {"posix", 7},
                                                               {"wince", 9},
                                                               {"xbox", 14},
                                                               {"efi_application", 10},
                                                               {"efi_boot_service_driver", 11},
                                                               {"efi_rom", 13},
                                                               {"efi_runtime_driver", 12},
                                                               {"boot_application", 16}};
  for (auto &[name, number] : names)
    if (o.subsystem == name)
      return number;
  return o.subsystem.empty() ? 3 : static_cast<u16>(std::strtoul(o.subsystem.c_str(), nullptr, 10));
}

u16 dll_characteristics(const Options &o) {
  u32 c = 0;
  if (o.dynamic_base && o.pe_reloc_section)
    c |= IMAGE_DLLCHARACTERISTICS_DYNAMIC_BASE |
         (o.high_entropy_va ? IMAGE_DLLCHARACTERISTICS_HIGH_ENTROPY_VA : 0);
  c |= o.nx_compat ? IMAGE_DLLCHARACTERISTICS_NX_COMPAT : 0;
  c |= o.pe_force_integrity ? IMAGE_DLLCHARACTERISTICS_FORCE_INTEGRITY : 0;
  c |= o.pe_no_isolation ? IMAGE_DLLCHARACTERISTICS_NO_ISOLATION : 0;
  c |= o.pe_no_seh ? IMAGE_DLLCHARACTERISTICS_NO_SEH : 0;
  c |= o.pe_no_bind ? IMAGE_DLLCHARACTERISTICS_NO_BIND : 0;
  c |= o.pe_wdm_driver ? IMAGE_DLLCHARACTERISTICS_WDM_DRIVER : 0;
  c |= o.pe_appcontainer ? IMAGE_DLLCHARACTERISTICS_APPCONTAINER : 0;
  c |= o.pe_tsaware ? IMAGE_DLLCHARACTERISTICS_TERMINAL_SERVER_AWARE : 0;
  return static_cast<u16>(c);
}

u64 PeTarget::header_size(const Link &link) {
  if (link.is_relocatable())
    return object.header_size(link);
  return align_up(kHeaders + link.outputs.size() * sizeof(SectionHeader), link.opt.pe_file_alignment);
}

void PeTarget::write_headers(Link &link, u8 *buf) {
  if (link.is_relocatable())
    return object.write_headers(link, buf);
  const Options &opt = link.opt;
  std::memcpy(buf, kDosStub, sizeof kDosStub);
  std::memcpy(buf + sizeof kDosStub, "PE\0\0", 4);
  auto &file = *reinterpret_cast<FileHeader *>(buf + kFileHeaderAt);
  auto &h = *reinterpret_cast<OptionalHeader *>(buf + kFileHeaderAt + sizeof file);
  file.Machine = IMAGE_FILE_MACHINE_AMD64;
  file.NumberOfSections = static_cast<u16>(link.outputs.size());
  file.TimeDateStamp = opt.insert_timestamp ? static_cast<u32>(std::time(nullptr)) : 0;
  file.PointerToSymbolTable = symtab.size(link) ? static_cast<u32>(link.trailer_offset) : 0;
  file.NumberOfSymbols = static_cast<u32>(symtab.records);
  file.SizeOfOptionalHeader = sizeof h;
  u32 c = IMAGE_FILE_EXECUTABLE_IMAGE | IMAGE_FILE_LINE_NUMS_STRIPPED;
  c |= opt.pe_large_address_aware ? IMAGE_FILE_LARGE_ADDRESS_AWARE : 0;
  c |= link.is_shared() ? IMAGE_FILE_DLL : 0;
  c |= opt.pe_reloc_section ? 0 : IMAGE_FILE_RELOCS_STRIPPED;
  c |= opt.strip != StripMode::None ? IMAGE_FILE_DEBUG_STRIPPED : 0;
  file.Characteristics = static_cast<u16>(c);

  h.Magic = kPe32Plus;
  h.MajorLinkerVersion = kLinkerMajor;
  h.MinorLinkerVersion = kLinkerMinor;
  h.ImageBase = image_base;
  h.SectionAlignment = static_cast<u32>(opt.pe_section_alignment);
  h.FileAlignment = static_cast<u32>(opt.pe_file_alignment);
  h.MajorOperatingSystemVersion = opt.pe_major_os;
  h.MinorOperatingSystemVersion = opt.pe_minor_os;
  h.MajorImageVersion = opt.pe_major_image;
  h.MinorImageVersion = opt.pe_minor_image;
  h.MajorSubsystemVersion = opt.pe_major_subsystem;
  h.MinorSubsystemVersion = opt.pe_minor_subsystem;
  h.SizeOfHeaders = static_cast<u32>(header_size(link));
  h.Subsystem = subsystem(opt);
  h.DllCharacteristics = dll_characteristics(opt);
  h.SizeOfStackReserve = opt.pe_stack_reserve;
  h.SizeOfStackCommit = opt.pe_stack_commit;
  h.SizeOfHeapReserve = opt.pe_heap_reserve;
  h.SizeOfHeapCommit = opt.pe_heap_commit;
  h.NumberOfRvaAndSizes = kDirectories;
  if (link.entry && link.entry->is_defined())
    h.AddressOfEntryPoint = rva(link.entry->value);
  else if (!opt.entry.empty() && opt.entry[0] >= '0' && opt.entry[0] <= '9')
    if (u64 address = std::strtoull(opt.entry.c_str(), nullptr, 0)) // -e 0: a DLL without one
      h.AddressOfEntryPoint = rva(address);

  auto *section = reinterpret_cast<SectionHeader *>(&h + 1);
  u64 end = image_base + header_size(link);
  for (const OutputSection *o : link.outputs) {
    u32 flags = static_cast<u32>(o->native_flags);
    u32 raw = static_cast<u32>(align_up(o->file_size, opt.pe_file_alignment));
    if (o->name.size() <= 8)
      std::memcpy(section->Name, o->name.data(), o->name.size());
    else
      std::snprintf(section->Name, sizeof section->Name, "/%u", symtab.section_name_offset(link, o->name));
    section->VirtualSize = static_cast<u32>(o->size);
    section->VirtualAddress = rva(o->addr);
    section->SizeOfRawData = raw;
    section->PointerToRawData = raw ? static_cast<u32>(o->offset) : 0;
    section->Characteristics = flags;
    if (flags & IMAGE_SCN_CNT_CODE) {
      h.SizeOfCode += raw;
      if (h.BaseOfCode == 0)
        h.BaseOfCode = rva(o->addr);
    }
    if (flags & IMAGE_SCN_CNT_INITIALIZED_DATA)
      h.SizeOfInitializedData += raw;
    if (flags & IMAGE_SCN_CNT_UNINITIALIZED_DATA)
      h.SizeOfUninitializedData += static_cast<u32>(align_up(o->size, opt.pe_file_alignment));
    end = std::max(end, o->end());
    ++section;
  }
  h.SizeOfImage = static_cast<u32>(align_up(end - image_base, opt.pe_section_alignment));

  auto directory = [&](Directory d, u64 begin, u64 size) {
    if (size)
      h.Directories[d] = {rva(begin), static_cast<u32>(size)};
  };
  auto whole = [&](Directory d, const char *name) {
    if (const OutputSection *o = find_output(link, name))
      directory(d, o->addr, o->size);
  };
  auto members = [&](Directory d, std::string_view first, std::string_view last) {
    const OutputSection *o = find_output(link, ".idata");
    u64 begin = 0, limit = 0;
    for (const Section *s : o ? o->members : std::vector<Section *>())
      if (s->name() >= first && s->name() <= last) {
        begin = begin ? begin : s->address();
        limit = s->address() + s->size;
      }
    directory(d, begin, limit - begin);
  };
  whole(kExportDirectory, ".edata");
  members(kImportDirectory, ".idata$2", ".idata$3");
  whole(kResourceDirectory, ".rsrc");
  whole(kExceptionDirectory, ".pdata");
  if (base_relocs && base_relocs->section.output)
    directory(kBaseRelocationDirectory, base_relocs->section.address(), base_relocs->section.size);
  members(kIatDirectory, ".idata$5", ".idata$5");
  auto at_symbol = [&](Directory d, const char *name, u64 size) {
    if (const Symbol *s = link.symbols.find(name);
        s && s->section && s->is_defined() && s->section->is_live())
      directory(d, s->value, size);
  };
  at_symbol(kTlsDirectory, "_tls_used", 40);
  if (build_id)
    directory(kDebugDirectory, build_id->section.address(), BuildIdSection::kDirectory);
  if (const Symbol *s = link.symbols.find("_load_config_used");
      s && s->section && s->section->data && s->section->size >= 4)
    at_symbol(kLoadConfigDirectory, "_load_config_used",
              load<u32>(s->section->data + std::min(s->value - s->section->address(), s->section->size - 4)));
}

// Time stamp by contents; then the checksum, a sum of 16-bit words with end-around carry, and the size.
void PeTarget::finish(Link &link, OutputFile &out, const u8 (&identity)[64]) {
  if (link.is_relocatable())
    return;
  if (!link.opt.out_implib.empty())
    write_import_library(link);
  if (!link.opt.output_def.empty())
    write_def_file(link);
  if (!link.opt.insert_timestamp)
    out.write(identity, 4, kFileHeaderAt + offsetof(FileHeader, TimeDateStamp));
  ul32 checksum = out.word_sum() + static_cast<u32>(link.file_size);
  out.write(checksum.bytes, 4, kChecksumAt);
}

} // namespace gold::coff
