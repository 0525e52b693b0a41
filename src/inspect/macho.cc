// Mach-O images, read by LIEF, one report an architecture of a fat file. LIEF 0.12 knows no chained
// fixups, so only those relocations are counted that rebase opcodes describe, and the imports are taken
// from the symbol table.
#include "inspect/report.h"

#include <LIEF/MachO.hpp>

namespace gold::inspect {

namespace {

namespace macho = LIEF::MachO;

std::string machine_name(macho::CPU_TYPES cpu) {
  switch (cpu) {
  case macho::CPU_TYPES::CPU_TYPE_X86_64:
    return "x86-64";
  case macho::CPU_TYPES::CPU_TYPE_ARM64:
    return "aarch64";
  default:
    return macho::to_string(cpu);
  }
}

std::string type_name(macho::FILE_TYPES type) {
  switch (type) {
  case macho::FILE_TYPES::MH_EXECUTE:
    return "executable";
  case macho::FILE_TYPES::MH_DYLIB:
    return "dynamic library";
  case macho::FILE_TYPES::MH_BUNDLE:
    return "bundle";
  default:
    return macho::to_string(type);
  }
}

std::string protection(std::uint32_t bits) {
  constexpr std::uint32_t VM_PROT_READ = 1, VM_PROT_WRITE = 2, VM_PROT_EXECUTE = 4;
  return permissions(bits & VM_PROT_READ, bits & VM_PROT_WRITE, bits & VM_PROT_EXECUTE);
}

bool is_zero_fill(const macho::Section &section) {
  macho::MACHO_SECTION_TYPES type = section.type();
  return type == macho::MACHO_SECTION_TYPES::S_ZEROFILL ||
         type == macho::MACHO_SECTION_TYPES::S_GB_ZEROFILL ||
         type == macho::MACHO_SECTION_TYPES::S_THREAD_LOCAL_ZEROFILL;
}

// nlist's n_type (Mach-O's <mach-o/nlist.h>).
constexpr std::uint8_t N_STAB = 0xe0, N_PEXT = 0x10, N_TYPE = 0x0e, N_EXT = 0x01, N_UNDF = 0;

void add_symbols(const macho::Binary &binary, Report &report) {
  for (const macho::Symbol &symbol : binary.symbols()) {
    std::uint8_t type = symbol.type();
    // Those that LIEF makes up for an export trie have no nlist.
    if (symbol.origin() != macho::SYMBOL_ORIGINS::SYM_ORIGIN_LC_SYMTAB || type & N_STAB || !(type & N_EXT) ||
        type & N_PEXT)
      continue;
    if ((type & N_TYPE) == N_UNDF) {
      // The upper byte of n_desc says which library; special values name none.
      std::size_t ordinal = symbol.description() >> 8;
      std::string from;
      if (ordinal > 0 && ordinal <= report.libraries.size())
        from = report.libraries[ordinal - 1];
      report.imports.push_back({symbol.name(), from, {}});
    } else {
      report.exports.push_back({symbol.name(), "", symbol.value()});
    }
  }
}

Report report_one(const macho::Binary &binary) {
  macho::FILE_TYPES type = binary.header().file_type();
  if (type == macho::FILE_TYPES::MH_OBJECT)
    throw Unreadable("a Mach-O object: objects and archives are not inspected yet, only images are");

  Report report;
  report.format = "Mach-O";
  report.machine = machine_name(binary.header().cpu_type());
  report.type = type_name(type);
  if (binary.has_entrypoint())
    report.entry = binary.entrypoint();
  if (binary.has_dylinker())
    report.interpreter = binary.dylinker()->name();
  if (binary.has_uuid()) {
    macho::uuid_t uuid = binary.uuid()->uuid();
    report.build_id = hex_bytes(uuid);
  }

  for (const macho::SegmentCommand &segment : binary.segments()) {
    report.segments.push_back({segment.name(), segment.virtual_address(), segment.virtual_size(),
                               segment.file_offset(), segment.file_size(),
                               protection(segment.init_protection())});
    for (const macho::Section &section : segment.sections())
      report.sections.push_back({segment.name() + "," + section.name(), section.address(), section.size(),
                                 section.offset(), is_zero_fill(section) ? 0 : section.size(),
                                 protection(segment.init_protection())});
  }
  for (const macho::DylibCommand &library : binary.libraries()) {
    if (library.command() == macho::LOAD_COMMAND_TYPES::LC_ID_DYLIB)
      report.name = library.name();
    else
      report.libraries.push_back(library.name());
  }
  add_symbols(binary, report);
  if (std::size_t count = binary.relocations().size())
    report.relocations.emplace_back("rebase", count);
  return report;
}

} // namespace

std::vector<Report> report_macho(const std::string &path) {
  std::unique_ptr<macho::FatBinary> fat = macho::Parser::parse(path);
  if (!fat || fat->empty())
    throw Unreadable("the Mach-O headers are broken");
  std::vector<Report> reports;
  for (const macho::Binary &binary : *fat)
    reports.push_back(report_one(binary));
  return reports;
}

} // namespace gold::inspect
