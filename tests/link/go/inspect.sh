# `gold-go inspect` of Go's objects says what Go's own tools say: `go tool nm` of the symbols of all packages
# behind a web server, `go tool objdump` of the relocations of some.
. "$SRC/tests/lib/common.sh"
. "$SRC/tests/lib/go.sh"
inspect=$(dirname "$GOLD_GO")/gold-go-inspect
[ -x "$inspect" ] || skip "gold-go-inspect was not built: LIEF is missing"

go_module
importcfg net/http > http.cfg
mapfile -t all < <(sed 's/.*=//' http.cfg)
python3 "$SRC/tests/lib/go_inspect.py" "$inspect" "${all[@]}"
mapfile -t some < <(sed -nE 's/^packagefile (fmt|sort|reflect|net\/url|internal\/bytealg|internal\/abi|strconv)=//p' http.cfg)
[ ${#some[@]} = 7 ]
python3 "$SRC/tests/lib/go_inspect.py" "$inspect" --code "${some[@]}"

# What a person reads: where an object comes from, its imports, each symbol.
mkdir p
cat > p/p.go << 'EOF'
package p

import "errors"

var Err = errors.New("an error")

func F(n int) error {
	if n > 0 {
		return Err
	}
	return nil
}
func Asm() int
EOF
cat > p/asm_amd64.s << 'EOF'
TEXT ·Asm(SB), 4, $0-8
	MOVQ $42, ret+0(FP)
	RET
EOF
cat > p/stub.go << 'EOF'
//go:build !amd64

package p
EOF
importcfg ./p > p.cfg
p=$(sed -n 's/^packagefile m\/p=//p' p.cfg)
"$inspect" "$p" > p.txt
has 'format +Go archive' p.txt
has 'member +_go_\.o, [0-9]+ bytes' p.txt
has "target +linux/$(go env GOARCH)" p.txt
has "toolchain +$(go env GOVERSION)" p.txt
has 'package +m/p$' p.txt
has 'made by +compiler' p.txt
has 'imports +errors  [0-9a-f]{16}$' p.txt
has 'package +ABIInternal STEXT .* m/p\.F' p.txt
has 'R_PCREL m/p\.Err #[0-9]+' p.txt
has '  funcinfo ' p.txt
has 'symbols +[0-9]+ hashed$' p.txt
if [ "$(go env GOARCH)" = amd64 ]; then
  has 'made by +assembler' p.txt
  has 'named +ABI0 +STEXT .* m/p\.Asm' p.txt
fi
# The same for an object alone.
go tool pack x "$p" _go_.o
"$inspect" _go_.o > object.txt
has 'format +Go object' object.txt
has 'package +m/p$' object.txt

# Broken files and other releases are errors that say what is wrong and where.
head -c 2000 _go_.o > short.o
fails_with 'short.o: .*reach beyond its end' "$inspect" short.o
sed '1s/ go1\.26[^ ]*/ go1.25.3/' _go_.o > old.o
fails_with 'old.o: an object of go1\.25\.3, expected one of go1\.26' "$inspect" old.o
sed 's/go120ld/go116ld/' _go_.o > older.o
fails_with 'older.o: the object has the format go116ld, expected go120ld' "$inspect" --json older.o

# They are not linked yet, which the linker says in so many words.
cp "$p" p.a
fails_with 'p\.a: Go archive of go1\.26.* for linux/.*: linking Go.s own objects is not supported yet' "$GOLD_GO" link p.a
fails_with 'old\.o: Go object of go1\.25\.3 .*objects can be read is go1\.26' "$GOLD_GO" ld old.o
