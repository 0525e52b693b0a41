// The unit tests' main(): doctest's, which runs every TEST_CASE of tests/unit/*.cc.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>
