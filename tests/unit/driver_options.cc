// Command lines and the Options that come out of them. The long ones are what compilers really pass:
// they were captured from `gcc -###` and `clang -###` and shortened in their directories.
#include "driver/driver.h"
#include "driver/parse.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

using namespace gold;

namespace {

std::vector<std::string> words(const char *line) {
  std::vector<std::string> out;
  std::istringstream in(line);
  for (std::string w; in >> w;)
    out.push_back(w);
  return out;
}

Invocation gnu(const char *line) {
  return parse_dialect(Dialect::Gnu, words(line));
}
Invocation ld64(const char *line) {
  return parse_dialect(Dialect::Ld64, words(line));
}

Invocation command(std::vector<const char *> argv) {
  return parse_command_line(static_cast<int>(argv.size()), argv.data());
}

// Those inputs that -l or a path named.
std::string inputs(const Options &o) {
  std::string out;
  for (const InputArg &in : o.inputs) {
    out += out.empty() ? "" : " ";
    out += in.kind == InputArg::Library    ? (in.exact ? "-l:" : "-l") + in.name
           : in.kind == InputArg::StartLib ? "["
           : in.kind == InputArg::EndLib   ? "]"
                                           : in.name;
    out += in.as_needed ? "?" : "";
    out += in.whole_archive ? "!" : "";
    out += in.static_only ? "." : "";
  }
  return out;
}

std::string first_error(const Invocation &inv) {
  return inv.errors.empty() ? "" : inv.errors[0];
}

void silent(const Invocation &inv) {
  CHECK(first_error(inv) == "");
  CHECK(inv.warnings.empty());
  CHECK(inv.action == Invocation::Link);
}

} // namespace

TEST_CASE("table: no name twice in a dialect, and every row says something") {
  for (u8 dialect : {u8(NAT), u8(GNU | PE), u8(LD64)}) {
    std::set<std::string> seen;
    for (const OptionGroup &g : option_groups())
      for (const OptionSpec &row : g.rows) {
        CHECK(std::string(row.help) != "");
        if (row.form == Form::Heading || !(row.dialects & dialect))
          continue;
        bool z = row.form == Form::Z || row.form == Form::ZValue;
        for_each_name(row.names, [&](std::string_view name) {
          CAPTURE(name);
          CHECK(seen.insert((z ? "-z " : "") + std::string(name)).second);
          CHECK(find_option(name, dialect, z) != nullptr);
        });
        if (row.status == Status::Done) {
          CHECK((row.act != nullptr) == true);
        }
      }
  }
}

TEST_CASE("table: what has no effect is refused, or its reason is given") {
  for (const OptionGroup &g : option_groups())
    for (const OptionSpec &row : g.rows) {
      if (row.form == Form::Heading)
        continue;
      CAPTURE(std::string(row.names));
      if (row.status == Status::Ignored)
        CHECK(std::string(row.help).size() > 5);
      if (row.status != Status::NotYet || !(row.dialects & GNU))
        continue;
      bool z = row.form == Form::Z || row.form == Form::ZValue;
      for_each_name(row.names, [&](std::string_view name) {
        std::string word = (z ? "" : name.size() > 1 ? "--" : "-") + std::string(name);
        std::vector<std::string> args;
        if (z)
          args.push_back("-z");
        if (row.form == Form::ZValue)
          word += "=1";
        args.push_back(word);
        if (row.form == Form::Value || row.form == Form::Two || row.form == Form::Three)
          args.insert(args.end(), {"1", "1", "1"});
        args.push_back("a.o");
        Invocation inv = parse_dialect(Dialect::Gnu, args);
        CHECK(inv.action == Invocation::Error);
        CHECK(first_error(inv).find("not supported yet") != std::string::npos);
      });
    }
}

TEST_CASE("docs/options.md is what --help-markdown prints") {
  const char *source = std::getenv("SRC");
  if (!source)
    return;
  std::ifstream in(std::string(source) + "/docs/options.md");
  std::stringstream text;
  text << in.rdbuf();
  CHECK_MESSAGE(text.str() == help_markdown(), "run: gold-go --help-markdown > docs/options.md");
}

TEST_CASE("spelling: dashes, '=', next word, joined") {
  for (const char *line :
       {"-soname=x a.o", "--soname=x a.o", "-soname x a.o", "--soname x a.o", "-h x a.o", "-hx a.o"}) {
    Invocation inv = gnu(line);
    silent(inv);
    CHECK(inv.options.soname == "x");
  }
  CHECK(gnu("-omagic a.o").options.output == "magic");
  CHECK(gnu("--omagic a.o").options.omagic);
  CHECK(gnu("-Map=m a.o").options.map_file == "m");
  CHECK(gnu("-znow a.o").options.z_now);
  CHECK(gnu("-z now a.o").options.z_now);
  CHECK(gnu("-z stack-size=0x100 a.o").options.z_stack_size == 0x100);
  CHECK(gnu("-Ttext=0x1000 a.o").options.section_starts.at(0).address == 0x1000);
  CHECK(gnu("-Ttext 1000 a.o").options.section_starts.at(0).address == 0x1000);
  CHECK(gnu("--section-start=.foo=20 a.o").options.section_starts.at(0).section == ".foo");
  silent(gnu("-O2 a.o"));
  silent(gnu("-O a.o"));
  CHECK(gnu("--threads=3 a.o").options.threads == 3);
  CHECK(gnu("--thread-count 3 a.o").options.threads == 3);
  CHECK(gnu("--defsym=a=b+1 a.o").options.defsyms.at(0).expr == "b+1");
  CHECK(gnu("-e main a.o").options.entry == "main");
  CHECK(gnu("-L d -Le a.o").options.library_paths.at(1) == "e");
}

TEST_CASE("build id") {
  CHECK(gnu("--build-id a.o").options.build_id == BuildIdKind::Sha1);
  CHECK(gnu("--build-id=none a.o").options.build_id == BuildIdKind::None);
  CHECK(gnu("--build-id=0x1234 a.o").options.build_id_hex == "\x12\x34");
  CHECK(first_error(gnu("--build-id=0x123 a.o")).find("--build-id") != std::string::npos);
  CHECK(first_error(gnu("--build-id=x a.o")).find("bad value 'x'") != std::string::npos);
}

TEST_CASE("positional flags") {
  Options o =
      gnu("a.o --as-needed -lb --push-state --no-as-needed --whole-archive c.a --pop-state -ld -Bstatic -le "
          "-Bdynamic -l:f.a --start-lib g.o --end-lib")
          .options;
  CHECK(inputs(o) == "a.o -lb? c.a! -ld? -le?. -l:f.a? [? g.o? ]?");
  CHECK(first_error(gnu("a.o --pop-state")) == "--pop-state without --push-state");
}

TEST_CASE("kinds of output") {
  CHECK(gnu("a.o").options.kind == OutputKind::Executable);
  CHECK(gnu("-pie -shared a.o").options.kind == OutputKind::Shared);
  CHECK(gnu("-r -pie a.o").options.kind == OutputKind::Relocatable);
  CHECK(gnu("-pie -no-pie a.o").options.kind == OutputKind::Executable);
  Options o = gnu("-static -pie a.o -lc").options;
  CHECK(o.kind == OutputKind::Pie);
  CHECK(o.is_static);
  CHECK(o.no_dynamic_linker);
  CHECK(o.inputs.at(1).static_only);
}

TEST_CASE("mistakes") {
  CHECK(first_error(gnu("--gc-sectoins a.o")) ==
        "unknown option '--gc-sectoins'; did you mean '--gc-sections'?");
  CHECK(first_error(gnu("-o")) == "option '-o' needs an argument");
  CHECK(first_error(gnu("--split-by-file a.o")) == "option '--split-by-file' is not supported yet");
  CHECK(first_error(gnu("--gc-sections=1 a.o")) == "option '--gc-sections' takes no argument");
  CHECK(first_error(gnu("-Wl,-z,now a.o")).find("are for compilers") != std::string::npos);
  CHECK(first_error(gnu("--subsystem windows a.o")).find("PE images") != std::string::npos);
  CHECK(first_error(gnu("-m elf_i386 a.o")).find("emulation 'elf_i386' is not supported") == 0);
  CHECK(first_error(gnu("-z")) == "option '-z' needs an argument");
  CHECK(first_error(gnu("")) == "no input files");
  CHECK(first_error(gnu("-z max-page-size=3 a.o")).find("a power of two") != std::string::npos);
  CHECK(first_error(gnu("-z max-page-size a.o")) == "option '-z max-page-size' needs a value after '='");
  CHECK(first_error(parse_dialect(Dialect::Msvc, {"/out:a.exe"})).find("not supported yet") !=
        std::string::npos);
  Invocation inv = gnu("-z nwo a.o");
  CHECK(inv.action == Invocation::Link);
  REQUIRE(inv.warnings.size() == 1);
  CHECK(inv.warnings[0] == "unknown option '-z nwo' ignored; did you mean '-z now'?");
}

TEST_CASE("accepted without a word") {
  silent(gnu("--start-group a.o --end-group -( b.o -) -plugin p.so -plugin-opt=x -plugin-opt y -flto -flto=4 "
             "-flto-partition=none "
             "-O0 -O1 -rpath-link /x --sort-common --sort-common=descending --no-mmap-output-file "
             "--no-keep-memory --max-cache-size=1 "
             "--add-needed --copy-dt-needed-entries -d -dc -dp --secure-plt --no-plt-align --no-add-needed "
             "-g -A x -Qy -a x "
             "--no-warn-rwx-segments --no-warn-execstack --check-sections --no-call-graph-profile-sort "
             "--hash-size=31 --no-ctf-variables "
             "--ld-generated-unwind-info -fuse-ld=gold --incremental -z combreloc -z nocombreloc -z unique "
             "-EL --warn-textrel"));
}

TEST_CASE("gcc 12: a PIE") {
  Invocation inv = gnu(
      "-plugin /usr/lib/gcc/x86_64-linux-gnu/12/liblto_plugin.so "
      "-plugin-opt=/usr/lib/gcc/x86_64-linux-gnu/12/lto-wrapper "
      "-plugin-opt=-fresolution=/tmp/ccxCwSg2.res -plugin-opt=-pass-through=-lgcc "
      "-plugin-opt=-pass-through=-lgcc_s "
      "-plugin-opt=-pass-through=-lc --build-id --eh-frame-hdr -m elf_x86_64 --hash-style=gnu --as-needed "
      "-dynamic-linker "
      "/lib64/ld-linux-x86-64.so.2 -pie /usr/lib/x86_64-linux-gnu/Scrt1.o /usr/lib/x86_64-linux-gnu/crti.o "
      "/usr/lib/gcc/x86_64-linux-gnu/12/crtbeginS.o -L/usr/lib/gcc/x86_64-linux-gnu/12 "
      "-L/usr/lib/x86_64-linux-gnu a.o -lgcc "
      "--push-state --as-needed -lgcc_s --pop-state -lc -lgcc --push-state --as-needed -lgcc_s --pop-state "
      "/usr/lib/gcc/x86_64-linux-gnu/12/crtendS.o /usr/lib/x86_64-linux-gnu/crtn.o");
  silent(inv);
  const Options &o = inv.options;
  CHECK(o.kind == OutputKind::Pie);
  CHECK(o.format == Format::Elf);
  CHECK(o.arch == Arch::X86_64);
  CHECK(o.build_id == BuildIdKind::Sha1);
  CHECK(o.eh_frame_hdr);
  CHECK((o.hash_gnu && !o.hash_sysv));
  CHECK(o.dynamic_linker == "/lib64/ld-linux-x86-64.so.2");
  CHECK(o.plugin_args.size() == 6);
  CHECK(o.inputs.size() == 11);
  CHECK(o.library_paths.at(0) == "/usr/lib/gcc/x86_64-linux-gnu/12");
  CHECK(o.output == "a.out");
}

TEST_CASE("gcc 12: -static-pie, aarch64 cross") {
  Options o = gnu("--build-id --eh-frame-hdr -m elf_x86_64 --hash-style=gnu --as-needed -static -pie "
                  "--no-dynamic-linker -z text -pie "
                  "rcrt1.o crti.o crtbeginS.o -L/usr/lib/gcc/x86_64-linux-gnu/12 a.o -lstdc++ -lm "
                  "--start-group -lgcc -lgcc_eh -lc "
                  "--end-group crtendS.o crtn.o")
                  .options;
  CHECK(o.kind == OutputKind::Pie);
  CHECK(o.is_static);
  CHECK(o.no_dynamic_linker);
  CHECK(o.z_text);
  o = gnu("--sysroot=/ --build-id --eh-frame-hdr --hash-style=gnu --as-needed -dynamic-linker "
          "/lib/ld-linux-aarch64.so.1 -X -EL "
          "-maarch64linux --fix-cortex-a53-843419 -pie Scrt1.o a.o -L=/usr/lib -lgcc")
          .options;
  CHECK(o.arch == Arch::AArch64);
  CHECK(o.sysroot == "");
  CHECK(o.library_paths.at(0) == "/usr/lib");
  CHECK(o.discard == DiscardMode::Locals);
}

TEST_CASE("clang: MinGW") {
  Invocation inv =
      gnu("-m i386pep -shared -Bdynamic -e DllMainCRTStartup --enable-auto-image-base -o a.dll dllcrt2.o "
          "crtbegin.o "
          "-L/usr/lib/llvm-19/x86_64-w64-mingw32/lib a.o --out-implib a.dll.a --subsystem windows:6.1 "
          "--disable-dynamicbase -lmingw32 -lgcc -lgcc_eh -lkernel32 crtend.o");
  silent(inv);
  CHECK(inv.options.format == Format::Coff);
  CHECK(inv.options.kind == OutputKind::Shared);
  CHECK(inv.options.out_implib == "a.dll.a");
  CHECK(inv.options.subsystem == "windows");
  CHECK(inv.options.pe_major_subsystem == 6);
  CHECK(!inv.options.dynamic_base);
  CHECK(gnu("-m i386pep a.o").options.output == "a.exe");
}

TEST_CASE("clang: macOS, old and new") {
  Invocation inv = ld64("-dynamic -arch arm64 -macosx_version_min 13.0.0 -mllvm "
                        "-enable-linkonceodr-outlining -o a.out a.o -lSystem");
  silent(inv);
  CHECK(inv.options.kind == OutputKind::Pie);
  CHECK(inv.options.arch == Arch::AArch64);
  CHECK(inv.options.platform == "macos");
  CHECK(inv.options.platform_min == "13.0.0");
  inv = ld64("-demangle -dynamic -dylib -arch x86_64 -platform_version macos 13.0.0 13.3 -dylib_install_name "
             "@rpath/x.dylib -dead_strip "
             "-ObjC -undefined dynamic_lookup -headerpad 100 -sectcreate __TEXT __x file -o x.dylib a.o "
             "-weak-lfoo -needed_library l.tbd "
             "-framework Foo -U _bar -rpath @loader_path -exported_symbols_list e.txt -lSystem");
  silent(inv);
  const Options &o = inv.options;
  CHECK(o.kind == OutputKind::Shared);
  CHECK(o.install_name == "@rpath/x.dylib");
  CHECK(o.platform_sdk == "13.3");
  CHECK(o.gc_sections);
  CHECK(o.headerpad == 0x100);
  CHECK(o.section_creates.at(0).first == "__TEXT,__x");
  CHECK(o.inputs.at(1).weak);
  CHECK(o.inputs.at(2).needed);
  CHECK(o.inputs.at(3).framework);
  CHECK(o.undefined_treatment == "dynamic_lookup");
  CHECK(first_error(ld64("-arch ppc a.o")).find("'ppc'") != std::string::npos);
}

TEST_CASE("dialects: subcommand, then name") {
  CHECK(command({"gold-go", "ld", "a.o"}).options.dialect == Dialect::Gnu);
  CHECK(command({"/usr/bin/ld.gold-go", "a.o"}).options.dialect == Dialect::Gnu);
  CHECK(command({"x86_64-linux-gnu-ld", "a.o"}).options.dialect == Dialect::Gnu);
  CHECK(command({"ld64.gold-go", "a.o"}).options.dialect == Dialect::Ld64);
  CHECK(command({"ld", "ld64", "a.o"}).options.dialect == Dialect::Ld64);
  CHECK(command({"ld", "-arch", "arm64", "-platform_version", "macos", "13.0", "13.0", "a.o"})
            .options.dialect == Dialect::Ld64);
  CHECK(first_error(command({"lld-link", "/out:a"})).find("link.exe") != std::string::npos);
  CHECK(command({"gold-go"}).action == Invocation::Print);
  CHECK(command({"gold-go", "--version"}).text.starts_with("gold-go "));
  CHECK(command({"gold-go", "inspect", "a.o"}).rest.at(0) == "a.o");
  CHECK(first_error(command({"gold-go", "insepct"})) != "");
  CHECK(first_error(command({"gold-go", "a.o"})).find("which command") == 0);
}

TEST_CASE("what other programs look for") {
  std::string version = command({"ld", "--version"}).text;
  CHECK(version.find("GNU ld (GNU Binutils) 2.") != std::string::npos);
  CHECK(version.find("LLD") == std::string::npos);
  CHECK(!version.starts_with("GNU gold"));
  CHECK(command({"ld", "-v"}).text == version);
  CHECK(command({"ld", "-v", "a.o"}).action == Invocation::Link);
  CHECK(command({"ld", "-V"}).text.find("   elf_x86_64\n") != std::string::npos);
  std::string help = command({"ld", "--help"}).text;
  for (const char *text :
       {": supported targets: elf", "supported emulations:", "--hash-style", "--push-state", "-z relro",
        "auto-import", "--dependency-file", "--version-script", "-Bsymbolic-functions"}) {
    CAPTURE(text);
    CHECK(help.find(text) != std::string::npos);
  }
  CHECK(command({"ld", "--verbose"}).text.find("SEARCH_DIR(") != std::string::npos);
}

TEST_CASE("response files") {
  std::string dir = "driver_response_test.tmp";
  std::ofstream(dir + ".1") << "-o 'a b' \"c\\\"d.o\" e\\ f.o @" << dir << ".2 ''x";
  std::ofstream(dir + ".2") << "-lm\n\t-L/x @nothere\n";
  std::ofstream(dir + ".3") << "@" << dir << ".3";
  Invocation inv = gnu(("@" + dir + ".1").c_str());
  CHECK(inv.options.output == "a b");
  CHECK(inputs(inv.options) == "c\"d.o e f.o -lm @nothere x");
  CHECK(first_error(gnu(("@" + dir + ".3").c_str())).find("nested too deeply") != std::string::npos);
  for (const char *tail : {".1", ".2", ".3"})
    std::remove((dir + tail).c_str());
}
