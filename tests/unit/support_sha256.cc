// SHA-256 against the vectors of FIPS 180-2, appendix B, and of lengths around a block.
#include "support/sha256.h"

#include <doctest/doctest.h>

#include <string>

using namespace gold;

namespace {
std::string hex(const std::string &s) {
  u8 out[32];
  sha256(reinterpret_cast<const u8 *>(s.data()), s.size(), out);
  std::string r;
  for (u8 b : out) {
    r += "0123456789abcdef"[b >> 4];
    r += "0123456789abcdef"[b & 15];
  }
  return r;
}
} // namespace

TEST_CASE("sha256") {
  CHECK(hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(hex(std::string(1000000, 'a')) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}
