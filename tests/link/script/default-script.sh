# GNU ld's own script, given back by -T, makes working programs.
. "$SRC/tests/link/script/lib.sh"
need g++

cxx a -ffunction-sections -fdata-sections << 'END'
#include <iostream>
#include <string>
#include <thread>
static thread_local int local = 5;
struct Early { Early() { value = 7; } int value; } early;
int main() {
  std::string s("hello ");
  try {
    throw 3;
  } catch (int x) {
    std::thread([&] { local += x; s += std::to_string(local + early.value); }).join();
  }
  std::cout << s << std::endl;
}
END
script() { "$LD" "$@" --verbose | sed -n '/^=====/,/^=====/p' | sed '1d;$d'; }
script > exec.ld
script -pie > pie.ld
script -shared > shared.ld
for gc in --no-gc-sections --gc-sections; do
  g++ -B"$GOLD_GO_B" -pie -Wl,-T,pie.ld -Wl,$gc a.o -o pie
  run "hello 15" ./pie
  g++ -B"$GOLD_GO_B" -no-pie -Wl,-T,exec.ld -Wl,$gc a.o -o exec
  run "hello 15" ./exec
  g++ -B"$GOLD_GO_B" -static -Wl,-T,exec.ld -Wl,$gc a.o -o static
  run "hello 15" ./static
done
g++ -B"$GOLD_GO_B" -static-pie -Wl,-T,pie.ld a.o -o static-pie
run "hello 15" ./static-pie
has 'GNU_RELRO' <(readelf -lW pie)
has 'INTERP' <(readelf -lW pie)
has 'PHDR' <(readelf -lW pie)

c lib -fPIC <<< 'int f(void) { static int n; return ++n; }'
gcc -B"$GOLD_GO_B" -shared -Wl,-T,shared.ld lib.o -o libf.so
c main <<< 'int f(void); int main(void) { return f() + f() - 3; }'
gcc -B"$GOLD_GO_B" -Wl,-T,pie.ld main.o ./libf.so -o main
./main
