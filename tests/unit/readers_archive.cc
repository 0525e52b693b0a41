// Archives of all layouts, and what a broken one does.
#include "readers/archive.h"

#include <doctest/doctest.h>

using namespace gold;

namespace {

std::string member(std::string name, std::string_view bytes, std::string_view size = "") {
  std::string s = std::move(name);
  s.resize(16, ' ');
  s += "0           0     0     644     ";
  std::string n = size.empty() ? std::to_string(bytes.size()) : std::string(size);
  n.resize(10, ' ');
  s += n + "`\n" + std::string(bytes);
  if (s.size() & 1)
    s += '\n';
  return s;
}

std::string be(u32 v) {
  std::string s;
  for (int i = 3; i >= 0; --i)
    s += static_cast<char>(v >> (8 * i));
  return s;
}
std::string le(u32 v) {
  return std::string(reinterpret_cast<const char *>(&v), 4);
}

} // namespace

TEST_CASE("GNU archive: index, long names, members without symbols") {
  std::string names = "a_rather_long_name_indeed.o/\n";
  // 8 + index (60 + 24) + names (60 + 30)
  u32 a = 8 + 84 + 90, b = a + 60 + 2;
  std::string ar = "!<arch>\n" + member("/", be(3) + be(a) + be(a) + be(b) + std::string("f\0g\0hh\0\0", 8)) +
                   member("//", names) + member("/0", "AA") + member("b.o/", "BBB") + member("c.txt/", "C");
  Archive x = read_archive(ByteView(ar), "lib.a");
  CHECK(x.has_index);
  REQUIRE(x.members.size() == 2);
  CHECK(x.members[0].name == "a_rather_long_name_indeed.o");
  CHECK(x.members[0].bytes.str() == "AA");
  CHECK(x.members[1].name == "b.o");
  CHECK(x.members[1].bytes.str() == "BBB");
  CHECK(x.members[1].offset == b + 60);
  REQUIRE(x.index.size() == 3);
  CHECK(x.index[1] == std::pair<std::string_view, u32>("g", 0));
  CHECK(x.index[2] == std::pair<std::string_view, u32>("hh", 1));

  Archive lazy = read_archive(ByteView(ar), "lib.a", ArchiveScan::Lazy);
  CHECK(lazy.members[1].bytes.empty());
  CHECK(load_member(lazy, 1).bytes.str() == "BBB");
  Archive whole = read_archive(ByteView(ar), "lib.a", ArchiveScan::Whole);
  CHECK(whole.members.size() == 3);
  CHECK(whole.members[2].name == "c.txt");
  CHECK(whole.index == x.index);

  for (std::size_t n = 0; n < ar.size(); ++n) // must not crash
    try {
      read_archive(ByteView(std::string_view(ar).substr(0, n)), "lib.a");
    } catch (const InputError &) {
    }
}

TEST_CASE("BSD archive") {
  u32 a = 0;
  std::string index =
      std::string("__.SYMDEF SORTED\0\0\0\0", 20) + le(8) + le(0) + le(a) + le(4) + std::string("fun\0", 4);
  REQUIRE(index.size() == 20 + 4 + 8 + 4 + 4);
  a = 8 + 60 + static_cast<u32>(index.size());
  index.replace(28, 4, le(a));
  std::string ar =
      "!<arch>\n" + member("#1/20", index) + member("#1/12", std::string("long name.o\0", 12) + "DATA");
  Archive x = read_archive(ByteView(ar), "lib.a");
  REQUIRE(x.members.size() == 1);
  CHECK(x.members[0].name == "long name.o");
  CHECK(x.members[0].bytes.str() == "DATA");
  CHECK(x.index[0].first == "fun");
}

TEST_CASE("thin archive") {
  std::string ar = "!<thin>\n" + member("//", "sub/x.o/\n/abs/y.o/\n") + member("/0", "", "100");
  ar += member("/9", "", "5000");
  Archive x = read_archive(ByteView(ar), "dir/lib.a");
  CHECK(x.thin);
  CHECK(!x.has_index);
  REQUIRE(x.members.size() == 2);
  CHECK(x.members[0].thin_path == "dir/sub/x.o");
  CHECK(x.members[1].thin_path == "/abs/y.o");
}

TEST_CASE("COFF archive: the second linker member") {
  std::string first = be(1) + be(0) + std::string("s\0", 2);
  std::string second = le(1) + le(0) + le(1) + std::string("\1\0s\0", 4);
  u32 at = 8 + 60 + static_cast<u32>(first.size()) + 60 + static_cast<u32>(second.size());
  first.replace(4, 4, be(at));
  second.replace(4, 4, le(at));
  std::string ar = "!<arch>\n" + member("/", first) + member("/", second) + member("x.obj/", "OO");
  Archive x = read_archive(ByteView(ar), "x.lib");
  REQUIRE(x.members.size() == 1);
  CHECK(x.members[0].bytes.str() == "OO");
  CHECK(x.index[0].first == "s");
}

TEST_CASE("broken archives") {
  CHECK_THROWS_AS(read_archive(ByteView(std::string_view("!<arch>\nnonsense")), ""), InputError);
  std::string huge = "!<arch>\n" + member("/", be(0xffffffff));
  CHECK_THROWS_AS(read_archive(ByteView(huge), ""), InputError);
  std::string outside = "!<arch>\n" + member("/", be(1) + be(5000) + std::string("f\0", 2));
  CHECK_THROWS_AS(read_archive(ByteView(outside), ""), InputError);
  std::string size = "!<arch>\n" + member("a.o/", "x", "99");
  CHECK_THROWS_AS(read_archive(ByteView(size), ""), InputError);
}
