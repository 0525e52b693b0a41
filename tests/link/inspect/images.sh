# `gold-go inspect` tells what is in an image, as text and as JSON, and says so when it can't.
. "$SRC/tests/lib/common.sh"
inspect=$(dirname "$GOLD_GO")/gold-go-inspect
[ -x "$inspect" ] || skip "gold-go-inspect was not built: LIEF is missing"

c lib -fPIC <<< 'int answer(void) { return 42; }'
gcc -shared -Wl,-soname,libanswer.so.1 -o libanswer.so lib.o
"$inspect" libanswer.so > lib.txt
has 'type +shared object' lib.txt
has 'name +libanswer.so.1' lib.txt
has '0x[0-9a-f]+ answer$' lib.txt

c main -fPIE <<< 'int answer(void); int main(void) { return answer() - 42; }'
gcc -pie -o main main.o libanswer.so -Wl,--build-id=0x12345678
"$inspect" main > main.txt
has 'machine +(x86-64|aarch64)' main.txt
has 'type +position-independent executable' main.txt
has 'interpreter +/lib' main.txt
has 'build id +12345678' main.txt
has 'needs +libanswer.so.1' main.txt
has 'r-x 0x.* \.text$' main.txt
has '^    answer$' main.txt

"$inspect" --json main libanswer.so | python3 -c '
import json, sys
main, lib = json.load(sys.stdin)
assert main["build_id"] == "12345678", main
assert "libanswer.so.1" in main["libraries"], main
assert any(s["name"] == "answer" for s in main["imports"]), main
assert any(s["name"] == "answer" and s["address"] for s in lib["exports"]), lib
assert any(s["name"] == ".text" and s["permissions"] == "r-x" for s in lib["sections"]), lib
'

ar rc lib.a lib.o
fails_with 'main.o: an ELF object: .*not inspected yet' "$inspect" main.o
fails_with 'lib.a: an archive: .*not inspected yet' "$inspect" lib.a
fails_with 'nowhere: cannot open' "$inspect" nowhere
head -c 100 main > short
head -c 5000 main > shorter
fails_with "short: the file is cut short" "$inspect" short
fails_with "shorter: the file is cut short" "$inspect" shorter
