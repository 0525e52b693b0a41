// Values of script expressions. What is expected is what the GNU ld manual says ("The Section of an
// Expression", "Builtin Functions"), checked with GNU ld 2.40.
#include "layout/expr.h"
#include "readers/script/parser.h"

#include <doctest/doctest.h>

#include <map>

using namespace gold;

namespace {

class FakeContext : public ExprContext {
public:
  FakeContext() {
    text.name = ".text";
    text.addr = 0x1000;
    text.lma = 0x8000;
    text.size = 0x30;
    text.align = 16;
    data.name = ".data";
    data.addr = 0x2000;
    flash.origin = 0x8000000;
    flash.length = 0x1000;
    dot = 0x1013;
  }
  Value symbol(std::string_view name, ScriptPos) override {
    auto it = symbols.find(name);
    return it == symbols.end() ? Value{} : it->second;
  }
  bool is_defined(std::string_view name) override { return symbols.contains(name); }
  OutputSection *section(std::string_view name) override {
    return name == ".text" ? &text : name == ".data" ? &data : nullptr;
  }
  const MemoryRegion *region(std::string_view name) override { return name == "FLASH" ? &flash : nullptr; }
  std::optional<u64> constant(std::string_view name) override {
    return name == "MAXPAGESIZE" ? std::optional<u64>(0x1000) : std::nullopt;
  }
  std::optional<u64> segment_start(std::string_view name) override {
    return name == "text-segment" ? std::optional<u64>(0x7000) : std::nullopt;
  }
  u64 header_size() override { return 0x40; }
  u64 data_segment_align(u64 max_page, u64) override { return align_to(dot, max_page); }
  u64 data_segment_relro_end(u64, u64 address) override { return address; }
  u64 data_segment_end(u64 address) override { return address; }
  void error(ScriptPos, const std::string &what) override { errors += what + ";"; }

  OutputSection text, data;
  MemoryRegion flash;
  std::map<std::string_view, Value> symbols;
  std::string errors;
};

Value eval(FakeContext &c, std::string_view text) {
  return evaluate(c, *script::parse_expression(text)).value;
}
u64 number(std::string_view text) {
  FakeContext c;
  Value v = eval(c, text);
  CHECK_MESSAGE(v.ok, text);
  return v.address();
}

} // namespace

TEST_CASE("expression: operators and precedence are C's") {
  CHECK(number("1 + 2 * 3") == 7);
  CHECK(number("(1 + 2) * 3") == 9);
  CHECK(number("10 - 4 - 3") == 3);
  CHECK(number("1 << 4 | 3 & 2 ^ 1") == (1 << 4 | ((3 & 2) ^ 1)));
  CHECK(number("-1") == ~u64(0));
  CHECK(number("~0xff & 0xffff") == 0xff00);
  CHECK(number("!0 + !5") == 1);
  CHECK(number("7 % 4 + 9 / 2") == 7);
  CHECK(number("-8 / 2") == static_cast<u64>(-4)); // division is signed
  CHECK(number("1 ? 2 ? 3 : 4 : 5") == 3);
  CHECK(number("0 ? 1 : 0 ? 2 : 3") == 3);
  CHECK(number("3 > 2 && 2 >= 2 && 1 < 2 && 1 <= 1 && 1 != 2 && 1 == 1") == 1);
  CHECK(number("0 || 2") == 1);
  CHECK(number("1 << 64") == 0);
}

TEST_CASE("expression: numbers") {
  CHECK(number("0x1F") == 31);
  CHECK(number("017") == 15);
  CHECK(number("4K") == 4096);
  CHECK(number("0x2M") == 2u << 20);
  CHECK(number("$1f") == 31);
  CHECK(number("1fh") == 31);
}

TEST_CASE("expression: functions") {
  CHECK(number("ALIGN(16)") == 0x1020);
  CHECK(number("ALIGN(0x1013, 4)") == 0x1014);
  CHECK(number("ALIGN(5, 0)") == 5);
  CHECK(number("MAX(3, 9) + MIN(3, 9)") == 12);
  CHECK(number("ADDR(.text)") == 0x1000);
  CHECK(number("LOADADDR(.text)") == 0x8000);
  CHECK(number("SIZEOF(.text)") == 0x30);
  CHECK(number("SIZEOF(.none)") == 0);
  CHECK(number("ALIGNOF(.text)") == 16);
  CHECK(number("ORIGIN(FLASH) + LENGTH(FLASH)") == 0x8001000);
  CHECK(number("LOG2CEIL(1) + LOG2CEIL(4096) + LOG2CEIL(4097)") == 25);
  CHECK(number("SIZEOF_HEADERS") == 0x40);
  CHECK(number("CONSTANT(MAXPAGESIZE)") == 0x1000);
  CHECK(number("SEGMENT_START(\"text-segment\", 1) + SEGMENT_START(\"other\", 2)") == 0x7002);
  CHECK(number("NEXT(0x100)") == 0x1100);
  CHECK(number("DEFINED(nothing) ? nothing : 5") == 5);
}

TEST_CASE("expression: outside of sections numbers are absolute addresses") {
  FakeContext c;
  c.symbols["s"] = Value::relative(c.text, 4);
  c.symbols["t"] = Value::relative(c.text, 8);
  c.symbols["d"] = Value::relative(c.data, 8);
  c.symbols["a"] = Value::absolute(0x50);
  CHECK(eval(c, "s").kind == Value::Relative);
  CHECK(eval(c, "s + 1").kind == Value::Absolute);
  CHECK(eval(c, "s + 1").number == 0x1005);
  CHECK(eval(c, "t - s").number == 4);
  CHECK(eval(c, "d - s").number == 0x1004);
  CHECK(eval(c, "a").kind == Value::Absolute);
  CHECK(eval(c, "ADDR(.text)").kind == Value::Relative);
  CHECK(eval(c, ".").kind == Value::Absolute);
}

TEST_CASE("expression: inside of a section numbers are just numbers") {
  FakeContext c;
  c.current = &c.text;
  c.symbols["s"] = Value::relative(c.text, 4);
  c.symbols["t"] = Value::relative(c.text, 8);
  c.symbols["d"] = Value::relative(c.data, 8);
  c.symbols["a"] = Value::absolute(0x50);
  CHECK(eval(c, ".").kind == Value::Relative);
  CHECK(eval(c, ".").number == 0x13);
  CHECK(eval(c, "0x20").kind == Value::Number);
  CHECK(eval(c, "s + 1").kind == Value::Relative);
  CHECK(eval(c, "s + 1").address() == 0x1005);
  CHECK(eval(c, "t - s").kind == Value::Number);
  CHECK(eval(c, "d - s").kind == Value::Number);
  CHECK(eval(c, "d - s").number == 0x1004);
  CHECK(eval(c, "a").kind == Value::Number);
  CHECK(eval(c, "ABSOLUTE(.)").kind == Value::Absolute);
  CHECK(eval(c, "ABSOLUTE(.)").number == 0x1013);
  CHECK(eval(c, "ALIGN(16)").address() == 0x1020);
  CHECK(eval(c, ". == 0x13").number == 1);
  CHECK(eval(c, "s < t").kind == Value::Number);
  c.current = nullptr;
  c.sane = true;
  CHECK(eval(c, "7").kind == Value::Number);
}

TEST_CASE("expression: what has no value") {
  FakeContext c;
  CHECK(!eval(c, "1 / 0").ok);
  CHECK(c.errors == "division by zero;");
  CHECK(!eval(c, "nothing + 1").ok);
  CHECK(!eval(c, "ADDR(.none)").ok);
  CHECK(!eval(c, "CONSTANT(NOPE)").ok);
  CHECK(eval(c, "0x8000000000000000 / -1").number == u64(1) << 63);
  CHECK(eval(c, "0 && nothing").number == 0);
  c.errors.clear();
  CHECK(eval(c, "ASSERT(0, \"no\")").ok);
  CHECK(c.errors == "no;");
}
