#!/usr/bin/env bash
# --retain-symbols-file: .symtab keeps what the file lists (and what is undefined); .dynsym stays.
. "$SRC/tests/lib/common.sh"
c lib -fPIC <<< 'int kept(void) { return 1; } int dropped(void) { return 2; } static int local(void) { return 3; } int (*p)(void) = local; int *undefined(void); void *user(void) { return undefined(); }'
printf 'kept\nabsent\n' > list
for ld in ld "$GOLD_GO ld"; do
  $ld -shared -o lib.so lib.o --retain-symbols-file=list
  nm lib.so > names
  has ' T kept$' names
  lacks 'dropped|local|user' names
  nm -D lib.so > names
  has ' T dropped$' names
done
nm lib.so > names
has ' U undefined$' names
