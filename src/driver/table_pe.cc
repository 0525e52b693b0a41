// The options that GNU ld has only with a PE emulation (-m i386pep, arm64pe), as MinGW's gcc and
// clang pass them, with those that lld added.
#include "driver/parse.h"

namespace gold {

namespace {

constexpr auto None = Form::None;
constexpr auto Value = Form::Value;
constexpr auto Done = Status::Done;
constexpr auto Ignored = Status::Ignored;
constexpr auto NotYet = Status::NotYet;

void set_subsystem(Parse &p, const Arg &a) {
  static constexpr std::string_view known[] = {"native",
                                               "windows",
                                               "console",
                                               "posix",
                                               "wince",
                                               "efi_application",
                                               "efi_boot_service_driver",
                                               "efi_runtime_driver",
                                               "efi_rom",
                                               "boot_application",
                                               "xbox",
                                               "win32"};
  std::string_view name = a.v[0].substr(0, a.v[0].find(':'));
  if (name.find_first_not_of("0123456789") != name.npos &&
      std::find(std::begin(known), std::end(known), name) == std::end(known))
    return p.bad_value(a, "console, windows, native, efi_application ... with an optional :MAJOR.MINOR");
  p.opt.subsystem = std::string(name);
  if (name.size() == a.v[0].size())
    return;
  std::string_view version = a.v[0].substr(name.size() + 1);
  std::size_t dot = version.find('.');
  u64 major, minor = 0;
  if (!parse_number(version.substr(0, dot), 10, &major) || major > 0xffff ||
      (dot != version.npos && (!parse_number(version.substr(dot + 1), 10, &minor) || minor > 0xffff)))
    return p.bad_value(a, "a version MAJOR.MINOR after the colon");
  p.opt.pe_major_subsystem = static_cast<u16>(major);
  p.opt.pe_minor_subsystem = static_cast<u16>(minor);
}

// RESERVE[,COMMIT]
void reserve_commit(Parse &p, const Arg &a, u64 *reserve, u64 *commit) {
  std::size_t comma = a.v[0].find(',');
  if (!parse_number(a.v[0].substr(0, comma), 0, reserve) ||
      (comma != a.v[0].npos && !parse_number(a.v[0].substr(comma + 1), 0, commit)))
    p.bad_value(a, "RESERVE or RESERVE,COMMIT");
}

void add_list(const Arg &a, std::vector<std::string> *list) {
  std::string_view rest = a.v[0];
  while (!rest.empty()) {
    std::size_t end = rest.find(',');
    if (end != 0)
      list->emplace_back(rest.substr(0, end));
    rest = end == rest.npos ? std::string_view() : rest.substr(end + 1);
  }
}

constexpr OptionSpec rows[] = {
    {"", Form::Heading, PE, Done, nullptr, "PE images (-m i386pep, -m arm64pe)", nullptr},
    {"subsystem", Value, PE, Done, "NAME[:VERSION]",
     "console (default), windows, native, efi_application ...", set_subsystem},
    {"dll", None, PE, Done, nullptr, "Like -shared", GOLD_SET(kind, OutputKind::Shared)},
    {"out-implib", Value, PE, Done, "FILE", "Write an import library", GOLD_STR(out_implib)},
    {"output-def", Value, PE, Done, "FILE", "Write a .def file of the exports", GOLD_STR(output_def)},
    {"export-all-symbols", None, PE, Done, nullptr, "Export all global symbols of a DLL",
     GOLD_SET(export_all_symbols, true)},
    {"exclude-all-symbols", None, PE, Done, nullptr, "Export nothing of itself",
     GOLD_SET(exclude_all_symbols, true)},
    {"exclude-symbols", Value, PE, Done, "SYMBOL,...", "Do not export these of itself",
     [](Parse &p, const Arg &a) { add_list(a, &p.opt.exclude_symbols); }},
    {"exclude-modules-for-implib", Value, PE, NotYet, "FILE,...", "Put these objects into the import library",
     nullptr},
    {"k kill-at", None, PE, Done, nullptr, "Export names without @N", GOLD_SET(kill_at, true)},
    {"add-stdcall-alias", None, PE, NotYet, nullptr, "Export names with and without @N", nullptr},
    {"enable-stdcall-fixup disable-stdcall-fixup", None, PE, Ignored, nullptr, "32-bit x86", nullptr},
    {"enable-auto-import", None, PE, Done, nullptr,
     "Import data that was not declared dllimport (auto-import; default)", GOLD_SET(auto_import, true)},
    {"disable-auto-import", None, PE, Done, nullptr, "Undo --enable-auto-import",
     GOLD_SET(auto_import, false)},
    {"enable-runtime-pseudo-reloc enable-runtime-pseudo-reloc-v2", None, PE, Done, nullptr,
     "Let the program fix such imports up when it starts (default)", GOLD_SET(runtime_pseudo_reloc, true)},
    {"disable-runtime-pseudo-reloc", None, PE, Done, nullptr, "Undo it",
     GOLD_SET(runtime_pseudo_reloc, false)},
    {"enable-runtime-pseudo-reloc-v1", None, PE, NotYet, nullptr, "Its old form", nullptr},
    {"enable-extra-pe-debug enable-extra-pep-debug", None, PE, Ignored, nullptr, "GNU ld's own debugging",
     nullptr},
    {"enable-auto-image-base", Form::Optional, PE, Done, "ADDRESS", "Choose a DLL's address by its name",
     GOLD_SET(enable_auto_image_base, true)},
    {"disable-auto-image-base", None, PE, Done, nullptr, "Undo it (default)",
     GOLD_SET(enable_auto_image_base, false)},
    {"dll-search-prefix", Value, PE, NotYet, "TEXT", "Look for TEXTNAME.dll, too (Cygwin)", nullptr},
    {"delayload", Value, PE, NotYet, "DLL", "Load DLL when one of its functions is first called",
     GOLD_ADD(delay_loads)},
    {"major-image-version", Value, PE, Done, "N", "Version in the header", GOLD_NUM(pe_major_image)},
    {"minor-image-version", Value, PE, Done, "N", "Version in the header", GOLD_NUM(pe_minor_image)},
    {"major-os-version", Value, PE, Done, "N", "Version in the header", GOLD_NUM(pe_major_os)},
    {"minor-os-version", Value, PE, Done, "N", "Version in the header", GOLD_NUM(pe_minor_os)},
    {"major-subsystem-version", Value, PE, Done, "N", "Version in the header", GOLD_NUM(pe_major_subsystem)},
    {"minor-subsystem-version", Value, PE, Done, "N", "Version in the header", GOLD_NUM(pe_minor_subsystem)},
    {"file-alignment", Value, PE, Done, "N", "Alignment of sections in the file",
     GOLD_NUM(pe_file_alignment)},
    {"section-alignment", Value, PE, Done, "N", "Alignment of sections in memory",
     GOLD_NUM(pe_section_alignment)},
    {"stack", Value, PE, Done, "RESERVE[,COMMIT]", "Size of the main thread's stack",
     [](Parse &p, const Arg &a) { reserve_commit(p, a, &p.opt.pe_stack_reserve, &p.opt.pe_stack_commit); }},
    {"heap", Value, PE, Done, "RESERVE[,COMMIT]", "Size of the heap",
     [](Parse &p, const Arg &a) { reserve_commit(p, a, &p.opt.pe_heap_reserve, &p.opt.pe_heap_commit); }},
    {"dynamicbase", None, PE, Done, nullptr, "The image may be loaded anywhere (default)",
     GOLD_SET(dynamic_base, true)},
    {"disable-dynamicbase no-dynamicbase", None, PE, Done, nullptr, "Undo it", GOLD_SET(dynamic_base, false)},
    {"enable-reloc-section", None, PE, Done, nullptr, "Write base relocations (default)",
     GOLD_SET(pe_reloc_section, true)},
    {"disable-reloc-section", None, PE, Done, nullptr, "Write no base relocations",
     [](Parse &p, const Arg &) { p.opt.pe_reloc_section = p.opt.dynamic_base = false; }},
    {"high-entropy-va", None, PE, Done, nullptr, "Addresses above 4 GB are fine (default)",
     GOLD_SET(high_entropy_va, true)},
    {"disable-high-entropy-va no-high-entropy-va", None, PE, Done, nullptr, "Undo it",
     GOLD_SET(high_entropy_va, false)},
    {"nxcompat", None, PE, Done, nullptr, "Data is not executable (default)", GOLD_SET(nx_compat, true)},
    {"disable-nxcompat no-nxcompat", None, PE, Done, nullptr, "Undo it", GOLD_SET(nx_compat, false)},
    {"large-address-aware", None, PE, Done, nullptr, "Addresses above 2 GB are fine (default)",
     GOLD_SET(pe_large_address_aware, true)},
    {"disable-large-address-aware", None, PE, Done, nullptr, "Undo it",
     GOLD_SET(pe_large_address_aware, false)},
    {"tsaware", None, PE, Done, nullptr, "The program knows of terminal servers", GOLD_SET(pe_tsaware, true)},
    {"disable-tsaware", None, PE, Done, nullptr, "Undo it", GOLD_SET(pe_tsaware, false)},
    {"no-seh", None, PE, Done, nullptr, "The image has no exception handlers", GOLD_SET(pe_no_seh, true)},
    {"disable-no-seh", None, PE, Done, nullptr, "Undo it", GOLD_SET(pe_no_seh, false)},
    {"forceinteg", None, PE, Done, nullptr, "The loader checks the signature",
     GOLD_SET(pe_force_integrity, true)},
    {"no-isolation", None, PE, Done, nullptr, "Use no manifest", GOLD_SET(pe_no_isolation, true)},
    {"no-bind", None, PE, Done, nullptr, "The image may not be bound", GOLD_SET(pe_no_bind, true)},
    {"wdmdriver", None, PE, Done, nullptr, "A driver of the WDM model", GOLD_SET(pe_wdm_driver, true)},
    {"appcontainer", None, PE, Done, nullptr, "Runs in an app container", GOLD_SET(pe_appcontainer, true)},
    {"disable-forceinteg disable-no-isolation disable-no-bind disable-wdmdriver disable-appcontainer", None,
     PE, Ignored, nullptr, "the defaults", nullptr},
    {"guard-cf", None, PE, NotYet, nullptr, "Write tables of Control Flow Guard", nullptr},
    {"guard-longjmp", None, PE, NotYet, nullptr, "Write tables of Control Flow Guard for longjmp", nullptr},
    {"no-guard-cf no-guard-longjmp", None, PE, Ignored, nullptr, "the defaults", nullptr},
    {"pdb", Form::Optional, PE, NotYet, "FILE", "Write debug information as PDB", nullptr},
    {"insert-timestamp", None, PE, Done, nullptr, "Write the time into the header",
     GOLD_SET(insert_timestamp, true)},
    {"no-insert-timestamp", None, PE, Done, nullptr, "Write a number that depends on the contents (default)",
     GOLD_SET(insert_timestamp, false)},
    {"enable-long-section-names disable-long-section-names", None, PE, Ignored, nullptr,
     "names of debug sections are always kept", nullptr},
    {"leading-underscore", None, PE, NotYet, nullptr, "Symbols begin with an underscore", nullptr},
    {"no-leading-underscore warn-duplicate-exports compat-implib support-old-code", None, PE, Ignored,
     nullptr, "the defaults, or details of GNU ld", nullptr},
    {"base_file base-file", Value, PE, NotYet, "FILE", "Write a base file of dlltool", nullptr},
    {"thumb-entry", Value, PE, Ignored, "SYMBOL", "32-bit ARM", nullptr},
    {"lto-sample-profile-file Xlink", Value, PE, NotYet, "OPTION", "Pass an option of link.exe", nullptr},
};

constexpr auto index = make_index<count_names(rows)>(rows);

} // namespace

extern const OptionGroup pe_options;
constinit const OptionGroup pe_options = {rows, index};

} // namespace gold
