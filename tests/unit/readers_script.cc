// Scripts that stand for libraries, version scripts, dynamic lists; and telling files apart.
#include "readers/elf/script.h"
#include "readers/identify.h"
#include "readers/script/parser.h"

#include <doctest/doctest.h>

using namespace gold;
using namespace gold::elf;

namespace {
script::Commands library(std::string_view s) {
  LayoutPlan plan;
  auto include = [](std::string_view name, std::string &) -> ByteView {
    throw InputError(std::string(name));
  };
  return script::parse_script(ByteView(s), "x", plan, include);
}
VersionScript versions(std::string_view s) {
  VersionScript v;
  parse_version_script(ByteView(s), v);
  return v;
}
} // namespace

TEST_CASE("glibc's libc.so") {
  auto s = library("/* GNU ld script\n */\nOUTPUT_FORMAT(elf64-x86-64)\n"
                   "GROUP ( /lib/libc.so.6 /usr/lib/libc_nonshared.a  AS_NEEDED ( /lib64/ld.so.2 ) )\n");
  CHECK(s.output_format == "elf64-x86-64");
  REQUIRE(s.inputs.size() == 3);
  CHECK(s.inputs[0].name == "/lib/libc.so.6");
  CHECK(!s.inputs[0].as_needed);
  CHECK(s.inputs[2].name == "/lib64/ld.so.2");
  CHECK(s.inputs[2].as_needed);
}

TEST_CASE("other commands of library scripts") {
  auto s = library("INPUT(-lfoo, \"a b.o\" AS_NEEDED(-lbar)) SEARCH_DIR(\"/x\"); INPUT(=/lib/y.so)\n"
                   "EXTERN(sym) VERSION { V1 { global: f; local: *; }; }");
  REQUIRE(s.inputs.size() == 4);
  CHECK(s.inputs[0].is_library);
  CHECK(s.inputs[0].name == "foo");
  CHECK(s.inputs[1].name == "a b.o");
  CHECK(s.inputs[2].as_needed);
  CHECK(s.inputs[3].name == "=/lib/y.so");
  CHECK(s.search_dirs == std::vector<std::string>{"/x"});
  CHECK(s.undefined == std::vector<std::string>{"sym"});
  REQUIRE(s.versions.size() == 1);
  CHECK(versions(s.versions[0].str()).nodes.size() == 1);
}

TEST_CASE("version script: errors name the line") {
  auto message = [](auto f) -> std::string {
    try {
      f();
    } catch (const InputError &e) {
      return e.what();
    }
    return "";
  };
  CHECK(message([] { versions("V1 { f };\nV2 { g; } V3;"); }).starts_with("line 2: unknown version `V3'"));
  CHECK(message([] { versions("V1 { global: f; "); }).find("`}' is missing") != std::string::npos);
}

TEST_CASE("version script: nodes, inheritance, languages") {
  auto v =
      versions("# comment\nV1 { global: foo; bar*; extern \"C++\" { \"f(int)\"; std::*; }; local: *; };\n"
               "V2 { \"quoted*\"; } V1;\n");
  REQUIRE(v.nodes.size() == 2);
  CHECK(v.nodes[0].name == "V1");
  CHECK(v.nodes[0].index == 2);
  CHECK(v.nodes[1].parents == std::vector<u16>{2});
  REQUIRE(v.patterns.size() == 6);
  CHECK(v.patterns[0].pattern == "foo");
  CHECK(v.patterns[0].version == 2);
  CHECK(v.patterns[0].literal);
  CHECK(v.patterns[1].pattern == "bar*");
  CHECK(!v.patterns[1].literal);
  CHECK(v.patterns[2].pattern == "f(int)");
  CHECK(v.patterns[2].cpp);
  CHECK(v.patterns[2].literal);
  CHECK(v.patterns[3].pattern == "std::*");
  CHECK(v.patterns[3].cpp);
  CHECK(v.patterns[4].pattern == "*");
  CHECK(v.patterns[4].version == 0);
  CHECK(v.patterns[5].pattern == "quoted*");
  CHECK(v.patterns[5].literal);
  CHECK(v.patterns[5].version == 3);
}

TEST_CASE("anonymous version and dynamic list") {
  auto v = versions("{ global: f; local: *; };");
  CHECK(v.nodes.empty());
  CHECK(v.patterns[0].version == 1);
  CHECK(v.patterns[1].version == 0);
  CHECK_THROWS_AS(versions("{ f; }; V1 { g; };"), InputError);

  std::vector<VersionPattern> list;
  parse_dynamic_list(ByteView(std::string_view("{ foo; \"b*r\"; extern \"C++\" { ns::* }; };")), list);
  REQUIRE(list.size() == 3);
  CHECK(list[1].literal);
  CHECK(list[2].cpp);
  CHECK(list[2].pattern == "ns::*");
}

TEST_CASE("identify") {
  auto id = [](std::string_view s) { return identify(ByteView(s)); };
  CHECK(id("") == FileType::Empty);
  CHECK(id("!<arch>\n") == FileType::Archive);
  CHECK(id("!<thin>\n") == FileType::ThinArchive);
  CHECK(id("INPUT(x)") == FileType::Script);
  CHECK(id("BC\xc0\xde....") == FileType::Bitcode);
  CHECK(id("MZ\x90") == FileType::Pe);
  CHECK(id("--- !tapi-tbd\n") == FileType::Tbd);
  CHECK(id(std::string_view("\0\1\2\3", 4)) == FileType::Unknown);
  std::string elf("\177ELF\2\1\1\0\0\0\0\0\0\0\0\0\3\0\x3e\0", 20);
  CHECK(id(elf) == FileType::ElfShared);
  CHECK(elf_arch(ByteView(elf)) == Arch::X86_64);
  elf[18] = static_cast<char>(0xb7);
  CHECK(elf_arch(ByteView(elf)) == Arch::AArch64);
}
