// Linker scripts as a layout plan: the language of "Linker Scripts" in the GNU ld manual.
#include "readers/script/parser.h"

#include <doctest/doctest.h>

using namespace gold;
using namespace gold::script;

namespace {

struct Parsed {
  LayoutPlan plan;
  Commands commands;
};

ByteView no_include(std::string_view name, std::string &) {
  throw InputError("cannot find " + std::string(name));
}

Parsed parse(std::string_view text) {
  Parsed p;
  p.commands = parse_script(ByteView(text), "x.ld", p.plan, no_include);
  return p;
}

std::string message(std::string_view text) {
  try {
    parse(text);
  } catch (const InputError &e) {
    return e.what();
  }
  return "";
}

const InputRule &only_input(const Parsed &p) {
  REQUIRE(p.plan.inputs.size() == 1);
  return *p.plan.inputs[0];
}

} // namespace

TEST_CASE("script: a layout with regions") {
  auto p = parse(
      "MEMORY { FLASH (rx) : ORIGIN = 0x8000000, LENGTH = 512K RAM (!rx) : org = 0x20000000, len = 64k }\n"
      "ENTRY(reset)\n"
      "SECTIONS {\n"
      "  .text : { KEEP(*(.vectors)) *(.text .text.*) . = ALIGN(4); _etext = .; } >FLASH\n"
      "  .data : AT(_etext) ALIGN(8) SUBALIGN(4) { *(.data) } >RAM\n"
      "  .bss (NOLOAD) : { *(.bss) *(COMMON) } >RAM AT>FLASH :seg =0xdeadbeef\n"
      "  /DISCARD/ : { *(.comment) }\n"
      "}\n");
  CHECK(p.commands.entry == "reset");
  CHECK(p.commands.lays_out);
  CHECK(p.plan.scripted);
  REQUIRE(p.plan.regions.size() == 2);
  CHECK(p.plan.regions[0].name == "FLASH");
  CHECK(p.plan.regions[0].length_expr->number == 512 * 1024);
  CHECK(p.plan.regions[1].must == 0);
  CHECK(p.plan.regions[1].must_not != 0);
  REQUIRE(p.plan.outputs.size() == 4);
  const OutputRule &text = *p.plan.outputs[0];
  CHECK(text.name == ".text");
  CHECK(text.region == "FLASH");
  REQUIRE(text.body.size() == 4);
  CHECK(text.body[0].input->keep);
  CHECK(text.body[1].input->sections.size() == 2);
  CHECK(text.body[2].assign->is_dot());
  CHECK(text.body[3].assign->name == "_etext");
  const OutputRule &data = *p.plan.outputs[1];
  CHECK(data.lma->name == "_etext");
  CHECK(data.align->number == 8);
  CHECK(data.subalign->number == 4);
  const OutputRule &bss = *p.plan.outputs[2];
  CHECK(bss.type == OutputType::NoLoad);
  CHECK(bss.lma_region == "FLASH");
  REQUIRE(bss.phdrs.size() == 1);
  CHECK(bss.phdrs[0] == "seg");
  CHECK(bss.fill->bytes == "\xde\xad\xbe\xef");
  CHECK(p.plan.outputs[3]->discards());
}

TEST_CASE("script: input section patterns") {
  SUBCASE("files and archives") {
    const auto p = parse("SECTIONS { .a : { *libc.a:printf.o(.text) } }");
    CHECK(only_input(p).file.archive == "*libc.a");
    CHECK(only_input(p).file.file == "printf.o");
  }
  SUBCASE("a file alone stands for all of its sections") {
    const auto p = parse("SECTIONS { .a : { crt0.o } }");
    CHECK(only_input(p).file.file == "crt0.o");
    CHECK(only_input(p).sections[0].glob == "*");
  }
  SUBCASE("EXCLUDE_FILE before a pattern speaks of that one only") {
    const auto p = parse("SECTIONS { .a : { *(EXCLUDE_FILE (*crtend.o *x.o) .ctors .dtors) } }");
    CHECK(only_input(p).sections[0].exclude.size() == 2);
    CHECK(only_input(p).sections[1].exclude.empty());
  }
  SUBCASE("EXCLUDE_FILE before the file speaks of all") {
    const auto p = parse("SECTIONS { .a : { EXCLUDE_FILE(*x.o) *(.a .b) } }");
    CHECK(only_input(p).exclude.size() == 1);
  }
  SUBCASE("sorting") {
    const auto p =
        parse("SECTIONS { .a : { *(SORT_BY_ALIGNMENT(SORT_BY_NAME(.d.*)) SORT(.e) SORT_NONE(.f)) } }");
    const auto &s = only_input(p).sections;
    REQUIRE(s.size() == 3);
    CHECK(s[0].sort == SortKey::Alignment);
    CHECK(s[0].then == SortKey::Name);
    CHECK(s[1].sort == SortKey::Name);
    CHECK(s[2].sort == SortKey::None);
  }
  SUBCASE("files sorted") {
    const auto p = parse("SECTIONS { .a : { KEEP(SORT(*)(.ctors)) } }");
    CHECK(only_input(p).file_sort == SortKey::Name);
    CHECK(only_input(p).keep);
  }
  SUBCASE("patterns with brackets, quotes and question marks") {
    const auto p = parse("SECTIONS { .a : { *(.text.[a-z]* \".x y\" .q?) } }");
    CHECK(only_input(p).sections[0].glob == ".text.[a-z]*");
    CHECK(only_input(p).sections[1].glob == ".x y");
    CHECK(only_input(p).sections[2].glob == ".q?");
  }
  SUBCASE("flags") {
    const auto p = parse("SECTIONS { .a : { INPUT_SECTION_FLAGS(SHF_WRITE & !SHF_EXECINSTR) *(*) } }");
    CHECK(only_input(p).must != 0);
    CHECK(only_input(p).must_not != 0);
  }
}

TEST_CASE("script: forms that stand close together") {
  auto p = parse(
      "SECTIONS{.text:{*(.text)}>R AT>L .=ALIGN(8);a=.;_e+=4;.data ADDR(.text)+4:{BYTE(1)SHORT(2)*(.data)}"
      "_x = . ; .b . : { SORT(CONSTRUCTORS) FILL(0x00) ASCIZ \"hi\" } = 0x9090 .c (COPY) : {} }");
  REQUIRE(p.plan.outputs.size() == 4);
  CHECK(p.plan.outputs[0]->name == ".text");
  CHECK(p.plan.outputs[0]->region == "R");
  CHECK(p.plan.outputs[0]->lma_region == "L");
  CHECK(p.plan.outputs[1]->address->op == ExprOp::Add);
  CHECK(p.plan.outputs[1]->body[0].data->size == 1);
  CHECK(p.plan.outputs[2]->fill->bytes == "\x90\x90");
  CHECK(p.plan.outputs[2]->body[0].fill->bytes == std::string(1, '\0'));
  CHECK(p.plan.outputs[2]->body[1].data->text.size() == 3);
  CHECK(p.plan.outputs[3]->type == OutputType::NoAlloc);
}

TEST_CASE("script: fills that are expressions") {
  auto p = parse(
      "SECTIONS { .a : {} =0x10+1 .b : {} =255 .c : {} =0x1M .d : {} =0x12345678901234567890 .e : {} }");
  CHECK(p.plan.outputs[0]->fill->value->op == ExprOp::Add);
  CHECK(p.plan.outputs[1]->fill->value->number == 255);
  CHECK(p.plan.outputs[2]->fill->value->number == 1 << 20);
  CHECK(p.plan.outputs[3]->fill->bytes.size() == 10);
}

TEST_CASE("script: provide, hidden, assert, insert, aliases, program headers") {
  auto p = parse("MEMORY { r : o = 0, l = 1 } REGION_ALIAS(\"ALIAS\", r);\n"
                 "PHDRS { hdr PT_PHDR PHDRS; text PT_LOAD FILEHDR PHDRS FLAGS(5) AT(0x100); x 0x6474e551; }\n"
                 "PROVIDE(a = 1); PROVIDE_HIDDEN(b = a); HIDDEN(c = 2)\n"
                 "ASSERT(a < b, \"too large\")\n"
                 "SECTIONS { .x : { *(.x) } } INSERT AFTER .text;");
  CHECK(p.plan.find_region("ALIAS") == &p.plan.regions[0]);
  REQUIRE(p.plan.phdrs.size() == 3);
  CHECK(p.plan.phdrs[1].file_header);
  CHECK(p.plan.phdrs[1].lma->number == 0x100);
  CHECK(p.plan.phdrs[2].type_value->number == 0x6474e551);
  CHECK(p.plan.statements[0].assign->kind == Assignment::Provide);
  CHECK(p.plan.statements[1].assign->kind == Assignment::ProvideHidden);
  CHECK(p.plan.statements[2].assign->kind == Assignment::Hidden);
  CHECK(p.plan.statements[3].check->message == "too large");
  CHECK(p.plan.outputs[0]->insert_at == ".text");
  CHECK(p.plan.outputs[0]->insert_after);
  CHECK(!p.commands.lays_out); // the default layout stays
}

TEST_CASE("script: an overlay is written out as sections with addresses") {
  auto p = parse("SECTIONS { OVERLAY 0x1000 : AT(0x4000) { .t0 { a.o(.t) } .t1 { b.o(.t) } } }");
  REQUIRE(p.plan.outputs.size() == 2);
  CHECK(p.plan.outputs[1]->address->op == ExprOp::Addr);
  CHECK(p.plan.outputs[1]->lma->op == ExprOp::Add);
  CHECK(p.plan.statements.back().assign->is_dot());
}

TEST_CASE("script: errors name file, line and column") {
  CHECK(message("SECTIONS {\n  .text : { *(.text }\n") ==
        "x.ld:2:21: expected the name of a section, found `}'");
  CHECK(message("SECTIONS {\n .a : {") == "x.ld:2:8: `}' is missing");
  CHECK(message("a = 1 +;") == "x.ld:1:8: expected an expression, found `;'");
  CHECK(message("a = FOO(1);").find("1:5: unknown function `FOO'") != std::string::npos);
  CHECK(message("a = 1\nb = 2;").find("2:1: expected `;'") != std::string::npos);
  CHECK(message("hello world").find("1:1: unknown command `hello'") != std::string::npos);
  CHECK(message("INCLUDE y.ld").find("1:9: cannot find y.ld") != std::string::npos);
  CHECK(message("MEMORY { a : o = 0, l = 1 a : o = 0, l = 1 }").find("defined twice") != std::string::npos);
  CHECK(message("/* x").find("1:1: a comment does not end") != std::string::npos);
  CHECK(message("a = 0x12345678901234567;").find("does not fit") != std::string::npos);
  CHECK(message("a = " + std::string(100000, '(')).find("nested too deeply") != std::string::npos);
  CHECK(message("a = " + std::string(100000, '-') + "1;").find("nested too deeply") != std::string::npos);
  std::string sum = "a = 1";
  for (int i = 0; i < 100000; ++i)
    sum += "+1";
  CHECK(message(sum + ";").find("nested too deeply") != std::string::npos);
}

TEST_CASE("script: INCLUDE inside of blocks") {
  LayoutPlan plan;
  auto include = [](std::string_view name, std::string &path) {
    path = "dir/" + std::string(name);
    return ByteView(name == "m.ld" ? std::string_view("F : o = 0, l = 4K")
                                   : std::string_view("*(.rodata)\nx = ;"));
  };
  std::string text = "MEMORY { INCLUDE m.ld }\nSECTIONS { .a : { INCLUDE s.ld } }";
  std::string error;
  try {
    parse_script(ByteView(text), "x.ld", plan, include);
  } catch (const InputError &e) {
    error = e.what();
  }
  CHECK(plan.regions.size() == 1);
  CHECK(error == "dir/s.ld:2:5: expected an expression, found `;'");
}
