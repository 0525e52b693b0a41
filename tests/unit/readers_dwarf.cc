// The DWARF reader on tables written by hand after the standard: DWARF 5, section 6.2.4 (line number
// program header), 6.2.5 (programs), 7.5 (debugging entries).
#include "dwarf/dwarf.h"

#include <doctest/doctest.h>

#include <string>

using namespace gold;

namespace {

struct Bytes {
  std::string s;
  Bytes &u8_(unsigned v) { return s += static_cast<char>(v), *this; }
  Bytes &u16_(unsigned v) { return u8_(v & 255).u8_(v >> 8 & 255); }
  Bytes &u32_(u64 v) { return u16_(v & 0xffff).u16_(v >> 16 & 0xffff); }
  Bytes &u64_(u64 v) { return u32_(v & 0xffffffff).u32_(v >> 32); }
  Bytes &str(const char *t) {
    s += t;
    return u8_(0);
  }
  Bytes &raw(const std::string &t) { return s += t, *this; }
};

// A unit: its length, then the bytes.
std::string unit(const std::string &body) {
  return Bytes().u32_(body.size()).s + body;
}

// Version 3: directories and files in lists; opcode base 10, line base -5, line range 14.
std::string line_table_v3(const std::string &program) {
  std::string rest = Bytes()
                         .u8_(1)    // minimum_instruction_length
                         .u8_(1)    // default_is_stmt
                         .u8_(0xfb) // line_base: -5
                         .u8_(14)   // line_range
                         .u8_(10)   // opcode_base
                         .raw(std::string("\0\1\1\1\1\0\0\0\1", 9))
                         .str("inc")
                         .u8_(0)
                         .str("a.c")
                         .u8_(0)
                         .u8_(0)
                         .u8_(0)
                         .str("a.h")
                         .u8_(1)
                         .u8_(0)
                         .u8_(0)
                         .u8_(0)
                         .s;
  return unit(Bytes().u16_(3).u32_(rest.size()).raw(rest).raw(program).s);
}

std::string set_address(u64 a) {
  return Bytes().u8_(0).u8_(9).u8_(2).u64_(a).s;
}
std::string end_sequence() {
  return Bytes().u8_(0).u8_(1).u8_(1).s;
}

dwarf::Sections sections(const std::string &line) {
  dwarf::Sections s;
  s.line = ByteView(std::string_view(line));
  return s;
}

} // namespace

TEST_CASE("dwarf: rows of a line program") {
  // 0x1000: a.c:1; special opcode 10+... advances line by 3 and address by 4; file 2; advance_pc.
  unsigned special = (3 - -5) + 14 * 4 + 10;
  std::string program = set_address(0x1000) +
                        Bytes()
                            .u8_(1)       // copy
                            .u8_(special) // 0x1004, line 4
                            .u8_(4)       // set_file
                            .u8_(2)
                            .u8_(3) // advance_line 100 - 4 = 96: SLEB128 e0 00
                            .u8_(0xe0)
                            .u8_(0)
                            .u8_(2) // advance_pc 12
                            .u8_(12)
                            .u8_(1) // copy: 0x1010, a.h:100
                            .u8_(9) // fixed_advance_pc 0x10
                            .u16_(0x10)
                            .s +
                        end_sequence();
  std::string table = line_table_v3(program);
  auto s = sections(table);
  auto at = [&](u64 a) {
    auto p = dwarf::line_of_code(s, a);
    return p ? p->file + ":" + std::to_string(p->line) : "none";
  };
  CHECK(at(0xfff) == "none");
  CHECK(at(0x1000) == "a.c:1");
  CHECK(at(0x1003) == "a.c:1");
  CHECK(at(0x1004) == "a.c:4");
  CHECK(at(0x100f) == "a.c:4");
  CHECK(at(0x1010) == "inc/a.h:100");
  CHECK(at(0x101f) == "inc/a.h:100");
  CHECK(at(0x1020) == "none"); // behind the sequence
}

TEST_CASE("dwarf: tables one after the other, unknown versions skipped") {
  std::string first = unit(Bytes().u16_(9).u32_(0).s);
  std::string second = line_table_v3(set_address(0x2000) + Bytes().u8_(1).u8_(2).u8_(8).s + end_sequence());
  std::string both = first + second;
  auto p = dwarf::line_of_code(sections(both), 0x2004);
  REQUIRE(p);
  CHECK(p->file == "a.c");
  CHECK(p->line == 1);
}

TEST_CASE("dwarf: every cut is an error or no answer, never a crash") {
  std::string table = line_table_v3(set_address(0x2000) + Bytes().u8_(1).u8_(2).u8_(8).s + end_sequence());
  for (std::size_t n = 0; n < table.size(); ++n) {
    std::string cut = table.substr(0, n);
    bool found = false;
    try {
      found = dwarf::line_of_code(sections(cut), 0x2004).has_value();
    } catch (const InputError &) {
    }
    CHECK(!found);
  }
}

TEST_CASE("dwarf: a variable and its declaration elsewhere") {
  // Abbreviation 1: unit with stmt_list; 2: variable with file, line (declaration); 3: its definition.
  std::string abbrev = Bytes()
                           .u8_(1)
                           .u8_(0x11)
                           .u8_(1)
                           .u8_(0x10)
                           .u8_(0x17)
                           .u8_(0)
                           .u8_(0)
                           .u8_(2)
                           .u8_(0x34)
                           .u8_(0)
                           .u8_(0x3a)
                           .u8_(0x0b)
                           .u8_(0x3b)
                           .u8_(0x05)
                           .u8_(0)
                           .u8_(0)
                           .u8_(3)
                           .u8_(0x34)
                           .u8_(0)
                           .u8_(0x47)
                           .u8_(0x13)
                           .u8_(0x02)
                           .u8_(0x18)
                           .u8_(0)
                           .u8_(0)
                           .u8_(0)
                           .s;
  // Version 4: header of 11 bytes with its length, so the first entry is at 11, the declaration at 16.
  std::string info = unit(Bytes()
                              .u16_(4)
                              .u32_(0)
                              .u8_(8)
                              .u8_(1)
                              .u32_(0)
                              .u8_(2)
                              .u8_(2)
                              .u16_(321)
                              .u8_(3)
                              .u32_(16)
                              .u8_(9)
                              .u8_(0x03)
                              .u64_(0x5000)
                              .u8_(0)
                              .s);
  std::string line = line_table_v3("");
  dwarf::Sections s = sections(line);
  s.info = ByteView(std::string_view(info));
  s.abbrev = ByteView(std::string_view(abbrev));
  auto p = dwarf::declaration_of_data(s, 0x5000);
  REQUIRE(p);
  CHECK(p->file == "inc/a.h");
  CHECK(p->line == 321);
  CHECK(!dwarf::declaration_of_data(s, 0x5001));
}
