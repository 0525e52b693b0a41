// `gold-go link`: what objects ask for, and the lines that come out in a file system made for the
// test. Objects are a few bytes made here, so that no compiler is needed.
#include "driver/driver.h"
#include "driver/toolchain/peek.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

using namespace gold;
namespace fs = std::filesystem;

namespace {

struct Name {
  std::string name;
  bool defined;
};

template <class T> void put(std::string &s, std::size_t at, T v) {
  std::memcpy(s.data() + at, &v, sizeof v);
}

// An ELF object with these global symbols and this .comment.
std::string elf_object(std::vector<Name> names, const std::string &comment = "", u16 machine = 62) {
  std::string strings(1, '\0'), symbols(24, '\0'), section_names("\0.comment\0.symtab\0.strtab\0", 26);
  for (const Name &n : names) {
    std::string entry(24, '\0');
    put<u32>(entry, 0, static_cast<u32>(strings.size()));
    entry[4] = 0x10;
    put<u16>(entry, 6, n.defined ? 1 : 0);
    symbols += entry;
    strings += n.name + '\0';
  }
  std::string out(64, '\0');
  std::memcpy(out.data(), "\177ELF\2\1\1", 7);
  put<u16>(out, 16, 1);
  put<u16>(out, 18, machine);
  put<u16>(out, 58, 64);
  put<u16>(out, 60, 5);
  put<u16>(out, 62, 4);
  std::string headers(64, '\0');
  auto section = [&](u32 name, u32 type, const std::string &contents, u32 link, u32 info) {
    std::string h(64, '\0');
    put<u32>(h, 0, name);
    put<u32>(h, 4, type);
    put<u64>(h, 24, out.size());
    put<u64>(h, 32, contents.size());
    put<u32>(h, 40, link);
    put<u32>(h, 44, info);
    headers += h;
    out += contents;
  };
  section(1, 1, comment + '\0', 0, 0);
  section(10, 2, symbols, 3, 1);
  section(18, 3, strings, 0, 0);
  section(18, 3, section_names, 0, 0);
  put<u64>(out, 40, out.size());
  return out + headers;
}

InputFacts facts(const std::string &bytes) {
  InputFacts f;
  peek_bytes("x", reinterpret_cast<const u8 *>(bytes.data()), bytes.size(), &f);
  return f;
}

// A directory with files in it that goes away at the end of the test.
struct Tree {
  fs::path root = fs::absolute("driver_toolchain_test.tmp");
  Tree() { fs::remove_all(root); }
  ~Tree() { fs::remove_all(root); }
  std::string file(const std::string &path, const std::string &contents = "0123456789") {
    fs::path p = root / path;
    fs::create_directories(p.parent_path());
    std::ofstream(p, std::ios::binary) << contents;
    return p.string();
  }
  void glibc(const std::string &cpu = "x86_64") {
    std::string lib = "usr/lib/" + cpu + "-linux-gnu/", gcc = "usr/lib/gcc/" + cpu + "-linux-gnu/";
    for (const char *f :
         {"Scrt1.o", "crt1.o", "rcrt1.o", "crti.o", "crtn.o", "libc.so", "libc.a", "libm.so", "libm.a"})
      file(lib + f);
    file(lib + "libpthread.a", "!<arch>\n"); // as glibc has it since 2.34
    for (const char *version : {"11", "12"})
      for (const char *f : {"crtbegin.o", "crtbeginS.o", "crtbeginT.o", "crtend.o", "crtendS.o", "libgcc.a",
                            "libgcc_eh.a", "libgcc_s.so", "libstdc++.so", "libstdc++.a"})
        file(gcc + version + "/" + f);
  }
  // The line for these words, with this tree as sysroot, in which it is called '/'.
  std::string line(std::vector<std::string> args) {
    args.push_back("--sysroot=" + root.string());
    args.push_back("--print-link-line");
    Invocation inv = parse_dialect(Dialect::Native, args);
    std::string text = inv.text;
    for (const std::string &e : inv.errors)
      text += "error: " + e + "\n";
    for (std::size_t at; (at = text.find(root.string())) != text.npos;)
      text.erase(at, root.string().size());
    return text;
  }
};

bool has(const std::string &text, const std::string &part) {
  return text.find(part) != text.npos;
}

} // namespace

TEST_CASE("peek: what an object asks for") {
  InputFacts f =
      facts(elf_object({{"main", true}, {"printf", false}}, "GCC: (Debian 12.2.0-14+deb12u1) 12.2.0"));
  CHECK(f.format == Format::Elf);
  CHECK(f.arch == Arch::X86_64);
  CHECK(f.defines_main);
  CHECK(!f.defines_start);
  CHECK(f.cxx == InputFacts::No);
  CHECK(f.gcc_version == "12.2.0");
  CHECK(facts(elf_object({{"_start", true}})).defines_start);
  CHECK(!facts(elf_object({{"_start", false}})).defines_start);
  CHECK(facts(elf_object({}, "", 183)).arch == Arch::AArch64);
  CHECK(facts(elf_object({{"_Znwm", false}})).cxx == InputFacts::Yes);
  CHECK(facts(elf_object({{"__gxx_personality_v0", false}})).cxx == InputFacts::Yes);
  CHECK(facts(elf_object({{"_Z3foov", false}})).cxx == InputFacts::Perhaps);
  CHECK(facts(elf_object({{"_Z3foov", true}})).cxx == InputFacts::No);
  CHECK(facts(elf_object({{"__cxa_finalize", false}, {"__cxa_atexit", false}})).cxx == InputFacts::No);
  CHECK(facts(elf_object({{"_ZN4core9panicking5panic17h0123456789abcdefE", false}})).cxx == InputFacts::No);
  CHECK(facts(elf_object({{"_ZNSt3__14coutE", false}})).libcxx);
}

TEST_CASE("peek: broken files tell nothing and do no harm") {
  std::string good = elf_object({{"main", true}, {"_Znwm", false}}, "GCC: (GNU) 9.1.0");
  for (std::size_t n = 0; n < good.size(); ++n)
    facts(good.substr(0, n));
  for (std::size_t at = 0; at < good.size(); ++at)
    for (int v : {0, 0x7f, 0xff}) {
      std::string bad = good;
      bad[at] = static_cast<char>(v);
      facts(bad);
    }
  for (const char *magic : {"!<arch>\n", "!<thin>\n", "MZ", "\x64\x86", "\xcf\xfa\xed\xfe"}) {
    std::string bytes = std::string(magic) + std::string(200, '\x41');
    for (std::size_t n = 0; n < bytes.size(); ++n)
      facts(bytes.substr(0, n));
  }
}

TEST_CASE("link: a C program") {
  Tree t;
  t.glibc();
  std::string a = t.file("a.o", elf_object({{"main", true}}, "GCC: (GNU) 11.3.0"));
  CHECK(t.line({a, "-o", "app"}) ==
        "gold-go ld -m elf_x86_64 --hash-style=gnu --build-id --eh-frame-hdr --as-needed -z text -pie "
        "-dynamic-linker /lib64/ld-linux-x86-64.so.2 "
        "/usr/lib/x86_64-linux-gnu/Scrt1.o /usr/lib/x86_64-linux-gnu/crti.o "
        "/usr/lib/gcc/x86_64-linux-gnu/11/crtbeginS.o /a.o -o app "
        "--sysroot= -L/usr/lib/gcc/x86_64-linux-gnu/11 -L/usr/lib/x86_64-linux-gnu -L/usr/lib -lm "
        "--start-group -lgcc -lgcc_s -lc "
        "--end-group /usr/lib/gcc/x86_64-linux-gnu/11/crtendS.o /usr/lib/x86_64-linux-gnu/crtn.o\n");
  CHECK(has(t.line({a, "--static"}),
            "-static /usr/lib/x86_64-linux-gnu/crt1.o /usr/lib/x86_64-linux-gnu/crti.o "
            "/usr/lib/gcc/x86_64-linux-gnu/11/crtbeginT.o"));
  CHECK(has(t.line({a, "--static"}), "-lgcc -lgcc_eh -lc"));
  CHECK(
      has(t.line({a, "--static-pie"}), "-static -pie --no-dynamic-linker /usr/lib/x86_64-linux-gnu/rcrt1.o"));
  CHECK(has(t.line({a, "--no-pie"}),
            " -dynamic-linker /lib64/ld-linux-x86-64.so.2 /usr/lib/x86_64-linux-gnu/crt1.o"));
  CHECK(!has(t.line({a, "--no-pie"}), "-pie"));
  CHECK(has(t.line({a, "--shared"}), "-shared /usr/lib/x86_64-linux-gnu/crti.o"));
  CHECK(has(t.line({a, "--strip"}), " -s "));
  CHECK(has(t.line({a, "-w"}), " -S "));
  CHECK(has(t.line({a, "-r"}), "-m elf_x86_64 /a.o -r"));
  CHECK(!has(t.line({a, "--no-default-libs"}), "-lc"));
  CHECK(has(t.line({a, "--no-default-libs"}), "crti.o"));
  CHECK(!has(t.line({a, "--nostdlib"}), "crti.o"));
  CHECK(has(t.line({a, "--whole-archive", "x.a", "-lq"}), "error: cannot open x.a"));
  t.file("x.a", "!<arch>\n");
  CHECK(has(t.line({a, "--whole-archive", (t.root / "x.a").string()}),
            "--push-state /a.o --whole-archive /x.a --sysroot= --pop-state"));
}

TEST_CASE("link: C++, and what is missing") {
  Tree t;
  t.glibc();
  std::string a = t.file("a.o", elf_object({{"main", true}, {"_Znwm", false}}));
  CHECK(has(t.line({a}), "-lstdc++ -lm --start-group"));
  CHECK(has(t.line({a}), "/gcc/x86_64-linux-gnu/12/crtbeginS.o")); // the newest
  CHECK(!has(t.line({a, "--stdlib=none"}), "-lstdc++"));
  for (const char *version : {"11", "12"})
    fs::remove(t.root / "usr/lib/gcc/x86_64-linux-gnu" / version / "libstdc++.so");
  for (const char *version : {"11", "12"})
    fs::remove(t.root / "usr/lib/gcc/x86_64-linux-gnu" / version / "libstdc++.a");
  std::string text = t.line({a});
  CHECK(has(text, "error: cannot find libstdc++.so, the C++ library that the objects need\n"));
  CHECK(has(text, ">>> looked in /usr/lib/x86_64-linux-gnu\n"));
  CHECK(has(text, ">>> Debian and Ubuntu have it in the package g++"));
}

TEST_CASE("link: an object with an entry gets nothing") {
  Tree t;
  std::string a = t.file("a.o", elf_object({{"_start", true}}));
  CHECK(t.line({a}) == "gold-go ld -m elf_x86_64 --hash-style=gnu --build-id --eh-frame-hdr -z text -static "
                       "/a.o --sysroot=\n");
  CHECK(has(t.line({a, "--pie"}), "-static -pie --no-dynamic-linker /a.o"));
  std::string b = t.file("b.o", elf_object({{"boot", true}}));
  CHECK(has(t.line({b, "--entry=boot"}), "-static /b.o --entry=boot"));
  CHECK(has(t.line({b}), "error: cannot find Scrt1.o"));
}

TEST_CASE("link: musl") {
  Tree t;
  t.glibc();
  for (const char *f : {"Scrt1.o", "crt1.o", "rcrt1.o", "crti.o", "crtn.o", "libc.so", "libc.a"})
    t.file(std::string("usr/lib/x86_64-linux-musl/") + f);
  std::string a = t.file("a.o", elf_object({{"main", true}}));
  std::string text = t.line({a, "--libc=musl"});
  CHECK(has(text,
            "-nostdlib -pie -dynamic-linker /lib/ld-musl-x86_64.so.1 /usr/lib/x86_64-linux-musl/Scrt1.o"));
  CHECK(has(text, "-L/usr/lib/x86_64-linux-musl --start-group /usr/lib/gcc/x86_64-linux-gnu/12/libgcc.a"));
  CHECK(has(t.line({a, "--target=x86_64-linux-musl", "--static"}),
            "-static /usr/lib/x86_64-linux-musl/crt1.o"));
}

TEST_CASE("link: no toolchain at all") {
  Tree t;
  std::string text = t.line({t.file("a.o", elf_object({{"main", true}})), "--libc=musl"});
  CHECK(has(text, "error: cannot find Scrt1.o, a start file of musl"));
  CHECK(has(text, "in the package musl-dev"));
  CHECK(has(t.line({t.file("t.o", "text, of no format")}), "t.o is not an ELF, COFF or Mach-O object"));
}

TEST_CASE("link: MinGW") {
  Tree t;
  for (const char *model : {"12-posix", "12-win32"})
    for (const char *f : {"crtbegin.o", "crtend.o", "libgcc.a", "libgcc_eh.a", "libgcc_s.a", "libstdc++.a",
                          "libstdc++.dll.a"})
      t.file(std::string("usr/lib/gcc/x86_64-w64-mingw32/") + model + "/" + f);
  for (const char *f : {"crt2.o", "dllcrt2.o", "libmsvcrt.a", "libwinpthread.a", "libwinpthread.dll.a"})
    t.file(std::string("usr/x86_64-w64-mingw32/lib/") + f);
  std::string object(20, '\0');
  put<u16>(object, 0, 0x8664);
  std::string a = t.file("a.o", object), text = t.line({a});
  CHECK(has(text, "gold-go ld -m i386pep -Bdynamic /usr/x86_64-w64-mingw32/lib/crt2.o "
                  "/usr/lib/gcc/x86_64-w64-mingw32/12-posix/crtbegin.o /a.o"));
  CHECK(has(text, "--start-group -lmingw32 -lgcc -lgcc_eh -l:libwinpthread.a -lmoldname -lmingwex -lmsvcrt"));
  CHECK(has(t.line({a, "--shared", "--shared-runtime"}),
            "-shared --enable-auto-image-base -e DllMainCRTStartup"));
  CHECK(has(t.line({a, "--shared", "--shared-runtime"}), "-lgcc_s -lgcc -lwinpthread"));
  CHECK(has(t.line({a, "--stdlib=libstdc++"}), "-l:libstdc++.a --start-group"));
  // GCC says in .rdata$zzz which threads it was built for.
  std::string id = "GCC: (GNU) 12-win32";
  id += '\0';
  std::string section(40, '\0'), strings("\0\0\0\0.rdata$zzz\0", 15);
  std::memcpy(section.data(), "/4", 2);
  put<u32>(section, 16, static_cast<u32>(id.size()));
  put<u32>(section, 20, 60);
  put<u16>(object, 2, 1);
  put<u32>(object, 8, static_cast<u32>(60 + id.size()));
  a = t.file("b.o", object + section + id + strings);
  CHECK(has(t.line({a}), "/12-win32/crtbegin.o"));
  CHECK(!has(t.line({a}), "winpthread"));
}

TEST_CASE("link: macOS") {
  Tree t;
  std::string object(32, '\0');
  put<u32>(object, 0, 0xfeedfacf);
  put<u32>(object, 4, 0x0100000c);
  put<u32>(object, 12, 1);
  put<u32>(object, 16, 1);
  std::string version(24, '\0');
  put<u32>(version, 0, 0x32);
  put<u32>(version, 4, 24);
  put<u32>(version, 8, 1);
  put<u32>(version, 12, 12 << 16);
  std::string a = t.file("a.o", object + version);
  t.file("SDKSettings.json", "{\"Version\":\"13.3\"}");
  CHECK(t.line({a, "-o", "app", "--gc-sections", "-s", "-lfoo"}) ==
        "gold-go ld64 -arch arm64 -platform_version macos 12.0 13.3 -syslibroot  -o app -dead_strip -s "
        "/a.o -lfoo -lSystem\n");
}
