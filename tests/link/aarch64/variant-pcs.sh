# Functions with another calling convention (SVE, vector) must not be bound lazily: the symbol and the image say so.
. "$SRC/tests/lib/common.sh"
need aarch64-linux-gnu-gcc aarch64-linux-gnu-ld
export CC=aarch64-linux-gnu-gcc
asm lib <<'S'
  .globl vector, plain
  .variant_pcs vector
  .type vector, %function
  .type plain, %function
vector:
plain:
  ret
S
asm main <<'S'
  .globl _start
  .variant_pcs vector
_start:
  bl vector
  bl plain
S
asm plain <<'S'
  .globl _start
_start:
  bl plain
S
for ld in aarch64-linux-gnu-ld "$GOLD_GO ld"; do
  $ld -shared -o liblib.so lib.o
  readelf -W --dyn-syms liblib.so > symbols
  has 'VARIANT_PCS.* vector$' symbols
  lacks 'VARIANT_PCS.* plain$' symbols
  $ld -shared -o app main.o liblib.so
  readelf -dW app > dynamic
  has 'AARCH64_VARIANT_PCS' dynamic
  readelf -W --dyn-syms app > symbols
  has 'VARIANT_PCS.* UND vector$' symbols
  $ld -shared -o app plain.o liblib.so
  readelf -dW app > dynamic
  lacks 'AARCH64_VARIANT_PCS' dynamic
done
