// ELF images, read by LIEF. What LIEF 0.12 doesn't know (RELR, newer segment types) is read here.
#include "inspect/report.h"

#include <LIEF/ELF.hpp>

#include <bit>
#include <string_view>

namespace gold::inspect {

namespace {

namespace elf = LIEF::ELF;

// gABI and GNU values that LIEF 0.12 has no name for.
constexpr std::uint64_t DT_RELRSZ = 35;
constexpr std::uint64_t DT_RELR = 36;
constexpr std::uint32_t PT_GNU_PROPERTY = 0x6474e553;
constexpr std::uint32_t PT_GNU_SFRAME = 0x6474e554;

std::string machine_name(elf::ARCH machine) {
  switch (machine) {
  case elf::ARCH::EM_X86_64:
    return "x86-64";
  case elf::ARCH::EM_AARCH64:
    return "aarch64";
  case elf::ARCH::EM_386:
    return "i386";
  case elf::ARCH::EM_ARM:
    return "arm";
  case elf::ARCH::EM_RISCV:
    return "riscv";
  default:
    return elf::to_string(machine);
  }
}

std::string segment_name(elf::SEGMENT_TYPES type) {
  switch (static_cast<std::uint32_t>(type)) {
  case PT_GNU_PROPERTY:
    return "GNU_PROPERTY";
  case PT_GNU_SFRAME:
    return "GNU_SFRAME";
  default:
    return elf::to_string(type);
  }
}

std::string type_name(const elf::Binary &binary) {
  switch (binary.header().file_type()) {
  case elf::E_TYPE::ET_EXEC:
    return binary.has_interpreter() ? "executable" : "static executable";
  case elf::E_TYPE::ET_DYN: {
    constexpr std::uint64_t DF_1_PIE = 0x08000000;
    bool pie = binary.has_interpreter();
    if (const elf::DynamicEntry *flags = binary.get(elf::DYNAMIC_TAGS::DT_FLAGS_1))
      pie |= (flags->value() & DF_1_PIE) != 0;
    if (!pie)
      return "shared object";
    return binary.has_interpreter() ? "position-independent executable"
                                    : "static position-independent executable";
  }
  case elf::E_TYPE::ET_CORE:
    return "core dump";
  default:
    return elf::to_string(binary.header().file_type());
  }
}

// How many words the RELR table relocates: an even entry is an address, an odd one a bitmap of the words
// that follow.
std::size_t count_relr(const elf::Binary &binary) {
  const elf::DynamicEntry *table = binary.get(static_cast<elf::DYNAMIC_TAGS>(DT_RELR));
  const elf::DynamicEntry *size = binary.get(static_cast<elf::DYNAMIC_TAGS>(DT_RELRSZ));
  if (!table || !size)
    return 0;
  std::size_t word = binary.type() == elf::ELF_CLASS::ELFCLASS64 ? 8 : 4;
  std::vector<std::uint8_t> bytes = binary.get_content_from_virtual_address(table->value(), size->value());
  std::size_t count = 0;
  for (std::size_t at = 0; at + word <= bytes.size(); at += word) {
    std::uint64_t entry = 0;
    for (std::size_t i = word; i-- > 0;)
      entry = entry << 8 | bytes[at + i];
    count += entry & 1 ? static_cast<std::size_t>(std::popcount(entry >> 1)) : 1;
  }
  return count;
}

// NAME@VERSION as the dynamic loader sees it, with the library that a needed version belongs to.
std::string version_of(const elf::Binary &binary, const elf::Symbol &symbol) {
  if (!symbol.has_version() || !symbol.symbol_version()->has_auxiliary_version())
    return "";
  std::string version = symbol.symbol_version()->symbol_version_auxiliary()->name();
  if (symbol.shndx() != 0)
    return version;
  for (const elf::SymbolVersionRequirement &needed : binary.symbols_version_requirement())
    for (const elf::SymbolVersionAuxRequirement &aux : needed.auxiliary_symbols())
      if (aux.name() == version)
        return version + ' ' + needed.name();
  return version;
}

void add_notes(const elf::Binary &binary, Report &report) {
  for (const elf::Note &note : binary.notes())
    if (note.type() == elf::NOTE_TYPES::NT_GNU_BUILD_ID && std::string_view(note.name().c_str()) == "GNU")
      report.build_id = hex_bytes(note.description());
}

void add_symbols(const elf::Binary &binary, Report &report) {
  for (const elf::Symbol &symbol : binary.dynamic_symbols()) {
    if (symbol.name().empty() || symbol.binding() == elf::SYMBOL_BINDINGS::STB_LOCAL)
      continue;
    if (symbol.shndx() == 0)
      report.imports.push_back({symbol.name(), version_of(binary, symbol), {}});
    else
      report.exports.push_back({symbol.name(), version_of(binary, symbol), symbol.value()});
  }
}

} // namespace

Report report_elf(const std::string &path) {
  std::unique_ptr<elf::Binary> binary = elf::Parser::parse(path);
  if (!binary)
    throw Unreadable("the ELF headers are broken");
  if (binary->header().file_type() == elf::E_TYPE::ET_REL)
    throw Unreadable("an ELF object: objects and archives are not inspected yet, only images are");
  if (binary->segments().size() != binary->header().numberof_segments())
    throw Unreadable("the file is cut short: its program headers reach beyond its end");

  Report report;
  report.format = binary->type() == elf::ELF_CLASS::ELFCLASS64 ? "ELF64" : "ELF32";
  report.machine = machine_name(binary->header().machine_type());
  report.type = type_name(*binary);
  if (binary->header().entrypoint())
    report.entry = binary->header().entrypoint();
  if (binary->has_interpreter())
    report.interpreter = binary->interpreter();
  add_notes(*binary, report);

  for (const elf::Segment &segment : binary->segments())
    report.segments.push_back(
        {segment_name(segment.type()), segment.virtual_address(), segment.virtual_size(),
         segment.file_offset(), segment.physical_size(),
         permissions(segment.has(elf::ELF_SEGMENT_FLAGS::PF_R), segment.has(elf::ELF_SEGMENT_FLAGS::PF_W),
                     segment.has(elf::ELF_SEGMENT_FLAGS::PF_X))});
  for (const elf::Section &section : binary->sections()) {
    if (section.type() == elf::ELF_SECTION_TYPES::SHT_NULL)
      continue;
    bool loaded = section.has(elf::ELF_SECTION_FLAGS::SHF_ALLOC);
    bool in_file = section.type() != elf::ELF_SECTION_TYPES::SHT_NOBITS;
    report.sections.push_back({section.name(), section.virtual_address(), section.size(),
                               section.file_offset(), in_file ? section.size() : 0,
                               loaded ? permissions(true, section.has(elf::ELF_SECTION_FLAGS::SHF_WRITE),
                                                    section.has(elf::ELF_SECTION_FLAGS::SHF_EXECINSTR))
                                      : ""});
  }
  for (const elf::DynamicEntry &entry : binary->dynamic_entries()) {
    if (entry.tag() == elf::DYNAMIC_TAGS::DT_NEEDED)
      report.libraries.push_back(static_cast<const elf::DynamicEntryLibrary &>(entry).name());
    else if (entry.tag() == elf::DYNAMIC_TAGS::DT_SONAME)
      report.name = static_cast<const elf::DynamicSharedObject &>(entry).name();
  }
  add_symbols(*binary, report);
  for (auto [kind, count] :
       {std::pair<const char *, std::size_t>{"dynamic", binary->dynamic_relocations().size()},
        {"PLT", binary->pltgot_relocations().size()},
        {"relative, packed (RELR)", count_relr(*binary)}})
    if (count)
      report.relocations.emplace_back(kind, count);
  return report;
}

} // namespace gold::inspect
