# Code that is not position-independent uses data and function addresses of a shared object: the
# executable gets a copy of the data and the function's address is a PLT entry, for both images.
. "$SRC/tests/lib/common.sh"
need gcc readelf
[ "$(uname -m)" = x86_64 ] || skip "x86-64 only"

c lib -fPIC <<'C'
int data = 42;
extern int alias_of_data __attribute__((alias("data")));
int f(void) { return 7; }
int *address_of_data(void) { return &data; }
int *address_of_alias(void) { return &alias_of_data; }
void *address_of_f(void) { return f; }
C
gcc -B "$GOLD_GO_B" -shared -o libdata.so lib.o
c main -fno-pic <<'C'
#include <stdio.h>
extern int data;
int f(void);
int *address_of_data(void), *address_of_alias(void);
void *address_of_f(void);
void *volatile here;
void *const table[] = {&data, f};
int main() {
  here = f;
  data++;
  printf("%d %d %d %d %d %d %d\n", data, address_of_data() == &data, address_of_alias() == &data,
         address_of_f() == here, f(), table[0] == &data, table[1] == here);
}
C
gcc -B "$GOLD_GO_B" -no-pie -o app main.o ./libdata.so
run "43 1 1 1 7 1 1" ./app
readelf -rW app > relocs
has 'R_X86_64_COPY.* data' relocs

# A position-independent executable needs them too, if the compiler relies on copies.
gcc -c -O1 -fPIE -o pie.o main.c
gcc -B "$GOLD_GO_B" -pie -o app pie.o ./libdata.so
run "43 1 1 1 7 1 1" ./app

fails_with "copy relocation.*nocopyreloc" gcc -B "$GOLD_GO_B" -no-pie -Wl,-z,nocopyreloc -o bad main.o ./libdata.so
