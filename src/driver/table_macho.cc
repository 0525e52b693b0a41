// The options of Apple's ld64, as clang passes them and as Xcode's users write them. They have one
// dash, and their argument is always the next word.
#include "driver/parse.h"
#include "support/mapped_file.h"

#include <bit>
#include <sstream>

namespace gold {

namespace {

constexpr u8 L = LD64;
constexpr auto None = Form::None;
constexpr auto Value = Form::Value;
constexpr auto Done = Status::Done;
constexpr auto Ignored = Status::Ignored;
constexpr auto NotYet = Status::NotYet;

void set_arch(Parse &p, const Arg &a) {
  p.opt.format = Format::MachO;
  p.opt.emulation = a.str();
  if (a.v[0] == "arm64")
    p.opt.arch = Arch::AArch64;
  else if (a.v[0] == "x86_64" || a.v[0] == "x86_64h")
    p.opt.arch = Arch::X86_64;
  else
    p.error("architecture '" + a.str() + "' is not supported; supported are: arm64 x86_64");
}

// Numbers with dots between them.
bool is_version(std::string_view s, std::size_t parts) {
  std::size_t dots = 0;
  bool digit = false;
  for (char c : s) {
    if (c == '.' ? !digit || ++dots == parts : c < '0' || c > '9')
      return false;
    digit = c != '.';
  }
  return digit;
}

void set_platform(Parse &p, const Arg &a) {
  // The numbers are PLATFORM_* of <mach-o/loader.h>.
  static constexpr struct {
    std::string_view number, name;
  } platforms[] = {{"1", "macos"},
                   {"2", "ios"},
                   {"3", "tvos"},
                   {"4", "watchos"},
                   {"5", "bridgeos"},
                   {"6", "mac-catalyst"},
                   {"7", "ios-simulator"},
                   {"8", "tvos-simulator"},
                   {"9", "watchos-simulator"},
                   {"10", "driverkit"},
                   {"11", "xros"},
                   {"12", "xros-simulator"}};
  std::string name;
  for (char c : a.v[0])
    name += c == ' ' ? '-' : c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  bool known = false;
  for (auto &pl : platforms)
    if (name == pl.number || name == pl.name) {
      name = pl.name;
      known = true;
    }
  if (!known)
    return p.bad_value(a, "macos, ios, ios-simulator, mac-catalyst ... or a number");
  for (std::string_view v : {a.v[1], a.v[2]})
    if (!is_version(v, 5))
      return p.error("-platform_version: '" + std::string(v) + "' is no version");
  p.opt.platform = name;
  p.opt.platform_min = std::string(a.v[1]);
  p.opt.platform_sdk = std::string(a.v[2]);
}

template <std::size_t N> consteval std::array<char, N> literal(const char (&s)[N]) {
  return std::to_array(s);
}

// The options from before -platform_version: the SDK's version is not told.
template <std::array Name> void version_min(Parse &p, const Arg &a) {
  if (!is_version(a.v[0], 5))
    return p.bad_value(a, "a version MAJOR.MINOR.PATCH");
  p.opt.platform = Name.data();
  p.opt.platform_min = a.str();
}

// Of a library: the numbers after the third have no place in the load command.
template <std::string Options::*Field> void set_version(Parse &p, const Arg &a) {
  if (!is_version(a.v[0], 5))
    return p.bad_value(a, "a version MAJOR.MINOR.PATCH");
  p.opt.*Field = a.str();
}

void set_source_version(Parse &p, const Arg &a) {
  if (!is_version(a.v[0], 5))
    return p.bad_value(a, "a version A.B.C.D.E");
  p.opt.source_version = a.str();
}

InputArg &library(Parse &p, const Arg &a) {
  p.add_library(a.v[0]);
  return p.opt.inputs.back();
}

InputArg &framework(Parse &p, const Arg &a) {
  InputArg &in = p.add_input(InputArg::Library, a.v[0]);
  in.framework = true;
  return in;
}

InputArg &file(Parse &p, const Arg &a) {
  return p.add_input(InputArg::File, a.v[0]);
}

// FILE[,DIR]: a path a line, below DIR.
void read_filelist(Parse &p, const Arg &a) {
  std::string path = a.str(), dir, error;
  const MappedFile *f = map_file(path, &error);
  if (!f)
    if (std::size_t comma = path.rfind(','); comma != path.npos) {
      dir = path.substr(comma + 1) + "/";
      path.resize(comma);
      f = map_file(path, &error);
    }
  if (!f)
    return p.error("cannot read '" + path + "': " + error);
  std::string_view rest(reinterpret_cast<const char *>(f->bytes.data()), f->bytes.size());
  while (!rest.empty()) {
    std::size_t end = rest.find('\n');
    if (std::string_view line = rest.substr(0, end); !line.empty())
      p.add_input(InputArg::File, dir + std::string(line));
    rest = end == rest.npos ? std::string_view() : rest.substr(end + 1);
  }
}

// Lines of SYMBOL ALIAS; # begins a comment.
void read_aliases(Parse &p, const Arg &a) {
  std::string path = a.str(), error;
  const MappedFile *f = map_file(path, &error);
  if (!f)
    return p.error("cannot read '" + path + "': " + error);
  std::istringstream lines{std::string(f->bytes.str())};
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line.substr(0, line.find('#')));
    std::string symbol, alias;
    if (!(words >> symbol))
      continue;
    if (!(words >> alias))
      return p.error(path + ": '" + symbol + "' has no alias");
    p.opt.aliases.emplace_back(symbol, alias);
  }
}

void section_align(Parse &p, const Arg &a) {
  u64 align;
  std::string_view text = a.v[2];
  if (text.starts_with("0x"))
    text.remove_prefix(2);
  if (!parse_number(text, 16, &align) || !std::has_single_bit(align) || align > 1 << 24)
    return p.error("-sectalign: '" + std::string(a.v[2]) + "' is no power of two in hexadecimal");
  p.opt.section_alignments.push_back({std::string(a.v[0]) + "," + std::string(a.v[1]), align});
}

void section_create(Parse &p, const Arg &a) {
  p.opt.section_creates.emplace_back(std::string(a.v[0]) + "," + std::string(a.v[1]), std::string(a.v[2]));
}

void set_undefined(Parse &p, const Arg &a) {
  if (a.v[0] == "error" || a.v[0] == "warning" || a.v[0] == "suppress" || a.v[0] == "dynamic_lookup")
    p.opt.undefined_treatment = a.str();
  else
    p.bad_value(a, "error, warning, suppress or dynamic_lookup");
}

void set_image_base(Parse &p, const Arg &a) {
  u64 address;
  if (p.number(a, 16, &address))
    p.opt.image_base = address;
}

constexpr OptionSpec rows[] = {
    {"", Form::Heading, L, Done, nullptr, "Mach-O images (gold-go ld64)", nullptr},
    {"arch", Value, L | NAT, Done, "NAME", "Architecture: arm64 or x86_64", set_arch},
    {"platform_version", Form::Three, L | NAT, Done, "PLATFORM MIN SDK", "System for which the image is made", set_platform},
    {"macosx_version_min macos_version_min", Value, L | NAT, Done, "VERSION", "Oldest macOS on which the image runs", version_min<literal("macos")>},
    {"ios_version_min iphoneos_version_min", Value, L, Done, "VERSION", "Oldest iOS", version_min<literal("ios")>},
    {"ios_simulator_version_min", Value, L, Done, "VERSION", "Oldest iOS, in the simulator", version_min<literal("ios-simulator")>},
    {"tvos_version_min", Value, L, Done, "VERSION", "Oldest tvOS", version_min<literal("tvos")>},
    {"watchos_version_min", Value, L, Done, "VERSION", "Oldest watchOS", version_min<literal("watchos")>},
    {"bridgeos_version_min", Value, L, Done, "VERSION", "Oldest bridgeOS", version_min<literal("bridgeos")>},
    {"driverkit_version_min", Value, L, Done, "VERSION", "Oldest DriverKit", version_min<literal("driverkit")>},
    {"maccatalyst_version_min iosmac_version_min uikitformac_version_min", Value, L, Done, "VERSION", "Oldest Mac Catalyst", version_min<literal("mac-catalyst")>},
    {"sdk_version", Value, L, Done, "VERSION", "Version of the SDK", GOLD_STR(platform_sdk)},
    {"execute", None, L, Done, nullptr, "Make an executable (default)", GOLD_SET(kind, OutputKind::Pie)},
    {"dylib", None, L, Done, nullptr, "Make a shared library", GOLD_SET(kind, OutputKind::Shared)},
    {"bundle", None, L, Done, nullptr, "Make a bundle",
     [](Parse &p, const Arg &) {
       p.opt.kind = OutputKind::Shared;
       p.opt.macho_bundle = true;
     }},
    {"dynamic", None, L, Done, nullptr, "Use shared libraries (default)", GOLD_SET(is_static, false)},
    {"static", None, L, NotYet, nullptr, "Make an image that uses no shared library", nullptr},
    {"preload dylinker kext", None, L, NotYet, nullptr, "Images of boot loaders, of dyld, of the kernel", nullptr},
    {"pie", None, L, Done, nullptr, "Make a position-independent executable (default)", GOLD_SET(kind, OutputKind::Pie)},
    {"no_pie", None, L, Done, nullptr, "Make an executable with a fixed address (x86_64)",
     [](Parse &p, const Arg &) {
       if (p.opt.kind == OutputKind::Pie)
         p.opt.kind = OutputKind::Executable;
     }},
    {"syslibroot", Value, L | NAT, Done, "DIR", "Root of the SDK: libraries and frameworks are looked for below it", GOLD_STR(sysroot)},
    {"Z", None, L, Done, nullptr, "Look in no standard directories", [](Parse &p, const Arg &) { p.nostdlib = true; }},
    {"F", Value, L, Done, "DIR", "Look for frameworks in DIR", GOLD_ADD(framework_paths)},
    {"framework", Value, L | NAT, Done, "NAME", "Link a framework", [](Parse &p, const Arg &a) { framework(p, a); }},
    {"needed_framework", Value, L, Done, "NAME", "The same, and keep it if unused", [](Parse &p, const Arg &a) { framework(p, a).needed = true; }},
    {"weak_framework", Value, L | NAT, Done, "NAME", "The same; it may be absent at run time", [](Parse &p, const Arg &a) { framework(p, a).weak = true; }},
    {"reexport_framework", Value, L, Done, "NAME", "The same, and export its symbols", [](Parse &p, const Arg &a) { framework(p, a).reexport = true; }},
    {"upward_framework lazy_framework", Value, L, Done, "NAME", "The same", [](Parse &p, const Arg &a) { framework(p, a); }},
    {"needed-l", Form::Joined, L, Done, "NAME", "Like -lNAME, and keep it if unused", [](Parse &p, const Arg &a) { library(p, a).needed = true; }},
    {"weak-l", Form::Joined, L | NAT, Done, "NAME", "Like -lNAME; it may be absent at run time", [](Parse &p, const Arg &a) { library(p, a).weak = true; }},
    {"reexport-l", Form::Joined, L, Done, "NAME", "Like -lNAME, and export its symbols", [](Parse &p, const Arg &a) { library(p, a).reexport = true; }},
    {"hidden-l", Form::Joined, L, Done, "NAME", "Like -lNAME, and hide its symbols", [](Parse &p, const Arg &a) { library(p, a).hidden = true; }},
    {"upward-l", Form::Joined, L, Done, "NAME", "Like -lNAME, which depends on this image itself", [](Parse &p, const Arg &a) { library(p, a).upward = true; }},
    {"lazy-l", Form::Joined, L, Done, "NAME", "Like -lNAME", [](Parse &p, const Arg &a) { library(p, a); }},
    {"needed_library", Value, L, Done, "FILE", "Like FILE, and keep it if unused", [](Parse &p, const Arg &a) { file(p, a).needed = true; }},
    {"weak_library", Value, L, Done, "FILE", "Like FILE; it may be absent at run time", [](Parse &p, const Arg &a) { file(p, a).weak = true; }},
    {"reexport_library", Value, L, Done, "FILE", "Like FILE, and export its symbols", [](Parse &p, const Arg &a) { file(p, a).reexport = true; }},
    {"load_hidden", Value, L, Done, "FILE", "Like FILE, and hide its symbols", [](Parse &p, const Arg &a) { file(p, a).hidden = true; }},
    {"upward_library", Value, L, Done, "FILE", "Like FILE, which depends on this image itself", [](Parse &p, const Arg &a) { file(p, a).upward = true; }},
    {"lazy_library", Value, L, Done, "FILE", "Like FILE", [](Parse &p, const Arg &a) { file(p, a); }},
    {"force_load", Value, L | NAT, Done, "FILE", "Take all members of the archive FILE", [](Parse &p, const Arg &a) { file(p, a).whole_archive = true; }},
    {"all_load", None, L, Done, nullptr, "Take all members of all archives", GOLD_SET(all_load, true)},
    {"noall_load", None, L, Done, nullptr, "Undo -all_load (default)", GOLD_SET(all_load, false)},
    {"ObjC", None, L, Done, nullptr, "Take all members that define Objective-C classes or categories", GOLD_SET(objc_load, true)},
    {"filelist", Value, L, Done, "FILE[,DIR]", "Read the inputs' names from FILE", read_filelist},
    {"bundle_loader", Value, L, Done, "FILE", "Executable that will load the bundle: it may use its symbols", [](Parse &p, const Arg &a) { file(p, a).loader = true; }},
    {"search_paths_first", None, L, Done, nullptr, "In each directory, look for a dylib, then for an archive (default)", GOLD_SET(search_paths_first, true)},
    {"search_dylibs_first", None, L, Done, nullptr, "Look for a dylib in all directories first", GOLD_SET(search_paths_first, false)},
    {"ignore_auto_link", None, L, NotYet, nullptr, "Ignore the libraries that objects ask for", nullptr},
    {"ignore-auto-link-option", Value, L, NotYet, "NAME", "Ignore one of them", nullptr},
    {"install_name dylib_install_name dylinker_install_name", Value, L, Done, "NAME", "Name by which the library is loaded", GOLD_STR(install_name)},
    {"current_version dylib_current_version", Value, L, Done, "VERSION", "Version of the library", set_version<&Options::current_version>},
    {"compatibility_version dylib_compatibility_version", Value, L, Done, "VERSION", "Oldest version with which it is compatible", set_version<&Options::compatibility_version>},
    {"umbrella", Value, L, Done, "NAME", "Umbrella framework that re-exports the library", GOLD_STR(umbrella)},
    {"sub_library sub_umbrella", Value, L, Done, "NAME", "Export the symbols of the library or framework NAME, which is among the inputs", GOLD_ADD(sub_libraries)},
    {"allowable_client", Value, L, Done, "NAME", "Only NAME may link the library", GOLD_ADD(allowable_clients)},
    {"client_name", Value, L, Ignored, "NAME", "whether a library wants this client isn't checked", nullptr},
    {"mark_dead_strippable_dylib", None, L, Done, nullptr, "The library may be dropped if unused", GOLD_SET(mark_dead_strippable_dylib, true)},
    {"application_extension", None, L, Done, nullptr, "Fit for application extensions", GOLD_SET(application_extension, true)},
    {"no_application_extension", None, L, Done, nullptr, "Undo it (default)", GOLD_SET(application_extension, false)},
    {"dead_strip", None, L, Done, nullptr, "Leave out what nothing reaches", GOLD_SET(gc_sections, true)},
    {"dead_strip_dylibs", None, L, Done, nullptr, "Leave out libraries that are not used", GOLD_SET(dead_strip_dylibs, true)},
    {"no_dead_strip_inits_and_terms", None, L, Ignored, nullptr, "initializers are always kept", nullptr},
    {"dead-strip-duplicates allow_dead_duplicates", None, L, NotYet, nullptr, "Duplicates that are left out are no errors", nullptr},
    {"deduplicate-strings no-deduplicate-strings", None, L, Ignored, nullptr, "equal strings are always one", nullptr},
    {"no_deduplicate", None, L, Done, nullptr, "Like --icf=none", GOLD_SET(icf, IcfMode::None)},
    {"verbose_deduplicate", None, L, Done, nullptr, "List folded functions", GOLD_SET(print_icf_sections, true)},
    {"keep-icf-stabs", None, L, NotYet, nullptr, "Keep debug map entries of folded functions", nullptr},
    {"s", None, L, Done, nullptr, "Leave out symbol table and debug map", GOLD_SET(strip, StripMode::All)},
    {"exported_symbols_list", Value, L, Done, "FILE", "Export only what FILE lists", GOLD_ADD(exported_symbols_files)},
    {"exported_symbol", Value, L, Done, "GLOB", "Export only what matches", GOLD_ADD(exported_symbols)},
    {"unexported_symbols_list", Value, L, Done, "FILE", "Do not export what FILE lists", GOLD_ADD(unexported_symbols_files)},
    {"unexported_symbol", Value, L, Done, "GLOB", "Do not export what matches", GOLD_ADD(unexported_symbols)},
    {"no_exported_symbols", None, L, Done, nullptr, "Export nothing", GOLD_SET(no_exported_symbols, true)},
    {"export_dynamic", None, L, Done, nullptr, "Keep all global symbols with -dead_strip", GOLD_SET(export_dynamic, true)},
    {"reexported_symbols_list", Value, L, Done, "FILE", "Export the symbols of other libraries that FILE lists", GOLD_ADD(reexported_symbols_files)},
    {"exported_symbols_order", Value, L, Ignored, "FILE", "order only", nullptr},
    {"non_global_symbols_no_strip_list non_global_symbols_strip_list", Value, L, NotYet, "FILE", "Local symbols to keep or to leave out", nullptr},
    {"u", Value, L, Done, "SYMBOL", "Treat SYMBOL as needed", GOLD_ADD(undefined)},
    {"U", Value, L, Done, "SYMBOL", "SYMBOL may be undefined until run time", GOLD_ADD(allowed_undefined)},
    {"undefined", Value, L, Done, "HOW", "Undefined symbols: error (default), warning, suppress, dynamic_lookup", set_undefined},
    {"alias", Form::Two, L, Done, "SYMBOL ALIAS", "Give SYMBOL another name",
     [](Parse &p, const Arg &a) { p.opt.aliases.emplace_back(std::string(a.v[0]), std::string(a.v[1])); }},
    {"alias_list", Value, L, Done, "FILE", "Read aliases from FILE, a line SYMBOL ALIAS each", read_aliases},
    {"twolevel_namespace", None, L, Done, nullptr, "Undo -flat_namespace (default)", 
     [](Parse &p, const Arg &) { p.opt.flat_namespace = p.opt.force_flat_namespace = false; }},
    {"flat_namespace", None, L, Done, nullptr, "Look symbols up in all images of the process", GOLD_SET(flat_namespace, true)},
    {"force_flat_namespace", None, L, Done, nullptr, "Make all images of the process do that",
     [](Parse &p, const Arg &) { p.opt.flat_namespace = p.opt.force_flat_namespace = true; }},
    {"interposable multi_module", None, L, NotYet, nullptr, "Let other libraries replace exported symbols", nullptr},
    {"interposable_list", Value, L, NotYet, "FILE", "Let them replace these", nullptr},
    {"commons", Value, L, Done, "HOW", "Common symbols that libraries define, too: ignore_dylibs (default)",
     [](Parse &p, const Arg &a) {
       if (a.v[0] == "use_dylibs" || a.v[0] == "error")
         p.error("-commons " + a.str() + " is not supported yet");
       else if (a.v[0] != "ignore_dylibs")
         p.bad_value(a, "ignore_dylibs");
     }},
    {"force_symbols_weak_list force_symbols_not_weak_list force_symbols_coalesce_list", Value, L, NotYet, "FILE", "Make symbols weak or not", nullptr},
    {"keep_private_externs", None, L, Done, nullptr, "With -r, keep private external symbols", GOLD_SET(keep_private_externs, true)},
    {"order_file", Value, L, Done, "FILE", "Order functions and data as FILE lists them", GOLD_STR(symbol_ordering_file)},
    {"sectcreate segcreate", Form::Three, L, Done, "SEG SECT FILE", "Make a section of a file's contents", section_create},
    {"add_empty_section", Form::Two, L, Done, "SEG SECT", "Make an empty section",
     [](Parse &p, const Arg &a) { p.opt.section_creates.emplace_back(std::string(a.v[0]) + "," + std::string(a.v[1]), ""); }},
    {"sectalign", Form::Three, L, Done, "SEG SECT HEX", "Align a section", section_align},
    {"segaddr segprot rename_segment move_to_rw_segment move_to_ro_segment section_order seg_page_size", Form::Two, L, NotYet, "SEG WHAT", "Layout of segments", nullptr},
    {"segalign segs_read_only_addr segs_read_write_addr segment_order", Value, L, NotYet, "VALUE", "Layout of segments", nullptr},
    {"image_base seg1addr", Value, L, Done, "HEX", "Address at which the image begins", set_image_base},
    {"pagezero_size", Value, L, Done, "HEX", "Size of the unreadable segment at zero", GOLD_HEX(pagezero_size)},
    {"stack_size", Value, L, Done, "HEX", "Size of the main thread's stack", GOLD_HEX(stack_size)},
    {"stack_addr", Value, L, NotYet, "HEX", "Address of the stack", nullptr},
    {"allow_stack_execute", None, L, Done, nullptr, "Ask for an executable stack", GOLD_SET(z_execstack, true)},
    {"headerpad", Value, L, Done, "HEX", "Room to leave for load commands", GOLD_HEX(headerpad)},
    {"headerpad_max_install_names", None, L, Done, nullptr, "Leave room for the longest names", GOLD_SET(headerpad_max_install_names, true)},
    {"data_const no_data_const", None, L, Ignored, nullptr, "constant data is always in __DATA_CONST", nullptr},
    {"fixup_chains", None, L, Done, nullptr, "Write chained fixups (default for new systems)", GOLD_SET(fixup_chains, true)},
    {"no_fixup_chains", None, L, Done, nullptr, "Write dyld's opcodes", GOLD_SET(fixup_chains, false)},
    {"init_offsets", None, L, Ignored, nullptr, "how initializers are listed", nullptr},
    {"bind_at_load", None, L, Done, nullptr, "Bind all functions when the image is loaded", GOLD_SET(z_now, true)},
    {"function_starts", None, L, Done, nullptr, "Write the table of functions (default)", GOLD_SET(function_starts, true)},
    {"no_function_starts", None, L, Done, nullptr, "Undo it", GOLD_SET(function_starts, false)},
    {"data_in_code_info", None, L, Done, nullptr, "Write the table of data in code (default)", GOLD_SET(data_in_code, true)},
    {"no_data_in_code_info", None, L, Done, nullptr, "Undo it", GOLD_SET(data_in_code, false)},
    {"source_version", Value, L, Done, "A.B.C.D.E", "Version of the sources, for LC_SOURCE_VERSION", set_source_version},
    {"root_safe", None, L, Done, nullptr, "The program is safe to be run by root", GOLD_SET(root_safe, true)},
    {"setuid_safe", None, L, Done, nullptr, "The program is safe to be run as another user", GOLD_SET(setuid_safe, true)},
    {"threaded_starts_section fixup_chains_section", None, L, NotYet, nullptr, "Starts of chained fixups in a section, for firmware", nullptr},
    {"no_new_main", None, L, NotYet, nullptr, "Begin the program as before macOS 10.8", nullptr},
    {"text_exec keep_relocs", None, L, NotYet, nullptr, "Images of the kernel's extensions", nullptr},
    {"no_uuid", None, L, Done, nullptr, "Write no UUID", GOLD_SET(no_uuid, true)},
    {"adhoc_codesign", None, L, Done, nullptr, "Sign without an identity (default for arm64)",
     [](Parse &p, const Arg &) {
       p.opt.adhoc_codesign = true;
       p.opt.no_adhoc_codesign = false;
     }},
    {"no_adhoc_codesign", None, L, Done, nullptr, "Do not sign",
     [](Parse &p, const Arg &) {
       p.opt.adhoc_codesign = false;
       p.opt.no_adhoc_codesign = true;
     }},
    {"final_output", Value, L, Done, "NAME", "Name of the file that lipo will make",
     [](Parse &p, const Arg &a) {
       p.opt.final_output = a.str();
       p.opt.final_output_set = true;
     }},
    {"map", Value, L, Done, "FILE", "Write a map of the image to FILE", GOLD_STR(map_file)},
    {"dependency_info", Value, L, Done, "FILE", "Write the inputs' names in Xcode's form", GOLD_STR(dependency_info)},
    {"why_load whyload whatsloaded", None, L, Done, nullptr, "Print the members that are taken", GOLD_SET(trace_files, true)},
    {"print_statistics", None, L, Done, nullptr, "Like --stats", GOLD_SET(stats, true)},
    {"version_details", None, L, Done, nullptr, "Print the version", [](Parse &p, const Arg &) { p.version = true; }},
    {"oso_prefix", Value, L, Done, "PATH", "Cut PATH off names of objects in the debug map", GOLD_STR(oso_prefix)},
    {"add_ast_path", Value, L, NotYet, "FILE", "Name a Swift AST in the debug map", nullptr},
    {"dyld_env", Value, L, NotYet, "NAME=VALUE", "Environment for dyld", nullptr},
    {"rename_section", Form::Three, L, NotYet, "SEG SECT SEG", "Rename a section", nullptr},
    {"no_warn_inits no_warn_duplicate_libraries warn_commons warn_compact_unwind warn_stabs warn_weak_exports debug_variant arch_errors_fatal no_arch_warnings "
     "warn-duplicate-rpath no-warn-duplicate-rpath warn-dylib-install-name no-warn-dylib-install-name warn-thin-archive-missing-members "
     "no-warn-thin-archive-missing-members strict-auto-link check-category-conflicts pgo-warn-mismatch no-pgo-warn-mismatch",
     None, L, Ignored, nullptr, "warnings that there are not", nullptr},
    {"no_inits no_weak_exports no_weak_imports objc_gc objc_gc_only", None, L, NotYet, nullptr, "Checks of the image", nullptr},
    {"objc_stubs_fast objc_stubs_small objc_category_merging no_objc_category_merging objc_relative_method_lists no_objc_relative_method_lists objc_gc_compaction "
     "force_load_swift_libs",
     None, L, Ignored, nullptr, "how Objective-C is laid out", nullptr},
    {"lto_library object_path_lto cache_path_lto prune_interval_lto prune_after_lto max_relative_cache_size_lto mcpu cs-profile-path", Value, L,
     Ignored, "VALUE", "for LLVM bitcode, which is not linked yet", nullptr},
    {"flto-codegen-only cs-profile-generate", None, L, Ignored, nullptr, "for LLVM bitcode, which is not linked yet", nullptr},
    {"keep_dwarf_unwind no_keep_dwarf_unwind no_compact_unwind no_eh_labels", None, L, Ignored, nullptr, "unwind information is kept as objects need it", nullptr},
    {"arch_multiple reproducible demangle_names single_module no_implicit_dylibs no_branch_islands no_order_data no_order_inits merge_zero_fill_sections "
     "no_zero_fill_sections no_dtrace_dof force_cpusubtype_ALL allow_heap_execute allow_sub_type_mismatches encryptable no_encryption "
     "add_source_version no_source_version version_load_command no_version_load_command new_linker classic_linker ld_classic page_align_data_atoms "
     "not_for_dyld_shared_cache no_shared_cache_eligible trace_symbol_layout order_file_statistics  "
     "allow_simulator_linking_to_macosx_dylibs add_split_seg_info ignore_optimization_hints print-dylib-search M d X",
     None, L, Ignored, nullptr, "details of ld64, or its defaults", nullptr},
    {"read_only_relocs unaligned_pointers weak_reference_mismatches multiply_defined multiply_defined_unused max_default_common_align sect_diff_relocs dirty_data_list "
     "dylib_file executable_path snapshot_dir objc_abi_version dtrace seg_addr_table_filename bitcode_process_mode bitcode_symbol_map Y dot",
     Value, L, Ignored, "VALUE", "details of ld64, or obsolete", nullptr},
    {"A b bitcode_bundle bitcode_hide_symbols bitcode_verify dependent_dr_info no_dependent_dr_info fvmlib no_compact_linkedit nofixprebinding nomultidefs noprebind "
     "noprebind_all_twolevel_modules prebind prebind_all_twolevel_modules prebind_allow_overlap noseglinkedit seglinkedit private_bundle run_init_lazily slow_stubs Si Sn Sp "
     "twolevel_namespace_hints sectorder_detail",
     None, L, Ignored, nullptr, "obsolete in ld64", nullptr},
    {"sectorder", Form::Three, L, Ignored, "SEG SECT FILE", "obsolete in ld64", nullptr},
    {"sectobjectsymbols", Form::Two, L, Ignored, "SEG SECT", "obsolete in ld64", nullptr},
};

constexpr auto index = make_index<count_names(rows)>(rows);

} // namespace

extern const OptionGroup macho_options;
constinit const OptionGroup macho_options = {rows, index};

} // namespace gold
