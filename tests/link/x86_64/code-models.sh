# Code of the medium and large models, with the GOT relative relocations they use.
. "$SRC/tests/lib/common.sh"
need gcc
[ "$(uname -m)" = x86_64 ] || skip "x86-64 only"

cat > main.c <<'C'
#include <stdio.h>
int data = 5;
static int zero[100000];
extern int other;
extern __thread int tls;
static __thread int tls2 = 2;
int f(int);
int (*pointer)(int) = f;
int main() {
  printf("%d %d %d %d %d %d\n", data, zero[99999], other, tls + tls2, f(1), pointer == f);
}
C
cat > other.c <<'C'
int other = 6;
__thread int tls = 4;
int f(int x) { return x + 1; }
C
for model in medium large; do
  for kind in "-no-pie -fno-pic" "-pie -fPIC" "-static -fno-pic" "-static-pie -fPIC"; do
    gcc -c -O1 ${kind#* } -mcmodel=$model main.c other.c
    gcc -B "$GOLD_GO_B" ${kind%% *} -o app main.o other.o
    run "5 0 6 6 2 1" ./app
  done
  gcc -c -O1 -fPIC -mcmodel=$model main.c other.c
  gcc -B "$GOLD_GO_B" -shared -o libother.so other.o
  gcc -B "$GOLD_GO_B" -o app main.o ./libother.so
  run "5 0 6 6 2 1" ./app
done
# Data of the medium model may be anywhere (.lbss): that of the small one stays within reach.
c big -mcmodel=medium -fPIE <<< '#include <stdio.h>
char big[0x90000000L], other[100];
int small = 4;
extern int ext;
int f(int);
int main() {
  big[0x8fffffffL] = 3;
  printf("%d %d %d %d\n", big[0x8fffffffL], small, ext, f(2));
}'
c near -fPIE <<< 'int ext = 9; char zero[100000]; int f(int x) { return x + zero[5] + 1; }'
gcc -B "$GOLD_GO_B" -pie -o app big.o near.o
run "3 4 9 3" ./app
