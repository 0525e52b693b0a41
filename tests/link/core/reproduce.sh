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

# Another folder, libraries found by -l, by a script that names an absolute path, and by -T; files of one name; an
# output in a folder; paths that need ustar's prefix (more than 100 bytes) and a pax header (more than 255).
mid=$(printf 'm%.0s' {1..90}) long=$(printf 'l%.0s' {1..200})
mkdir -p work/sub out "$mid/$mid" "$mid/$long"
c work/a <<< 'int one(void), two(void), three(void), four(void), five(void); int main(void) { return one() + two() + three() + four() + five(); }'
c work/sub/a <<< 'int one(void) { return 1; }'
c two <<< 'int two(void) { return 2; }'
c "$mid/$mid/three" <<< 'int three(void) { return 4; }'
c "$mid/$long/four" <<< 'int four(void) { return 8; }'
c five <<< 'int five(void) { return 16; }'
ar rc libtwo.a two.o
ar rcT libfive.a five.o
mkdir lib && mv libtwo.a lib/libreal.a
echo "INPUT($PWD/lib/libreal.a)" > lib/libtwo.so
(cd work && gcc -B"$GOLD_GO_B" a.o sub/../sub/a.o -L../lib -ltwo "../$mid/$mid/three.o" "../$mid/$long/four.o" ../libfive.a \
  -o ../out/app -Wl,--reproduce=../r.tar -Wl,-Map=../out/app.map)
status=0
out/app || status=$?
[ $status = 31 ]
rm -rf unpacked && mkdir unpacked && tar -C unpacked -xf r.tar
tar -tf r.tar > names
has "/$mid/$mid/three.o\$" names
has "/$mid/$long/four.o\$" names
lacks 'reproduce' unpacked/response.txt
mv out/app wanted
mv lib moved # what the script names is in the archive
(cd unpacked && "$GOLD_GO" ld @response.txt)
same wanted unpacked/app
[ -s unpacked/app.map ]
# A linker script and a version script, in both forms of the options.
c s -fPIC <<< 'int f(void) { return 1; } int g(void) { return 2; }'
echo 'SECTIONS { .text : { *(.text*) } . = ALIGN(0x1000); .data : { *(.data*) } }' > layout.ld
echo 'V1 { global: f; local: *; };' > versions
for layout in "-T layout.ld" -Tlayout.ld --script=layout.ld; do
  # shellcheck disable=SC2086
  "$GOLD_GO" ld -shared -o s.so s.o $layout --version-script=versions --reproduce r.tar
  rm -rf unpacked && mkdir unpacked && tar -C unpacked -xf r.tar
  (cd unpacked && "$GOLD_GO" ld @response.txt)
  same s.so unpacked/s.so
done
