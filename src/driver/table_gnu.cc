// The options of GNU ld that concern every format, with those that gold, lld and mold added to them.
//
// Reasons of ignored rows are part of the documentation. Nothing here may print a warning for an
// ignored option: configure scripts take any output on standard error for a failed probe.
#include "driver/parse.h"
#include "support/mapped_file.h"

namespace gold {

namespace {

constexpr u8 G = GNU;
constexpr auto Done = Status::Done;
constexpr auto Ignored = Status::Ignored;
constexpr auto NotYet = Status::NotYet;

void set_build_id(Parse &p, const Arg &a) {
  std::string_view v = a.count ? a.v[0] : "sha1";
  static constexpr struct {
    std::string_view name;
    BuildIdKind kind;
  } styles[] = {{"none", BuildIdKind::None}, {"fast", BuildIdKind::Fast}, {"md5", BuildIdKind::Md5},
                {"sha1", BuildIdKind::Sha1}, {"tree", BuildIdKind::Sha1}, {"sha256", BuildIdKind::Sha256},
                {"uuid", BuildIdKind::Uuid}};
  for (auto &s : styles)
    if (v == s.name) {
      p.opt.build_id = s.kind;
      return;
    }
  if (!v.starts_with("0x") && !v.starts_with("0X"))
    return p.bad_value(a, "none, fast, md5, sha1, sha256, uuid or 0xHEX");
  std::string bytes;
  int high = -1;
  for (char c : v.substr(2)) {
    int digit;
    if (c >= '0' && c <= '9')
      digit = c - '0';
    else if (char l = static_cast<char>(c | 0x20); l >= 'a' && l <= 'f')
      digit = l - 'a' + 10;
    else if ((c == '-' || c == ':') && high < 0)
      continue;
    else
      return p.bad_value(a, "an even number of hexadecimal digits after 0x");
    if (high < 0) {
      high = digit;
    } else {
      bytes += static_cast<char>(high << 4 | digit);
      high = -1;
    }
  }
  if (high >= 0 || bytes.empty())
    return p.bad_value(a, "an even number of hexadecimal digits after 0x");
  p.opt.build_id = BuildIdKind::Hex;
  p.opt.build_id_hex = bytes;
}

// Several libraries are one list.
void join(std::string &list, std::string_view one) {
  if (!list.empty())
    list += ':';
  list += one;
}

int hex_digit(char c) {
  return c >= '0' && c <= '9'   ? c - '0'
         : c >= 'a' && c <= 'f' ? c - 'a' + 10
         : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                : -1;
}

// %XX stands for a byte: build systems are not good at passing quotes on (systemd, "Package Metadata for
// Executable Files").
void set_package_metadata(Parse &p, const Arg &a) {
  std::string text;
  std::string_view v = a.v[0];
  for (std::size_t i = 0; i < v.size(); ++i) {
    if (v[i] != '%') {
      text += v[i];
      continue;
    }
    // Characters that shells and specification files take for themselves have names, too.
    static constexpr std::pair<std::string_view, char> named[] = {
        {"[comma]", ','}, {"[lbrace]", '{'}, {"[quot]", '"'}, {"[rbrace]", '}'}, {"[space]", ' '}};
    auto name = std::find_if(std::begin(named), std::end(named),
                             [&](auto &n) { return v.substr(i + 1).starts_with(n.first); });
    if (name != std::end(named)) {
      text += name->second;
      i += name->first.size();
      continue;
    }
    bool two = v.size() - i > 2;
    int high = two ? hex_digit(v[i + 1]) : -1, low = two ? hex_digit(v[i + 2]) : -1;
    if (high < 0 || low < 0)
      return p.bad_value(a, "two hexadecimal digits after each %");
    text += static_cast<char>(high << 4 | low);
    i += 2;
  }
  p.opt.package_metadata = text;
}

void set_hash_style(Parse &p, const Arg &a) {
  std::string_view v = a.v[0];
  if (v != "sysv" && v != "gnu" && v != "both" && v != "none")
    return p.bad_value(a, "sysv, gnu, both or none");
  p.opt.hash_sysv = v == "sysv" || v == "both";
  p.opt.hash_gnu = v == "gnu" || v == "both";
}

void set_compress_debug(Parse &p, const Arg &a) {
  std::string_view v = a.v[0];
  std::size_t colon = v.find(':');
  std::string_view kind = v.substr(0, colon);
  if (kind == "none")
    p.opt.compress_debug = CompressKind::None;
  else if (kind == "zlib" || kind == "zlib-gabi")
    p.opt.compress_debug = CompressKind::Zlib;
  else if (kind == "zlib-gnu")
    return p.error("--compress-debug-sections=zlib-gnu: the old .zdebug form is not supported; use zlib");
  else if (kind == "zstd")
    p.opt.compress_debug = CompressKind::Zstd;
  else
    return p.bad_value(a, "none, zlib or zstd, with an optional :LEVEL");
  if (colon != v.npos) {
    u64 level;
    if (!parse_number(v.substr(colon + 1), 10, &level) || level > 22)
      return p.bad_value(a, "a level of at most 22 after the colon");
    p.opt.compress_level = static_cast<int>(level);
  }
}

void set_icf(Parse &p, const Arg &a) {
  if (a.v[0] == "none")
    p.opt.icf = IcfMode::None;
  else if (a.v[0] == "safe" || a.v[0] == "safe_thunks")
    p.opt.icf = IcfMode::Safe;
  else if (a.v[0] == "all")
    p.opt.icf = IcfMode::All;
  else
    p.bad_value(a, "none, safe or all");
}

void set_unresolved(Parse &p, const Arg &a) {
  std::string_view v = a.v[0];
  auto shlib = [&](bool allow) {
    p.opt.allow_shlib_undefined = allow;
    p.opt.allow_shlib_undefined_set = true;
  };
  if (v == "ignore-all") {
    p.opt.unresolved = UnresolvedPolicy::Ignore;
    shlib(true);
  } else if (v == "report-all") {
    p.opt.unresolved = UnresolvedPolicy::Error;
    shlib(false);
  } else if (v == "ignore-in-object-files") {
    p.opt.unresolved = UnresolvedPolicy::Ignore;
    shlib(false);
  } else if (v == "ignore-in-shared-libs") {
    p.opt.unresolved = UnresolvedPolicy::Error;
    shlib(true);
  } else {
    p.bad_value(a, "ignore-all, report-all, ignore-in-object-files or ignore-in-shared-libs");
  }
}

void set_color(Parse &p, const Arg &a) {
  if (!a.count || a.v[0] == "always")
    p.opt.color = Options::Color::Always;
  else if (a.v[0] == "auto")
    p.opt.color = Options::Color::Auto;
  else if (a.v[0] == "never")
    p.opt.color = Options::Color::Never;
  else
    p.bad_value(a, "auto, always or never");
}

void set_threads(Parse &p, const Arg &a) {
  if (!a.count) {
    p.opt.threads = 0;
    return;
  }
  int n;
  if (a.v[0] == "all")
    p.opt.threads = 0;
  else if (p.number(a, 10, &n)) {
    if (n < 1 || n > 4096)
      p.bad_value(a, "a number from 1 to 4096");
    else
      p.opt.threads = n;
  }
}

void add_defsym(Parse &p, const Arg &a) {
  std::size_t eq = a.v[0].find('=');
  if (eq == 0 || eq == a.v[0].npos || eq + 1 == a.v[0].size())
    return p.bad_value(a, "SYMBOL=EXPRESSION");
  p.opt.defsyms.push_back({std::string(a.v[0].substr(0, eq)), std::string(a.v[0].substr(eq + 1))});
}

void add_section_start(Parse &p, const char *section, std::string_view text, const Arg &a) {
  u64 address;
  if (!parse_number(text, 16, &address))
    return p.bad_value(a, "a hexadecimal address");
  p.opt.section_starts.push_back({section, address});
}

void section_start(Parse &p, const Arg &a) {
  std::size_t eq = a.v[0].find('=');
  if (eq == 0 || eq == a.v[0].npos)
    return p.bad_value(a, "SECTION=ADDRESS");
  add_section_start(p, std::string(a.v[0].substr(0, eq)).c_str(), a.v[0].substr(eq + 1), a);
}

void text_segment(Parse &p, const Arg &a) {
  u64 address;
  if (p.number(a, 16, &address))
    p.opt.image_base = address;
}

void image_base(Parse &p, const Arg &a) {
  u64 address;
  if (p.number(a, 0, &address))
    p.opt.image_base = address;
}

void set_format(Parse &p, const Arg &a) {
  if (a.v[0] == "binary")
    p.state.binary = true;
  else if (a.v[0] == "default" || a.v[0].starts_with("elf") || a.v[0].starts_with("pe"))
    p.state.binary = false;
  else
    p.bad_value(a, "binary, default or elf");
}

void set_oformat(Parse &p, const Arg &a) {
  if (a.v[0].starts_with("elf64-x86-64") || a.v[0] == "elf64-littleaarch64" || a.v[0] == "elf" ||
      a.v[0] == "default" || a.v[0].starts_with("pei-") || a.v[0].starts_with("pe-"))
    p.opt.oformat.clear();
  else if (a.v[0] == "binary")
    p.opt.oformat = a.str();
  else
    p.error("output format '" + a.str() + "' is not supported yet");
}

void set_sort_section(Parse &p, const Arg &a) {
  if (a.v[0] != "name" && a.v[0] != "alignment" && a.v[0] != "none")
    return p.bad_value(a, "name, alignment or none");
  p.opt.sort_section = a.v[0] == "none" ? "" : a.str();
}

void add_script(Parse &p, const Arg &a) {
  InputArg in;
  in.kind = InputArg::Script;
  in.name = a.str();
  p.opt.inputs.push_back(std::move(in));
}

void set_go_tls(Parse &p, const Arg &a) {
  if (a.v[0] == "warn" || a.v[0] == "error" || a.v[0] == "ignore")
    p.opt.go_tls = a.str();
  else
    p.bad_value(a, "warn, error or ignore");
}

void set_orphan_handling(Parse &p, const Arg &a) {
  if (a.v[0] == "place" || a.v[0] == "warn" || a.v[0] == "error" || a.v[0] == "discard")
    p.opt.orphan_handling = a.str();
  else
    p.bad_value(a, "place, warn, error or discard");
}

void set_rpath(Parse &p, const Arg &a) {
  // A path given twice is kept once, where it was first.
  if (std::find(p.opt.rpaths.begin(), p.opt.rpaths.end(), a.v[0]) == p.opt.rpaths.end())
    p.opt.rpaths.push_back(a.str());
}

void rpath_or_symbols(Parse &p, const Arg &a) {
  if (file_exists(a.str()))
    p.add_input(InputArg::File, a.v[0]).no_add_symbols = true;
  else
    set_rpath(p, a);
}

void add_remap(Parse &p, std::string_view glob, std::string_view file) {
  p.opt.remap_inputs.emplace_back(glob, file);
}

void remap_inputs(Parse &p, const Arg &a) {
  std::size_t eq = a.v[0].find('=');
  if (eq == 0 || eq == a.v[0].npos || eq + 1 == a.v[0].size())
    return p.bad_value(a, "PATTERN=FILE");
  add_remap(p, a.v[0].substr(0, eq), a.v[0].substr(eq + 1));
}

// Lines of a pattern and a file; comments begin with #.
void remap_inputs_file(Parse &p, const Arg &a) {
  std::string why;
  const MappedFile *m = map_file(a.str(), &why);
  if (!m)
    return p.error("cannot open " + a.str() + ": " + why);
  std::string_view text = m->bytes.str();
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    line = line.substr(0, line.find('#'));
    auto word = [&] {
      std::size_t begin = std::min(line.find_first_not_of(" \t\r"), line.size()),
                  end = std::min(line.find_first_of(" \t\r", begin), line.size());
      std::string_view w = line.substr(begin, end - begin);
      line.remove_prefix(end);
      return w;
    };
    std::string_view glob = word(), file = word();
    if (!glob.empty() && file.empty())
      return p.error(a.str() + ": a pattern without a file: " + std::string(glob));
    if (!glob.empty())
      add_remap(p, glob, file);
  }
}

void set_shuffle(Parse &p, const Arg &a) {
  u64 seed = 0;
  if (!a.count || p.number(a, 0, &seed))
    p.opt.shuffle_sections = seed;
}

void set_pack_relocs(Parse &p, const Arg &a) {
  if (a.v[0] == "none")
    p.opt.relr = false;
  else if (a.v[0] == "relr")
    p.opt.relr = true;
  else if (a.v[0] == "android" || a.v[0] == "android+relr")
    p.error("--pack-dyn-relocs=" + a.str() + " is not supported yet");
  else
    p.bad_value(a, "none or relr");
}

constexpr OptionSpec rows[] = {
    {"", Form::Heading, G | LD64, Done, nullptr, "Inputs and where they are found", nullptr},
    {"l library", Form::Value, G | LD64, Done, "NAME", "Link libNAME.so, libNAME.a and so on; -l:FILE takes the name as it is",
     [](Parse &p, const Arg &a) { p.add_library(a.v[0]); }},
    {"L library-path", Form::Value, G | LD64, Done, "DIR", "Look for libraries in DIR; '=' or $SYSROOT at its start is the sysroot",
     GOLD_ADD(library_paths)},
    {"as-needed", Form::None, G, Done, nullptr, "Name the shared libraries that follow in the output only if used",
     [](Parse &p, const Arg &) { p.state.as_needed = true; }},
    {"no-as-needed", Form::None, G, Done, nullptr, "Undo --as-needed",
     [](Parse &p, const Arg &) { p.state.as_needed = false; }},
    {"whole-archive", Form::None, G, Done, nullptr, "Take all members of the archives that follow",
     [](Parse &p, const Arg &) { p.state.whole_archive = true; }},
    {"no-whole-archive", Form::None, G, Done, nullptr, "Undo --whole-archive",
     [](Parse &p, const Arg &) { p.state.whole_archive = false; }},
    {"Bstatic dn non_shared", Form::None, G, Done, nullptr, "Look only for archives for the -l that follow",
     [](Parse &p, const Arg &) { p.state.static_only = true; }},
    {"Bdynamic dy call_shared", Form::None, G, Done, nullptr, "Undo -Bstatic",
     [](Parse &p, const Arg &) { p.state.static_only = false; }},
    {"push-state", Form::None, G, Done, nullptr, "Remember --as-needed, --whole-archive, -Bstatic, --format",
     [](Parse &p, const Arg &) { p.saved_states.push_back(p.state); }},
    {"pop-state", Form::None, G, Done, nullptr, "Return to what --push-state remembered",
     [](Parse &p, const Arg &) {
       if (p.saved_states.empty())
         return p.error("--pop-state without --push-state");
       p.state = p.saved_states.back();
       p.saved_states.pop_back();
       if (!p.state.static_only) // -static between the two was meant for what stood between them
         p.opt.is_static = false;
     }},
    {"( start-group", Form::None, G, Ignored, nullptr, "archives are always searched until nothing new is found", nullptr},
    {") end-group", Form::None, G, Ignored, nullptr, "archives are always searched until nothing new is found", nullptr},
    {"start-lib", Form::None, G | LD64, Done, nullptr, "Treat the objects that follow as members of an archive",
     [](Parse &p, const Arg &) {
       if (p.in_lib)
         return p.error("--start-lib inside --start-lib");
       p.in_lib = true;
       p.add_input(InputArg::StartLib, "");
     }},
    {"end-lib", Form::None, G | LD64, Done, nullptr, "End --start-lib",
     [](Parse &p, const Arg &) {
       if (!p.in_lib)
         return p.error("--end-lib without --start-lib");
       p.in_lib = false;
       p.add_input(InputArg::EndLib, "");
     }},
    {"just-symbols", Form::Value, G, Done, "FILE", "Take addresses of symbols from FILE, but none of its contents",
     [](Parse &p, const Arg &a) { p.add_input(InputArg::File, a.v[0]).no_add_symbols = true; }},
    {"b format", Form::Value, G, Done, "FORMAT", "Format of the inputs that follow: binary, or default", set_format},
    {"sysroot", Form::Value, G, Done, "DIR", "Root of the target's file system", GOLD_STR(sysroot)},
    {"rpath-link", Form::Value, G, Ignored, "PATH", "a library's own libraries are not looked for", nullptr},
    {"nostdlib", Form::None, G | PE, Done, nullptr, "Look for libraries only in directories of the command line",
     [](Parse &p, const Arg &) { p.nostdlib = true; }},
    {"nodefaultlibs", Form::None, G, Ignored, nullptr, "an option of compilers: a linker adds no libraries", nullptr},
    {"remap-inputs", Form::Value, G, Done, "PATTERN=FILE", "Read FILE in place of inputs that match PATTERN", remap_inputs},
    {"remap-inputs-file", Form::Value, G, Done, "FILE", "Read --remap-inputs patterns from FILE", remap_inputs_file},
    {"copy-dt-needed-entries add-needed", Form::None, G, Ignored, nullptr, "a library's own libraries are never linked in its place", nullptr},
    {"no-copy-dt-needed-entries no-add-needed", Form::None, G, Ignored, nullptr, "always in force", nullptr},
    {"dependent-libraries", Form::None, G, Ignored, nullptr, "for the .deplibs section of LLVM", nullptr},
    {"no-dependent-libraries", Form::None, G, Ignored, nullptr, "for the .deplibs section of LLVM", nullptr},
    {"warn-backrefs", Form::None, G, Ignored, nullptr, "archives are searched in any order", nullptr},
    {"no-warn-backrefs", Form::None, G, Ignored, nullptr, "archives are searched in any order", nullptr},
    {"warn-backrefs-exclude", Form::Value, G, Ignored, "GLOB", "archives are searched in any order", nullptr},
    {"accept-unknown-input-arch no-accept-unknown-input-arch", Form::None, G, Ignored, nullptr, "foreign inputs are always an error", nullptr},
    {"no-warn-mismatch warn-mismatch", Form::None, G, Ignored, nullptr, "foreign inputs are always an error", nullptr},
    {"no-warn-search-mismatch", Form::None, G, Ignored, nullptr, "libraries of another architecture are passed over in silence", nullptr},
    {"c mri-script", Form::Value, G, NotYet, "FILE", "Read a script of the MRI linker", nullptr},
    {"EL", Form::None, G, Ignored, nullptr, "all supported targets are little-endian", nullptr},
    {"EB", Form::None, G, NotYet, nullptr, "Link big-endian objects", nullptr},

    {"", Form::Heading, G, Done, nullptr, "Kind of output", nullptr},
    {"o output", Form::Value, G | LD64, Done, "FILE", "Write the output to FILE (default: a.out; - is standard output)",
     [](Parse &p, const Arg &a) {
       if (a.v[0].empty())
         return p.error("the name of the output is empty");
       p.opt.output = a.str();
     }},
    {"m", Form::Value, G, Done, "EMULATION", "Target, as one of the supported emulations",
     [](Parse &p, const Arg &a) {
       p.opt.emulation = a.str();
       if (!apply_emulation(a.v[0], p.opt))
         p.error("emulation '" + a.str() + "' is not supported; supported are: " + supported_emulations);
     }},
    {"pie pic-executable", Form::None, G, Done, nullptr, "Make a position-independent executable",
     [](Parse &p, const Arg &) {
       if (p.opt.kind != OutputKind::Relocatable && p.opt.kind != OutputKind::Shared)
         p.opt.kind = OutputKind::Pie;
     }},
    {"no-pie", Form::None, G, Done, nullptr, "Make an executable with a fixed address (default)",
     [](Parse &p, const Arg &) {
       if (p.opt.kind == OutputKind::Pie)
         p.opt.kind = OutputKind::Executable;
     }},
    {"shared Bshareable", Form::None, G, Done, nullptr, "Make a shared object",
     [](Parse &p, const Arg &) {
       if (p.opt.kind != OutputKind::Relocatable)
         p.opt.kind = OutputKind::Shared;
     }},
    {"r i relocatable", Form::None, G | LD64, Done, nullptr, "Make one object out of several", GOLD_SET(kind, OutputKind::Relocatable)},
    {"Ur", Form::None, G, NotYet, nullptr, "Like -r, and build constructor tables", nullptr},
    {"static", Form::None, G, Done, nullptr, "Link no shared libraries",
     [](Parse &p, const Arg &) {
       p.opt.is_static = true;
       p.state.static_only = true;
     }},
    {"I dynamic-linker", Form::Value, G, Done, "PATH", "Path of the program interpreter",
     [](Parse &p, const Arg &a) {
       p.opt.dynamic_linker = a.str();
       p.opt.no_dynamic_linker = false;
     }},
    {"no-dynamic-linker", Form::None, G, Done, nullptr, "Name no program interpreter",
     [](Parse &p, const Arg &) {
       p.opt.no_dynamic_linker = true;
       p.opt.dynamic_linker.clear();
     }},
    {"e entry", Form::Value, G | LD64, Done, "SYMBOL", "Where the program starts: a symbol, or an address", GOLD_STR(entry)},
    {"init", Form::Value, G | LD64, Done, "SYMBOL", "Function to call when the image is loaded (default: _init)", GOLD_STR(init)},
    {"fini", Form::Value, G, Done, "SYMBOL", "Function to call when the image is unloaded (default: _fini)", GOLD_STR(fini)},
    {"h soname", Form::Value, G, Done, "NAME", "Name of the shared object (DT_SONAME)", GOLD_STR(soname)},
    {"rpath", Form::Value, G | LD64, Done, "PATH", "Where the loader looks for shared libraries", set_rpath},
    {"R", Form::Value, G, Done, "DIR", "Like -rpath; if it names a file, like --just-symbols", rpath_or_symbols},
    {"enable-new-dtags", Form::None, G, Done, nullptr, "Write -rpath as DT_RUNPATH (default)", GOLD_SET(new_dtags, true)},
    {"disable-new-dtags", Form::None, G, Done, nullptr, "Write -rpath as DT_RPATH", GOLD_SET(new_dtags, false)},
    {"f auxiliary", Form::Value, G, Done, "NAME", "Auxiliary filter (DT_AUXILIARY)", GOLD_ADD(auxiliary)},
    {"F filter", Form::Value, G, Done, "NAME", "Filter (DT_FILTER)", GOLD_ADD(filter)},
    {"audit", Form::Value, G, Done, "LIB", "Audit library (DT_AUDIT)",
     [](Parse &p, const Arg &a) { join(p.opt.audit, a.v[0]); }},
    {"P depaudit", Form::Value, G, Done, "LIB", "Audit library of what is needed (DT_DEPAUDIT)",
     [](Parse &p, const Arg &a) { join(p.opt.depaudit, a.v[0]); }},
    {"oformat", Form::Value, G, Done, "FORMAT", "Format of the output: the target's, or binary", set_oformat},
    {"n nmagic", Form::None, G, Done, nullptr, "Do not align segments to pages", GOLD_SET(nmagic, true)},
    {"no-nmagic", Form::None, G, Done, nullptr, "Undo --nmagic", GOLD_SET(nmagic, false)},
    {"N omagic", Form::None, G, Done, nullptr, "Make text writable, in one segment with data", GOLD_SET(omagic, true)},
    {"no-omagic", Form::None, G, Done, nullptr, "Undo --omagic", GOLD_SET(omagic, false)},
    {"execute-only", Form::None, G, Done, nullptr, "Make executable segments unreadable", GOLD_SET(execute_only, true)},
    {"no-execute-only", Form::None, G, Done, nullptr, "Undo --execute-only", GOLD_SET(execute_only, false)},
    {"rosegment", Form::None, G, Done, nullptr, "Keep read-only data apart from code (default)", GOLD_SET(rosegment, true)},
    {"no-rosegment", Form::None, G, Done, nullptr, "Put read-only data and code into one segment", GOLD_SET(rosegment, false)},
    {"build-id", Form::Optional, G, Done, "STYLE", "Identify the image by its contents: none, fast, md5, sha1 (default), sha256, uuid, 0xHEX",
     set_build_id},
    {"no-build-id", Form::None, G, Done, nullptr, "Undo --build-id", GOLD_SET(build_id, BuildIdKind::None)},
    {"package-metadata", Form::Optional, G, Done, "JSON", "Write a note with the package's description", set_package_metadata},
    {"hash-style", Form::Value, G, Done, "STYLE", "Hash tables of dynamic symbols: sysv, gnu, both", set_hash_style},
    {"eh-frame-hdr", Form::None, G, Done, nullptr, "Make the search table of unwind information", GOLD_SET(eh_frame_hdr, true)},
    {"no-eh-frame-hdr", Form::None, G, Done, nullptr, "Undo --eh-frame-hdr", GOLD_SET(eh_frame_hdr, false)},
    {"pack-dyn-relocs", Form::Value, G, Done, "none|relr", "Pack relative relocations", set_pack_relocs},
    {"use-android-relr-tags", Form::None, G, Done, nullptr, "Use Android's numbers for packed relocations", GOLD_SET(android_relr_tags, true)},
    {"no-use-android-relr-tags", Form::None, G, Done, nullptr, "Undo --use-android-relr-tags (default)", GOLD_SET(android_relr_tags, false)},
    {"apply-dynamic-relocs", Form::None, G, Done, nullptr, "Write addends into the places of dynamic relocations too", GOLD_SET(apply_dynamic_relocs, true)},
    {"no-apply-dynamic-relocs", Form::None, G, Done, nullptr, "Undo --apply-dynamic-relocs (default)", GOLD_SET(apply_dynamic_relocs, false)},
    {"q emit-relocs", Form::None, G, Done, nullptr, "Keep relocations in the output", GOLD_SET(emit_relocs, true)},
    {"no-emit-relocs", Form::None, G, Done, nullptr, "Undo --emit-relocs", GOLD_SET(emit_relocs, false)},
    {"spare-dynamic-tags", Form::Value, G, Done, "N", "Leave N empty entries at the end of the dynamic section", GOLD_NUM(spare_dynamic_tags)},
    {"compress-debug-sections", Form::Value, G, Done, "none|zlib|zstd", "Compress debug information", set_compress_debug},
    {"compress-sections", Form::Value, G, NotYet, "GLOB=KIND", "Compress sections by name", nullptr},
    {"separate-debug-file", Form::Optional, G, NotYet, "FILE", "Write debug information to a file of its own", nullptr},
    {"no-separate-debug-file", Form::None, G, Ignored, nullptr, "always in force", nullptr},
    {"gdb-index", Form::None, G, Done, nullptr, "Make .gdb_index, by which gdb finds what debug information to read (ELF)", GOLD_SET(gdb_index, true)},
    {"no-gdb-index", Form::None, G, Done, nullptr, "Undo --gdb-index (default)", GOLD_SET(gdb_index, false)},
    {"debug-names", Form::None, G, NotYet, nullptr, "Merge .debug_names", nullptr},
    {"no-debug-names", Form::None, G, Ignored, nullptr, "always in force", nullptr},
    {"force-exe-suffix", Form::None, G, Ignored, nullptr, "the output is named as it was asked for", nullptr},

    {"", Form::Heading, G, Done, nullptr, "Symbols", nullptr},
    {"u undefined", Form::Value, G, Done, "SYMBOL", "Treat SYMBOL as needed", GOLD_ADD(undefined)},
    {"undefined-glob", Form::Value, G, Done, "GLOB", "Treat archives' symbols that match as needed", GOLD_ADD(undefined_glob)},
    {"require-defined", Form::Value, G, Done, "SYMBOL", "Like -u, and fail if it stays undefined", GOLD_ADD(require_defined)},
    {"wrap", Form::Value, G, Done, "SYMBOL", "Send references to SYMBOL to __wrap_SYMBOL", GOLD_ADD(wrap)},
    {"defsym", Form::Value, G, Done, "SYMBOL=EXPR", "Define a symbol", add_defsym},
    {"E export-dynamic", Form::None, G, Done, nullptr, "Export all global symbols", GOLD_SET(export_dynamic, true)},
    {"no-export-dynamic", Form::None, G, Done, nullptr, "Undo --export-dynamic", GOLD_SET(export_dynamic, false)},
    {"export-dynamic-symbol", Form::Value, G, Done, "GLOB", "Export symbols that match", GOLD_ADD(export_dynamic_symbols)},
    {"export-dynamic-symbol-list", Form::Value, G, Done, "FILE", "Export the symbols that FILE lists", GOLD_ADD(export_dynamic_symbol_lists)},
    {"dynamic-list", Form::Value, G, Done, "FILE", "Export, and bind dynamically, the symbols that FILE lists", GOLD_ADD(dynamic_lists)},
    {"dynamic-list-data", Form::None, G, Done, nullptr, "Export all data symbols", GOLD_SET(dynamic_list_data, true)},
    {"dynamic-list-cpp-new", Form::None, G, Done, nullptr, "Bind operator new and delete dynamically", GOLD_SET(dynamic_list_cpp_new, true)},
    {"dynamic-list-cpp-typeinfo", Form::None, G, Done, nullptr, "Bind run-time type information dynamically", GOLD_SET(dynamic_list_cpp_typeinfo, true)},
    {"version-script", Form::Value, G, Done, "FILE", "Read symbol versions from FILE", GOLD_ADD(version_scripts)},
    {"version-exports-section", Form::Value, G, Ignored, "SYMBOL", "of no use outside Solaris", nullptr},
    {"undefined-version", Form::None, G, Done, nullptr, "Names of a version script need not be defined (default)", GOLD_SET(undefined_version, true)},
    {"no-undefined-version", Form::None, G, Done, nullptr, "Fail if a name of a version script is not defined", GOLD_SET(undefined_version, false)},
    {"default-symver", Form::None, G, Done, nullptr, "Give symbols the shared object's name as version", GOLD_SET(default_symver, true)},
    {"default-imported-symver", Form::None, G, NotYet, nullptr, "Give imported symbols a default version", nullptr},
    {"exclude-libs", Form::Value, G | PE, Done, "LIB,...", "Do not export symbols of these archives, or of ALL",
     [](Parse &p, const Arg &a) {
       std::string_view rest = a.v[0];
       while (!rest.empty()) {
         std::size_t end = rest.find_first_of(",:");
         if (end != 0)
           p.opt.exclude_libs.emplace_back(rest.substr(0, end));
         rest = end == rest.npos ? std::string_view() : rest.substr(end + 1);
       }
     }},
    {"retain-symbols-file", Form::Value, G, Done, "FILE", "Keep in the symbol table only what FILE lists", GOLD_ADD(retain_symbols_files)},
    {"Bsymbolic", Form::None, G, Done, nullptr, "Bind references inside a shared object to its own definitions", GOLD_SET(bsymbolic, true)},
    {"Bsymbolic-functions", Form::None, G, Done, nullptr, "The same for functions", GOLD_SET(bsymbolic_functions, true)},
    {"Bsymbolic-non-weak", Form::None, G, Done, nullptr, "The same for symbols that are not weak", GOLD_SET(bsymbolic_non_weak, true)},
    {"Bsymbolic-non-weak-functions", Form::None, G, Done, nullptr, "The same for functions that are not weak", GOLD_SET(bsymbolic_non_weak_functions, true)},
    {"Bno-symbolic", Form::None, G, Done, nullptr, "Undo all of them",
     [](Parse &p, const Arg &) {
       p.opt.bsymbolic = p.opt.bsymbolic_functions = false;
       p.opt.bsymbolic_non_weak = p.opt.bsymbolic_non_weak_functions = false;
     }},
    {"Bgroup", Form::None, G, NotYet, nullptr, "Look symbols up inside the group only", nullptr},
    {"no-undefined", Form::None, G, Done, nullptr, "Fail on undefined symbols in shared objects too", GOLD_SET(no_undefined, true)},
    {"allow-shlib-undefined", Form::None, G, Done, nullptr, "Shared libraries may have undefined symbols",
     [](Parse &p, const Arg &) { p.opt.allow_shlib_undefined = p.opt.allow_shlib_undefined_set = true; }},
    {"no-allow-shlib-undefined", Form::None, G, Done, nullptr, "Shared libraries may not have undefined symbols",
     [](Parse &p, const Arg &) {
       p.opt.allow_shlib_undefined = false;
       p.opt.allow_shlib_undefined_set = true;
     }},
    {"unresolved-symbols", Form::Value, G, Done, "HOW", "ignore-all, report-all, ignore-in-object-files, ignore-in-shared-libs",
     set_unresolved},
    {"warn-unresolved-symbols", Form::None, G, Done, nullptr, "Undefined symbols are warnings", GOLD_SET(unresolved, UnresolvedPolicy::Warn)},
    {"error-unresolved-symbols", Form::None, G, Done, nullptr, "Undefined symbols are errors", GOLD_SET(unresolved, UnresolvedPolicy::Error)},
    {"ignore-unresolved-symbol", Form::Value, G, Done, "SYMBOL", "SYMBOL may be undefined", GOLD_ADD(allowed_undefined)},
    {"allow-multiple-definition", Form::None, G, Done, nullptr, "Of several definitions take the first", GOLD_SET(allow_multiple_definition, true)},
    {"no-allow-multiple-definition", Form::None, G, Done, nullptr, "Undo --allow-multiple-definition", GOLD_SET(allow_multiple_definition, false)},
    {"disable-multiple-abs-defs", Form::None, G, Ignored, nullptr, "the last definition with -R counts", nullptr},
    {"noinhibit-exec", Form::None, G, Done, nullptr, "Write the output even if there are undefined symbols", GOLD_SET(noinhibit_exec, true)},
    {"warn-common", Form::None, G, Done, nullptr, "Report common symbols that meet others", GOLD_SET(warn_common, true)},
    {"no-warn-common", Form::None, G, Done, nullptr, "Undo --warn-common", GOLD_SET(warn_common, false)},
    {"warn-once", Form::None, G, Ignored, nullptr, "each undefined symbol is reported once, with its references", nullptr},
    {"gnu-unique", Form::None, G, Done, nullptr, "Keep STB_GNU_UNIQUE (default)", GOLD_SET(gnu_unique, true)},
    {"no-gnu-unique", Form::None, G, Done, nullptr, "Make STB_GNU_UNIQUE symbols global ones", GOLD_SET(gnu_unique, false)},
    {"d dc dp", Form::None, G, Done, nullptr, "Give common symbols space with -r, too", GOLD_SET(allocate_common, true)},
    {"define-common", Form::None, G, Done, nullptr, "Undo --no-define-common", GOLD_SET(inhibit_common, false)},
    {"no-define-common", Form::None, G, Done, nullptr, "Give common symbols no space in a shared object", GOLD_SET(inhibit_common, true)},
    {"sort-common", Form::Optional, G, Ignored, "ORDER", "common symbols are sorted by the built-in layout", nullptr},
    {"no-sort-common", Form::None, G, Ignored, nullptr, "common symbols are sorted by the built-in layout", nullptr},
    {"fortran-common no-fortran-common", Form::None, G, Ignored, nullptr, "a member that defines a common symbol is not searched for", nullptr},

    {"", Form::Heading, G | LD64, Done, nullptr, "What is left out", nullptr},
    {"gc-sections", Form::None, G, Done, nullptr, "Leave out sections that nothing reaches", GOLD_SET(gc_sections, true)},
    {"no-gc-sections", Form::None, G, Done, nullptr, "Undo --gc-sections (default)", GOLD_SET(gc_sections, false)},
    {"gc-keep-exported", Form::None, G, Done, nullptr, "Keep what could be exported", GOLD_SET(gc_keep_exported, true)},
    {"print-gc-sections", Form::None, G, Done, nullptr, "List the sections left out", GOLD_SET(print_gc_sections, true)},
    {"no-print-gc-sections", Form::None, G, Done, nullptr, "Undo --print-gc-sections", GOLD_SET(print_gc_sections, false)},
    {"why-live why_live", Form::Value, G | LD64, Done, "GLOB", "Show what keeps the symbols that match", GOLD_ADD(why_live)},
    {"icf", Form::Value, G | LD64, Done, "none|safe|all", "Fold identical code", set_icf},
    {"no-icf", Form::None, G, Done, nullptr, "Undo --icf", GOLD_SET(icf, IcfMode::None)},
    {"print-icf-sections", Form::None, G, Done, nullptr, "List the folded sections", GOLD_SET(print_icf_sections, true)},
    {"no-print-icf-sections", Form::None, G, Done, nullptr, "Undo --print-icf-sections", GOLD_SET(print_icf_sections, false)},
    {"keep-unique", Form::Value, G, Done, "SYMBOL", "Never fold SYMBOL", GOLD_ADD(keep_unique)},
    {"ignore-data-address-equality", Form::None, G, Ignored, nullptr, "data is never folded", nullptr},
    {"ignore-function-address-equality", Form::None, G, Ignored, nullptr, "--icf=all says the same", nullptr},
    {"icf-iterations", Form::Value, G, Ignored, "N", "folding goes on until nothing changes", nullptr},
    {"s strip-all", Form::None, G, Done, nullptr, "Leave out symbol table and debug information", GOLD_SET(strip, StripMode::All)},
    {"S strip-debug", Form::None, G | LD64, Done, nullptr, "Leave out debug information",
     [](Parse &p, const Arg &) {
       if (p.opt.strip == StripMode::None)
         p.opt.strip = StripMode::Debug;
     }},
    {"strip-debug-gdb strip-debug-non-line strip-lto-sections", Form::None, G, Ignored, nullptr, "gold's partial stripping: nothing is lost", nullptr},
    {"strip-discarded no-strip-discarded", Form::None, G, Ignored, nullptr, "symbols of left-out sections are always left out", nullptr},
    {"x discard-all", Form::None, G | LD64, Done, nullptr, "Leave out local symbols", GOLD_SET(discard, DiscardMode::All)},
    {"X discard-locals", Form::None, G, Done, nullptr, "Leave out local symbols that begin with .L", GOLD_SET(discard, DiscardMode::Locals)},
    {"discard-none", Form::None, G, Done, nullptr, "Leave out no symbols", GOLD_SET(discard, DiscardMode::None)},
    {"O", Form::Joined, G | LD64, Ignored, "LEVEL", "the same is done at all levels; strings with common ends stay apart", nullptr},
    {"relax", Form::None, G, Done, nullptr, "Use shorter instructions where addresses allow (default)", GOLD_SET(relax, true)},
    {"no-relax", Form::None, G, Done, nullptr, "Undo --relax", GOLD_SET(relax, false)},
    {"merge-strings", Form::None, G, Done, nullptr, "Merge equal strings and constants (default)", GOLD_SET(merge_strings, true)},
    {"no-merge-strings", Form::None, G, Done, nullptr, "Undo --merge-strings", GOLD_SET(merge_strings, false)},

    {"", Form::Heading, G, Done, nullptr, "Layout", nullptr},
    {"T script", Form::Value, G, Done, "FILE", "Lay the image out as the linker script FILE says", add_script},
    {"dT default-script", Form::Value, G, Done, "FILE", "Use FILE in place of the built-in layout", add_script},
    {"Ttext", Form::Value, G, Done, "ADDRESS", "Address of .text",
     [](Parse &p, const Arg &a) { add_section_start(p, ".text", a.v[0], a); }},
    {"Tdata", Form::Value, G, Done, "ADDRESS", "Address of .data",
     [](Parse &p, const Arg &a) { add_section_start(p, ".data", a.v[0], a); }},
    {"Tbss", Form::Value, G, Done, "ADDRESS", "Address of .bss",
     [](Parse &p, const Arg &a) { add_section_start(p, ".bss", a.v[0], a); }},
    {"Ttext-segment", Form::Value, G, Done, "ADDRESS", "Address of the first segment", text_segment},
    {"Trodata-segment Tldata-segment", Form::Value, G, NotYet, "ADDRESS", "Address of that segment", nullptr},
    {"section-start", Form::Value, G, Done, "SECTION=ADDRESS", "Address of a section", section_start},
    {"image-base", Form::Value, G | PE, Done, "ADDRESS", "Address at which the image begins", image_base},
    {"physical-image-base", Form::Value, G, NotYet, "ADDRESS", "Load address at which the image begins", nullptr},
    {"section-order", Form::Value, G, NotYet, "ORDER", "Order of output sections", nullptr},
    {"symbol-ordering-file", Form::Value, G, Done, "FILE", "Order sections by the symbols that FILE lists", GOLD_STR(symbol_ordering_file)},
    {"section-ordering-file", Form::Value, G, Done, "FILE", "Order sections as FILE lists them: globs of input sections, one a line", GOLD_STR(section_ordering_file)},
    {"warn-symbol-ordering", Form::None, G, Done, nullptr, "Warn of symbols that are listed and not there (default)", GOLD_SET(warn_symbol_ordering, true)},
    {"no-warn-symbol-ordering", Form::None, G, Done, nullptr, "Undo --warn-symbol-ordering", GOLD_SET(warn_symbol_ordering, false)},
    {"call-graph-ordering-file", Form::Value, G, NotYet, "FILE", "Order sections by the calls that FILE lists", nullptr},
    {"call-graph-profile-sort", Form::Optional, G | LD64, Ignored, "none|hfsort|cdsort", "order only: .llvm.call-graph-profile is not used yet", nullptr},
    {"no-call-graph-profile-sort", Form::None, G | LD64, Ignored, nullptr, "always in force", nullptr},
    {"bp-startup-sort bp-compression-sort", Form::Value, G, NotYet, "HOW", "Order functions by profile or similarity", nullptr},
    {"shuffle-sections", Form::Optional, G, Done, "SEED", "Order sections at random; the same seed (default: 0) gives the same order", set_shuffle},
    {"reverse-sections", Form::None, G, Done, nullptr, "Order sections backwards", GOLD_SET(reverse_sections, true)},
    {"orphan-handling", Form::Value, G, Done, "HOW", "Sections that no rule of the script places: place, warn, error, discard", set_orphan_handling},
    {"unique", Form::Optional, G, Done, "GLOB", "Keep input sections that match apart", 
     [](Parse &p, const Arg &a) { p.opt.unique.push_back(a.count ? a.str() : "*"); }},
    {"sort-section", Form::Value, G, Done, "name|alignment", "Order what patterns of a script take, unless they say it", set_sort_section},
    {"print-memory-usage", Form::None, G, Done, nullptr, "Show how full each memory region of the script is", GOLD_SET(print_memory_usage, true)},
    {"enable-non-contiguous-regions enable-non-contiguous-regions-warnings", Form::None, G, NotYet, nullptr, "Spread sections over memory regions", nullptr},
    {"check-sections no-check-sections", Form::None, G, Ignored, nullptr, "overlaps are always errors", nullptr},
    {"split-by-file split-by-reloc", Form::Optional, G, NotYet, "SIZE", "Split output sections", nullptr},
    {"force-group-allocation", Form::None, G, NotYet, nullptr, "With -r, place members of groups like other sections", nullptr},
    {"relocatable-merge-sections", Form::None, G, NotYet, nullptr, "With -r, join sections of one name", nullptr},
    {"start-stop no-start-stop", Form::None, G, Ignored, nullptr, "__start_ and __stop_ symbols are made for C names", nullptr},
    {"spare-program-headers", Form::Value, G, NotYet, "N", "Leave N empty program headers", nullptr},
    {"filler", Form::Value, G, NotYet, "BYTE", "Fill gaps between sections with BYTE", nullptr},
    {"zero-to-bss", Form::None, G, NotYet, nullptr, "Turn data that is all zero into .bss", nullptr},

    {"", Form::Heading, G | LD64, Done, nullptr, "Reports", nullptr},
    {"Map", Form::Value, G, Done, "FILE", "Write a map of the image to FILE; '-' is standard output", GOLD_STR(map_file)},
    {"M print-map", Form::None, G, Done, nullptr, "Write a map of the image to standard output", GOLD_SET(map_file, "-")},
    {"print-map-discarded no-print-map-discarded map-whole-files no-map-whole-files", Form::None, G, Ignored, nullptr, "details of GNU's map file", nullptr},
    {"cref", Form::None, G, Done, nullptr, "Add cross references to the map", GOLD_SET(cref, true)},
    {"t trace", Form::None, G | LD64, Done, nullptr, "Print the inputs' names as they are read", GOLD_SET(trace_files, true)},
    {"y trace-symbol", Form::Value, G, Done, "SYMBOL", "Print where SYMBOL is defined and used", GOLD_ADD(trace_symbols)},
    {"dependency-file", Form::Value, G, Done, "FILE", "Write the inputs' names to FILE as a rule of make", GOLD_STR(dependency_file)},
    {"reproduce", Form::Value, G | LD64, Done, "FILE", "Write a tar file with all inputs and the command", GOLD_STR(reproduce)},
    {"repro", Form::None, G, Done, nullptr, "Like --reproduce=OUTPUT.repro.tar",
     [](Parse &p, const Arg &) { p.repro_beside_output = true; }},
    {"why-extract", Form::Value, G, Done, "FILE", "Write why archive members were taken to FILE", GOLD_STR(why_extract)},
    {"print-archive-stats", Form::Value, G, Done, "FILE", "Write how many members of archives were taken to FILE", GOLD_STR(print_archive_stats)},
    {"print-dependencies", Form::None, G, NotYet, nullptr, "Print which file needs which", nullptr},
    {"print-symbol-order", Form::Value, G, NotYet, "FILE", "Write the order of symbols", nullptr},
    {"stats", Form::None, G | LD64, Done, nullptr, "Show counts, bytes, time a pass, peak memory", GOLD_SET(stats, true)},
    {"perf", Form::None, G, Done, nullptr, "Like --stats", GOLD_SET(stats, true)},
    {"no-stats no-perf", Form::None, G, Done, nullptr, "Undo --stats", GOLD_SET(stats, false)},
    {"time-trace", Form::Optional, G | LD64, Done, "FILE", "Write times as a Chrome trace (default: OUTPUT.time-trace)",
     [](Parse &p, const Arg &a) { p.opt.time_trace = a.count ? a.str() : "*"; }},
    {"time-trace-granularity", Form::Value, G | LD64, Ignored, "N", "all passes are traced", nullptr},
    {"v", Form::None, G | LD64, Done, nullptr, "Print the version, and link if there are inputs", [](Parse &p, const Arg &) { p.version_notice = true; }},
    {"V", Form::None, G, Done, nullptr, "Like -v, and list the emulations",
     [](Parse &p, const Arg &) { p.version_notice = p.emulations = true; }},
    {"version", Form::None, G | LD64 | NAT, Done, nullptr, "Print the version", [](Parse &p, const Arg &) { p.version = true; }},
    {"help", Form::None, G | LD64 | NAT, Done, nullptr, "Print this help", [](Parse &p, const Arg &) { p.help = true; }},
    {"target-help", Form::None, G, Done, nullptr, "Print this help", [](Parse &p, const Arg &) { p.help = true; }},
    {"help-markdown", Form::None, G | LD64 | NAT, Done, nullptr, "Print this help as Markdown", [](Parse &p, const Arg &) { p.help_markdown = true; }},
    {"verbose dll-verbose", Form::Optional, G, Done, "N", "Print the inputs' names; without inputs, the search directories",
     GOLD_SET(verbose, true)},
    {"print-sysroot", Form::None, G, Done, nullptr, "Print the sysroot", [](Parse &p, const Arg &) { p.print_sysroot = true; }},
    {"print-output-format", Form::None, G, Done, nullptr, "Print the format of the output", [](Parse &p, const Arg &) { p.print_output_format = true; }},
    {"demangle", Form::Optional, G | LD64, Done, "STYLE", "Show C++ and Rust names readably (default)", GOLD_SET(demangle, true)},
    {"no-demangle", Form::None, G | LD64, Done, nullptr, "Show names as they are", GOLD_SET(demangle, false)},
    {"color-diagnostics", Form::Optional, G | LD64, Done, "WHEN", "Colour in messages: auto (default), always, never", set_color},
    {"no-color-diagnostics", Form::None, G | LD64, Done, nullptr, "Never use colour", GOLD_SET(color, Options::Color::Never)},
    {"fatal-warnings fatal_warnings", Form::None, G | LD64, Done, nullptr, "Warnings are errors", GOLD_SET(fatal_warnings, true)},
    {"no-fatal-warnings", Form::None, G, Done, nullptr, "Undo --fatal-warnings (default)", GOLD_SET(fatal_warnings, false)},
    {"w no-warnings", Form::None, G | LD64, Done, nullptr, "Print no warnings", GOLD_SET(suppress_warnings, true)},
    {"error-limit", Form::Value, G | LD64, Done, "N", "Stop after N errors (default: 20; 0: never)",
     [](Parse &p, const Arg &a) { p.number(a, 10, &p.opt.error_limit); }},
    {"error-handling-script", Form::Value, G, NotYet, "PROGRAM", "Run PROGRAM on errors", nullptr},
    {"vs-diagnostics", Form::None, G, NotYet, nullptr, "Format messages for Visual Studio", nullptr},
    {"warn-textrel warn-shared-textrel", Form::None, G, Done, nullptr, "Warn of relocations against read-only data (default)", GOLD_SET(warn_textrel, true)},
    {"no-warn-textrel no-warn-shared-textrel", Form::None, G, Done, nullptr, "Do not", GOLD_SET(warn_textrel, false)},
    {"warn-ifunc-textrel no-warn-ifunc-textrel", Form::None, G, Ignored, nullptr, "such relocations are handled as others", nullptr},
    {"warn-execstack", Form::None, G, Done, nullptr, "Warn of objects that ask for an executable stack (default)", GOLD_SET(warn_execstack, true)},
    {"no-warn-execstack", Form::None, G, Done, nullptr, "Do not", GOLD_SET(warn_execstack, false)},
    {"warn-rwx-segments no-warn-rwx-segments error-execstack no-error-execstack error-rwx-segments no-error-rwx-segments", Form::None, G, Ignored, nullptr,
     "the stack is executable only on demand", nullptr},
    {"warn-constructors warn-multiple-gp warn-section-align warn-alternate-em no-warn-alternate-em warn-drop-version no-warn-drop-version", Form::None, G, Ignored, nullptr,
     "nothing to warn about", nullptr},
    {"detect-odr-violations no-detect-odr-violations", Form::None, G, Ignored, nullptr, "gold's check", nullptr},

    {"", Form::Heading, G, Done, nullptr, "How it runs", nullptr},
    {"threads", Form::Optional, G | LD64, Done, "N", "Number of threads (default: as many as the machine gives)", set_threads},
    {"thread-count", Form::Value, G, Done, "N", "Like --threads=N", set_threads},
    {"parallel-from", Form::Value, G | LD64, Done, "BYTES", "Use threads if the objects are at least so large (default: 16 MiB)", GOLD_NUM(parallel_from)},
    {"no-threads", Form::None, G, Done, nullptr, "Like --threads=1", GOLD_SET(threads, 1)},
    {"thread-count-initial thread-count-middle thread-count-final", Form::Value, G, Ignored, "N", "gold's phases", nullptr},
    {"fork no-fork", Form::None, G, Ignored, nullptr, "memory is given back by the end of the process", nullptr},
    {"preload quick-exit no-quick-exit", Form::None, G, Ignored, nullptr, "mold's ways of saving time", nullptr},
    {"go-runtime", Form::Value, G, Done, "auto|never|FILE", "The goroutine runtime: where it comes from", GOLD_STR(go_runtime)},
    {"go-tls", Form::Value, G, Done, "warn|error|ignore", "Programs with goroutines: code that may keep another thread's variables", set_go_tls},
    {"no-keep-memory keep-memory reduce-memory-overheads no-mmap-output-file mmap-output-file map-output-file no-map-output-file", Form::None, G,
     Ignored, nullptr, "memory is used as the link needs it", nullptr},
    {"max-cache-size hash-size hash-bucket-empty-fraction", Form::Value, G, Ignored, "N", "memory is used as the link needs it", nullptr},
    {"posix-fallocate no-posix-fallocate", Form::None, G, Ignored, nullptr, "gold's way of writing", nullptr},
    {"incremental no-incremental incremental-full incremental-update incremental-changed incremental-unchanged incremental-unknown", Form::None, G, Ignored, nullptr,
     "every link is a full one, which is right, too", nullptr},
    {"rsp-quoting", Form::Value, G, Done, "posix|windows", "Quoting in response files",
     [](Parse &p, const Arg &a) {
       if (a.v[0] != "posix")
         p.error("--rsp-quoting=" + a.str() + " is not supported yet");
     }},

    {"", Form::Heading, G, Done, nullptr, "Link-time optimization", nullptr},
    {"plugin", Form::Value, G, Done, "FILE", "The compiler's plugin for objects that hold its own code", 
     [](Parse &p, const Arg &a) { p.opt.plugin_args.push_back("-plugin=" + a.str()); }},
    {"plugin-opt", Form::Value, G, Done, "ARG", "An argument of the plugin",
     [](Parse &p, const Arg &a) { p.opt.plugin_args.push_back("-plugin-opt=" + a.str()); }},
    {"plugin-save-temps", Form::None, G, Ignored, nullptr, "for the compiler's plugin", nullptr},
    {"flto", Form::Optional, G, Ignored, "HOW", "an option of compilers", nullptr},
    {"flto-partition fuse-ld", Form::Value, G, Ignored, "HOW", "an option of compilers", nullptr},
    {"fat-lto-objects no-fat-lto-objects", Form::None, G, Ignored, nullptr, "the machine code of such objects is linked", nullptr},
    {"lto-O lto-CGO", Form::Joined, G | LD64, Ignored, "LEVEL", "for LLVM bitcode, which is not linked yet", nullptr},
    {"lto lto-partitions lto-aa-pipeline lto-newpm-passes lto-sample-profile lto-cs-profile-file lto-basic-block-sections thinlto-cache-dir "
     "thinlto-cache-policy thinlto-jobs thinlto-single-module thinlto-prefix-replace thinlto-object-suffix-replace opt-remarks-filename "
     "opt-remarks-format opt-remarks-passes opt-remarks-hotness-threshold load-pass-plugin dwodir",
     Form::Value, G | LD64, Ignored, "VALUE", "for LLVM bitcode, which is not linked yet", nullptr},
    {"lto-whole-program-visibility no-lto-whole-program-visibility lto-validate-all-vtables-have-type-infos lto-unique-basic-block-section-names "
     "lto-pgo-warn-mismatch no-lto-pgo-warn-mismatch lto-debug-pass-manager lto-cs-profile-generate opt-remarks-with-hotness "
     "thinlto-index-only thinlto-emit-imports-files thinlto-emit-index-files disable-verify disable-new-pass-manager",
     Form::Optional, G, Ignored, nullptr, "for LLVM bitcode, which is not linked yet", nullptr},
    {"lto-emit-asm lto-emit-llvm", Form::None, G, NotYet, nullptr, "Stop after LLVM's optimizer", nullptr},
    {"save-temps", Form::Optional, G | LD64, Ignored, "WHAT", "for LLVM bitcode, which is not linked yet", nullptr},
    {"mllvm", Form::Value, G | LD64, Ignored, "OPTION", "for LLVM bitcode, which is not linked yet", nullptr},
    {"optimize-bb-jumps no-optimize-bb-jumps", Form::None, G, Ignored, nullptr, "for LLVM's basic block sections", nullptr},

    {"", Form::Heading, G, Done, nullptr, "Of one architecture or another", nullptr},
    {"fix-cortex-a53-843419", Form::Optional, G, Done, "HOW", "AArch64: move loads and stores that early Cortex-A53 get wrong where they stand",
     [](Parse &p, const Arg &a) {
       if (a.count && a.str() != "full" && a.str() != "adr" && a.str() != "adrp")
         return p.bad_value(a, "full, adr or adrp, which all mean the same here");
       p.opt.fix_cortex_a53_843419 = true;
     }},
    {"no-fix-cortex-a53-843419", Form::None, G, Done, nullptr, "Undo --fix-cortex-a53-843419 (default)", GOLD_SET(fix_cortex_a53_843419, false)},
    {"fix-cortex-a53-835769 no-fix-cortex-a53-835769 fix-cortex-a8 no-fix-cortex-a8 fix-arm1176 no-fix-arm1176", Form::None, G, Ignored, nullptr,
     "errata of processors that compilers work around", nullptr},
    {"target1-abs target1-rel be8 use-blx no-enum-size-warning no-wchar-size-warning merge-exidx-entries no-merge-exidx-entries long-plt pic-veneer", Form::None, G,
     Ignored, nullptr, "32-bit ARM", nullptr},
    {"target2", Form::Value, G, Ignored, "TYPE", "32-bit ARM", nullptr},
    {"secure-plt bss-plt plt-align no-plt-align plt-static-chain no-plt-static-chain plt-thread-safe no-plt-thread-safe toc-optimize no-toc-optimize toc-sort no-toc-sort "
     "power10-stubs no-power10-stubs pcrel-optimize no-pcrel-optimize tls-get-addr-optimize no-tls-get-addr-optimize save-restore-funcs no-save-restore-funcs",
     Form::None, G, Ignored, nullptr, "PowerPC", nullptr},
    {"relax-gp no-relax-gp", Form::None, G, Ignored, nullptr, "RISC-V", nullptr},
    {"embedded-relocs cmse-implib", Form::None, G, NotYet, nullptr, "Tables for embedded systems", nullptr},
    {"in-implib", Form::Value, G, NotYet, "FILE", "Import library of ARM's secure state", nullptr},
    {"android-memtag-heap android-memtag-stack", Form::None, G, NotYet, nullptr, "Memory tagging on Android", nullptr},
    {"android-memtag-mode", Form::Value, G, NotYet, "MODE", "Memory tagging on Android", nullptr},
    {"ld-generated-unwind-info no-ld-generated-unwind-info ctf-variables no-ctf-variables", Form::None, G, Ignored, nullptr, "details of GNU ld", nullptr},
    {"ctf-share-types", Form::Value, G, Ignored, "HOW", "CTF sections are copied", nullptr},
    {"stub-group-size", Form::Value, G, Ignored, "N", "thunks are grouped by distance", nullptr},

    {"", Form::Heading, G, Done, nullptr, "Without effect", nullptr},
    {"a A architecture G gpsize Y assert task-link", Form::Value, G, Ignored, "WORD", "other systems' linkers", nullptr},
    {"g Qy qmagic traditional-format no-traditional-format", Form::None, G, Ignored, nullptr, "other systems' linkers", nullptr},
};

constexpr auto index = make_index<count_names(rows)>(rows);

} // namespace

extern const OptionGroup gnu_options;
constinit const OptionGroup gnu_options = {rows, index};

} // namespace gold
