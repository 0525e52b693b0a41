# TLS variables of shared objects: defined there, used there and by the executable, in each model.
. "$SRC/tests/lib/common.sh"
need gcc readelf

cat > lib.c <<'C'
__thread int shared_var = 5;
static __thread int a = 1, b = 2;
__attribute__((visibility("hidden"))) __thread int hidden_var = 3;
int *get_a(void) { return &a; }
int lib_sum(void) { return a + b + hidden_var + shared_var; }
C
cat > main.c <<'C'
#include <stdio.h>
extern __thread int shared_var;
int lib_sum(void), *get_a(void);
int main() {
  printf("%d", lib_sum());
  shared_var = 100;
  *get_a() = 1000;
  printf(" %d %d\n", shared_var, lib_sum());
}
C
try() {
  local libflags=$1 mainflags=$2
  # shellcheck disable=SC2086
  gcc -c -O2 -fPIC $libflags -o lib.o lib.c
  # shellcheck disable=SC2086
  gcc -c -O2 $mainflags -o main.o main.c
  gcc -B "$GOLD_GO_B" -shared -o libtls.so lib.o
  gcc -B "$GOLD_GO_B" -o app main.o ./libtls.so
  run "11 100 1105" ./app
  gcc -B "$GOLD_GO_B" -no-pie -o app main.o ./libtls.so
  run "11 100 1105" ./app
}
for model in global-dynamic local-dynamic initial-exec; do
  try "-ftls-model=$model" ""
  try "-ftls-model=$model -fno-plt" "-fPIC -fno-plt"
done
readelf -dW libtls.so > dynamic
has STATIC_TLS dynamic
if [ "$(uname -m)" = x86_64 ]; then
  try "-mtls-dialect=gnu2" "-fPIC -mtls-dialect=gnu2"
  readelf -rW libtls.so > relocs
  has R_X86_64_TLSDESC relocs
fi

# A model that can't reach a variable of another image is an error.
gcc -c -O2 -fPIC -ftls-model=local-exec -o main.o main.c
fails_with 'shared_var.* needs the variable in this image' gcc -B "$GOLD_GO_B" -o app main.o ./libtls.so
gcc -c -O2 -fPIC -ftls-model=local-exec -o lib.o lib.c
fails_with 'recompile with -fPIC' gcc -B "$GOLD_GO_B" -shared -o bad.so lib.o
