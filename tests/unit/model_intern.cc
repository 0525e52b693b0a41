#include "model/intern.h"
#include "support/threads.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace gold;

namespace {
struct Name {
  const char *name_data = nullptr;
  u32 name_size = 0;
  u32 key_space = 0;
};
} // namespace

TEST_CASE("names: one object a key, spaces apart, all there after growth") {
  InternTable<Name> table;
  std::vector<std::string> names;
  for (int i = 0; i < 5000; ++i)
    names.push_back("name" + std::to_string(i));
  std::vector<Name *> found;
  table.reserve(10);
  for (std::size_t i = 0; i < names.size(); ++i) {
    table.reserve(1);
    found.push_back(table.intern(names[i]));
  }
  CHECK(table.count() == names.size());
  for (std::size_t i = 0; i < names.size(); ++i) {
    CHECK(table.find(names[i]) == found[i]);
    CHECK(table.intern(names[i]) == found[i]);
  }
  table.reserve(1);
  Name *other = table.intern(names[7], key_hash(names[7], 3), 3);
  CHECK(other != found[7]);
  CHECK(table.find(names[7], key_hash(names[7], 3), 3) == other);
  CHECK(table.find("unknown") == nullptr);
}

// Of an object without string table; memcmp must not see the null pointer.
TEST_CASE("names: an empty one without bytes") {
  InternTable<Name> table;
  table.reserve(2);
  Name *empty = table.intern(std::string_view());
  CHECK(table.intern(std::string_view()) == empty);
  CHECK(table.intern("") == empty);
}

TEST_CASE("names: batches keep their order") {
  InternTable<Name> table;
  table.reserve(100);
  std::vector<std::string> names;
  for (int i = 0; i < 40; ++i)
    names.push_back("n" + std::to_string(i % 30));
  std::vector<int> order;
  auto batch = intern_batch<int>(table, [&](Name &n, int i) {
    CHECK(std::string_view(n.name_data, n.name_size) == names[std::size_t(i)]);
    order.push_back(i);
  });
  for (int i = 0; i < 40; ++i)
    batch.add(names[std::size_t(i)], i);
  batch.flush();
  CHECK(table.count() == 30);
  REQUIRE(order.size() == 40);
  for (int i = 0; i < 40; ++i)
    CHECK(order[std::size_t(i)] == i);
}
