#!/usr/bin/env bash
# --reproduce packs what the link read; --dependency-file lists it.
. "$SRC/tests/lib/common.sh"
c main <<< 'int main(void) { return 7; }'
"$GOLD_GO" link main.o -o app --reproduce=r.tar --dependency-file=app.d
has '^app:' app.d
has 'main\.o' app.d
mkdir unpacked && tar -C unpacked -xf r.tar
(cd unpacked && "$GOLD_GO" ld @response.txt -o again)
same app unpacked/again
