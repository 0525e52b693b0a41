# AArch64: C++ with exceptions across a shared object, streams and static constructors.
. "$SRC/tests/lib/common.sh"
CXX=aarch64-linux-gnu-g++
need $CXX qemu-aarch64

cxx lib -fPIC <<'C'
#include <stdexcept>
#include <string>
void thrower(int n) { throw std::runtime_error("thrown " + std::to_string(n)); }
C
cxx main <<'C'
#include <iostream>
#include <stdexcept>
#include <vector>
void thrower(int);
static std::vector<int> global{1, 2, 3};
int main() {
  try {
    thrower(static_cast<int>(global.size()));
  } catch (const std::exception &e) {
    std::cout << e.what() << std::endl;
  }
}
C
$CXX -B "$GOLD_GO_B" -shared -o libthrow.so lib.o
$CXX -B "$GOLD_GO_B" -o app main.o ./libthrow.so
run "thrown 3" qemu-aarch64 -L /usr/aarch64-linux-gnu ./app
for kind in -no-pie -static -static-pie; do
  $CXX -B "$GOLD_GO_B" $kind -o app main.o lib.o
  run "thrown 3" qemu-aarch64 -L /usr/aarch64-linux-gnu ./app
done
