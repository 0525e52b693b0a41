// What the command line asked for, whichever dialect it was written in.
//
// The four parsers of src/driver fill this structure; passes only read it. Inputs keep their order
// and the positional flags that were in force when they were named.
#pragma once

#include "support/types.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace gold {

enum class Format : u8 { Unknown, Elf, Coff, MachO, Go };
enum class Arch : u8 { Unknown, X86_64, AArch64 };
enum class OutputKind : u8 {
  Executable,  // fixed address
  Pie,         // position-independent executable
  Shared,      // shared object, DLL, dylib
  Relocatable, // -r
};
enum class StripMode : u8 { None, Debug, All };             // -S, -s
enum class DiscardMode : u8 { Default, None, Locals, All }; // (.L in merged) , -X, -x
enum class IcfMode : u8 { None, Safe, All };
enum class UnresolvedPolicy : u8 { Default, Error, Warn, Ignore };
enum class BuildIdKind : u8 { None, Fast, Md5, Sha1, Sha256, Uuid, Hex };
enum class CompressKind : u8 { None, Zlib, Zstd };
enum class Dialect : u8 { Native, Gnu, Msvc, Ld64 };

// One file or library named on the command line.
struct InputArg {
  enum Kind : u8 {
    File,     // a path
    Library,  // -lNAME (or -l:FILE, then `exact`)
    StartLib, // --start-lib: following objects behave as archive members
    EndLib,
    Script, // -T: parsed as the layout script
  } kind = File;
  std::string name;
  bool exact = false;          // -l:NAME
  bool as_needed = false;      // --as-needed in force
  bool whole_archive = false;  // --whole-archive / -force_load in force
  bool static_only = false;    // -Bstatic in force
  bool weak = false;           // -weak_library, -weak_framework
  bool framework = false;      // -framework NAME
  bool no_add_symbols = false; // --just-symbols / -R FILE
  bool binary = false;         // -b binary / --format=binary in force
  bool needed = false;         // -needed_library: kept even if unused
  bool reexport = false;       // -reexport_library
  bool upward = false;         // -upward_library
  bool loader = false;         // -bundle_loader
  bool hidden = false;         // -load_hidden: its symbols are private to the image
  bool requested = false;      // by an object, not on the command line: linked only if it is used
};

struct DefSym {
  std::string name;
  std::string expr; // as written; an assignment of the script engine
};

// Address given by -Ttext, -Tdata, -Tbss, -Ttext-segment or --section-start.
struct SectionStart {
  std::string section;
  u64 address = 0;
};

struct Options {
  Dialect dialect = Dialect::Native;
  std::string program = "gold-go";       // how messages begin: "gold-go: error: ..."
  std::vector<std::string> command_line; // with response files expanded, for --reproduce

  // Inputs and where they are looked for.
  std::vector<InputArg> inputs;
  std::vector<std::string> library_paths;   // -L, in order; '=' and $SYSROOT are already replaced
  std::vector<std::string> framework_paths; // -F
  std::string sysroot;
  std::vector<std::pair<std::string, std::string>> remap_inputs; // glob, the file instead; /dev/null: none

  // Output.
  std::string output = "a.out";
  Format format = Format::Unknown; // from -m, --target, -arch; Unknown: the first object decides
  Arch arch = Arch::Unknown;
  std::string emulation; // -m as written
  OutputKind kind = OutputKind::Executable;
  bool is_static = false;         // -static: no dynamic section unless PIE
  bool no_dynamic_linker = false; // --no-dynamic-linker (static-pie)
  std::string dynamic_linker;     // -dynamic-linker
  std::string soname;
  std::vector<std::string> rpaths;    // -rpath, in order
  bool new_dtags = true;              // DT_RUNPATH rather than DT_RPATH
  std::vector<std::string> auxiliary; // -f
  std::vector<std::string> filter;    // -F
  std::string audit, depaudit;
  std::string entry; // -e; empty: the format's default
  std::string init = "_init", fini = "_fini";
  std::string oformat; // "binary" or empty
  bool fix_cortex_a53_843419 = false;
  bool execute_only = false;
  std::optional<u64> image_base; // --image-base, -Ttext-segment
  std::vector<SectionStart> section_starts;
  bool rosegment = true;
  bool omagic = false; // -N
  bool nmagic = false; // -n

  // Symbols.
  std::vector<std::string> undefined; // -u
  std::vector<std::string> undefined_glob;
  std::vector<std::string> require_defined;
  std::vector<std::string> wrap;
  std::vector<DefSym> defsyms;
  bool export_dynamic = false;
  std::vector<std::string> export_dynamic_symbols;      // globs
  std::vector<std::string> export_dynamic_symbol_lists; // files
  std::vector<std::string> dynamic_lists;               // files
  bool dynamic_list_data = false, dynamic_list_cpp_new = false, dynamic_list_cpp_typeinfo = false;
  std::vector<std::string> version_scripts; // files
  bool undefined_version = true;            // --undefined-version: a name in the script need not be defined
  bool default_symver = false;
  std::vector<std::string> exclude_libs;
  std::vector<std::string> retain_symbols_files;
  bool bsymbolic = false, bsymbolic_functions = false, bsymbolic_non_weak = false,
       bsymbolic_non_weak_functions = false;
  bool allow_multiple_definition = false; // -z muldefs
  bool allow_shlib_undefined = true;
  bool allow_shlib_undefined_set = false;
  bool no_undefined = false; // -z defs
  UnresolvedPolicy unresolved = UnresolvedPolicy::Default;
  bool noinhibit_exec = false;
  bool warn_common = false;
  bool allocate_common = false;           // -d: tentative definitions get space also with -r
  bool inhibit_common = false;            // --no-define-common
  std::vector<std::string> trace_symbols; // -y
  bool trace_files = false;               // -t
  bool cref = false;
  std::string why_extract, print_archive_stats; // files; "-" is standard output
  bool gnu_unique = true;
  std::vector<std::string> allowed_undefined;      // -U, --ignore-unresolved-symbol
  std::string start_stop_visibility = "protected"; // -z start-stop-visibility

  // Liveness, folding, merging.
  bool gc_sections = false;
  bool gc_keep_exported = false;
  bool print_gc_sections = false;
  bool start_stop_gc = false; // -z start-stop-gc
  std::vector<std::string> why_live;
  IcfMode icf = IcfMode::None;
  bool print_icf_sections = false;
  std::vector<std::string> keep_unique;
  bool relax = true;
  bool merge_strings = true;

  // What goes into the image.
  StripMode strip = StripMode::None;
  DiscardMode discard = DiscardMode::Default;
  bool emit_relocs = false;
  bool eh_frame_hdr = false;
  bool hash_sysv = false, hash_gnu = true; // --hash-style
  bool relr = false;                       // -z pack-relative-relocs
  bool apply_dynamic_relocs = false;
  BuildIdKind build_id = BuildIdKind::None;
  std::string build_id_hex; // with Hex: the bytes, already decoded
  CompressKind compress_debug = CompressKind::None;
  int compress_level = 0;
  bool gdb_index = false;
  std::string package_metadata;
  bool warn_execstack = true; // of objects that ask for an executable stack

  // -z
  bool warn_textrel = false;
  bool z_relro = true, z_now = false, z_text = true, z_execstack = false, z_execstack_if_needed = false;
  bool z_copyreloc = true, z_nodelete = false, z_nodlopen = false, z_nodump = false, z_origin = false,
       z_initfirst = false, z_interpose = false, z_nodefaultlib = false, z_global = false;
  bool z_separate_code = true, z_full_pages = false; // the latter: apart even where pages are largest
  bool z_ibt = false, z_shstk = false, z_ibtplt = false;
  bool z_force_bti = false, z_pac_plt = false, z_gcs = false;
  bool z_keep_text_section_prefix = false;
  bool z_dynamic_undefined_weak = true;
  bool z_rewrite_endbr = false;
  bool z_sectionheader = true;
  std::vector<std::pair<std::string, u64>> z_dead_relocs; // glob of sections, what dead references become
  bool android_relr_tags = false;
  u8 z_x86_64_isa_level = 0; // -z x86-64-vN: bits of GNU_PROPERTY_X86_ISA_1_NEEDED
  std::optional<u64> z_stack_size;
  u64 z_max_page_size = 0, z_common_page_size = 0; // bytes; 0: the target's
  std::string z_cet_report = "none", z_bti_report = "none";

  // Layout.
  std::string symbol_ordering_file, section_ordering_file;
  bool warn_symbol_ordering = true;
  std::optional<u64> shuffle_sections; // the seed
  bool reverse_sections = false;
  std::string orphan_handling = "place";
  std::string sort_section;        // "name" or "alignment": for patterns of scripts that say nothing else
  std::vector<std::string> unique; // --unique: globs of input sections kept apart
  u64 spare_dynamic_tags = 0;      // empty entries at the end of the dynamic section
  bool print_memory_usage = false;

  // Reports.
  std::string map_file; // -Map; "-" is standard output
  std::string dependency_file;
  std::string reproduce; // --reproduce=FILE.tar
  bool stats = false;
  std::string time_trace; // --time-trace=FILE
  bool verbose = false;
  bool demangle = true;
  bool fatal_warnings = false;
  bool suppress_warnings = false;
  int error_limit = 20; // 0: no limit
  enum class Color : u8 { Auto, Always, Never } color = Color::Auto;
  int threads = 0;              // 0: as many as the affinity mask and the cgroup allow
  u64 parallel_from = 16 << 20; // bytes of inputs from which on threads are used

  // LTO.
  std::vector<std::string> plugin_args; // -plugin, -plugin-opt, kept as written

  // The goroutine runtime: "auto", "never" or the path of an archive.
  std::string go_runtime = "auto";
  std::string go_tls = "warn"; // code that keeps thread-local addresses: "warn", "error", "ignore"

  // PE.
  std::string subsystem;
  std::string out_implib, output_def;
  bool export_all_symbols = false, exclude_all_symbols = false;
  bool auto_import = true, dynamic_base = true, high_entropy_va = true, nx_compat = true;
  bool kill_at = false, insert_timestamp = false, enable_auto_image_base = false;
  std::vector<std::string> exclude_symbols, exports, delay_loads, def_files;
  u64 pe_file_alignment = 0x200, pe_section_alignment = 0x1000;
  u64 pe_stack_reserve = 0x200000, pe_stack_commit = 0x1000, pe_heap_reserve = 0x100000,
      pe_heap_commit = 0x1000;
  u16 pe_major_os = 4, pe_minor_os = 0, pe_major_image = 0, pe_minor_image = 0, pe_major_subsystem = 5,
      pe_minor_subsystem = 2;
  bool runtime_pseudo_reloc = true, pe_reloc_section = true;
  bool pe_force_integrity = false, pe_no_isolation = false, pe_no_bind = false, pe_wdm_driver = false,
       pe_appcontainer = false;
  bool pe_no_seh = false, pe_large_address_aware = true, pe_tsaware = false;

  // Mach-O.
  std::string platform;                   // "macos", ...
  std::string platform_min, platform_sdk; // "13.0"
  std::string install_name, current_version, compatibility_version, umbrella;
  bool macho_bundle = false;
  bool flat_namespace = false, force_flat_namespace = false;
  std::vector<std::string> sub_libraries; // -sub_library, -sub_umbrella
  std::vector<std::string> allowable_clients;
  struct SectionAlignment {
    std::string section; // "SEG,SECT"
    u64 align;
  };
  std::vector<SectionAlignment> section_alignments; // -sectalign
  std::string dependency_info;                      // -dependency_info
  bool adhoc_codesign = false, no_adhoc_codesign = false;
  bool fixup_chains = true;
  bool function_starts = true, data_in_code = true;
  bool dead_strip_dylibs = false;
  bool all_load = false, objc_load = false;
  std::vector<std::string> exported_symbols, unexported_symbols; // globs
  std::vector<std::pair<std::string, std::string>> aliases;      // symbol, its other name
  bool no_exported_symbols = false;
  std::vector<std::string> exported_symbols_files, unexported_symbols_files, reexported_symbols_files;
  std::string source_version;
  bool root_safe = false, setuid_safe = false;
  std::vector<std::pair<std::string, std::string>> section_creates; // "SEG,SECT", file
  u64 headerpad = 0x20;
  bool headerpad_max_install_names = false;
  bool mark_dead_strippable_dylib = false, application_extension = false;
  std::string undefined_treatment = "error"; // -undefined
  bool no_uuid = false, final_output_set = false;
  std::string final_output;
  std::string oso_prefix;
  u64 pagezero_size = 0x100000000;
  u64 stack_size = 0;
  bool search_paths_first = true;
  bool keep_private_externs = false;
};

} // namespace gold
