// PE images, read by LIEF.
#include "inspect/report.h"

#include <LIEF/PE.hpp>

namespace gold::inspect {

namespace {

namespace pe = LIEF::PE;

std::string machine_name(pe::MACHINE_TYPES machine) {
  switch (machine) {
  case pe::MACHINE_TYPES::IMAGE_FILE_MACHINE_AMD64:
    return "x86-64";
  case pe::MACHINE_TYPES::IMAGE_FILE_MACHINE_ARM64:
    return "aarch64";
  case pe::MACHINE_TYPES::IMAGE_FILE_MACHINE_I386:
    return "i386";
  default:
    return pe::to_string(machine);
  }
}

std::string type_name(const pe::Binary &binary) {
  std::string type =
      binary.header().has_characteristic(pe::HEADER_CHARACTERISTICS::IMAGE_FILE_DLL) ? "DLL" : "executable";
  switch (binary.optional_header().subsystem()) {
  case pe::SUBSYSTEM::IMAGE_SUBSYSTEM_WINDOWS_CUI:
    return type + ", console";
  case pe::SUBSYSTEM::IMAGE_SUBSYSTEM_WINDOWS_GUI:
    return type + ", graphical";
  default:
    return type + ", " + pe::to_string(binary.optional_header().subsystem());
  }
}

std::string import_name(bool is_ordinal, std::uint16_t ordinal, const std::string &name) {
  return is_ordinal ? "#" + std::to_string(ordinal) : name;
}

void add_imports(const pe::Binary &binary, Report &report) {
  for (const pe::Import &library : binary.imports()) {
    report.libraries.push_back(library.name());
    for (const pe::ImportEntry &entry : library.entries()) {
      bool is_ordinal = entry.is_ordinal();
      report.imports.push_back(
          {import_name(is_ordinal, is_ordinal ? entry.ordinal() : 0, entry.name()), library.name(), {}});
    }
  }
  for (const pe::DelayImport &library : binary.delay_imports()) {
    report.libraries.push_back(library.name() + " (delayed)");
    for (const pe::DelayImportEntry &entry : library.entries()) {
      bool is_ordinal = entry.is_ordinal();
      report.imports.push_back({import_name(is_ordinal, is_ordinal ? entry.ordinal() : 0, entry.name()),
                                library.name() + " (delayed)",
                                {}});
    }
  }
}

void add_exports(const pe::Binary &binary, std::uint64_t base, Report &report) {
  if (!binary.has_exports())
    return;
  const pe::Export &table = binary.get_export();
  report.name = table.name();
  for (const pe::ExportEntry &entry : table.entries()) {
    std::string from = "#" + std::to_string(entry.ordinal());
    if (entry.is_forwarded())
      from += " -> " + entry.forward_information().library + "." + entry.forward_information().function;
    report.exports.push_back({entry.name(), from, base + entry.address()});
  }
}

} // namespace

Report report_pe(const std::string &path) {
  std::unique_ptr<pe::Binary> binary = pe::Parser::parse(path);
  if (!binary)
    throw Unreadable("the PE headers are broken");

  Report report;
  report.format = binary->type() == pe::PE_TYPE::PE32_PLUS ? "PE32+" : "PE32";
  report.machine = machine_name(binary->header().machine());
  report.type = type_name(*binary);
  std::uint64_t base = binary->optional_header().imagebase();
  if (binary->optional_header().addressof_entrypoint())
    report.entry = base + binary->optional_header().addressof_entrypoint();
  for (const pe::Debug &debug : binary->debug())
    if (debug.has_code_view())
      if (const auto *pdb = dynamic_cast<const pe::CodeViewPDB *>(debug.code_view())) {
        auto signature = pdb->signature();
        report.build_id = hex_bytes(signature) + ", age " + std::to_string(pdb->age());
      }

  for (const pe::Section &section : binary->sections())
    report.sections.push_back(
        {section.name(), base + section.virtual_address(), section.virtual_size(),
         section.pointerto_raw_data(), section.sizeof_raw_data(),
         permissions(section.has_characteristic(pe::SECTION_CHARACTERISTICS::IMAGE_SCN_MEM_READ),
                     section.has_characteristic(pe::SECTION_CHARACTERISTICS::IMAGE_SCN_MEM_WRITE),
                     section.has_characteristic(pe::SECTION_CHARACTERISTICS::IMAGE_SCN_MEM_EXECUTE))});
  add_imports(*binary, report);
  add_exports(*binary, base, report);

  std::size_t relocations = 0;
  for (const pe::Relocation &block : binary->relocations())
    for (const pe::RelocationEntry &entry : block.entries())
      relocations += entry.type() != pe::RELOCATIONS_BASE_TYPES::IMAGE_REL_BASED_ABSOLUTE;
  if (relocations)
    report.relocations.emplace_back("base", relocations);
  return report;
}

} // namespace gold::inspect
