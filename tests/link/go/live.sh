# Go's objects in the shared model: of a program with a web server the shared resolve and mark passes find
# alive what Go's own linker does.
. "$SRC/tests/lib/common.sh"
. "$SRC/tests/lib/go.sh"
units=$(dirname "$GOLD_GO")/gold-go-unit-tests
[ -x "$units" ] || skip "gold-go-unit-tests was not built"

go_module
cat > main.go << 'EOF'
package main

import (
	"fmt"
	"net/http"
	"os"
	"reflect"
	"text/template"
)

type shape interface{ Area() float64 }
type square struct{ side float64 }

func (s square) Area() float64  { return s.side * s.side }
func (s square) Unused() string { return "not called" }
func (s square) Named() string  { return "called by name" }

func largest[T shape](list []T) (best T) {
	for _, s := range list {
		if s.Area() > best.Area() {
			best = s
		}
	}
	return
}

func main() {
	fmt.Println(largest([]square{{1}, {2}}))
	fmt.Println(reflect.ValueOf(square{}).MethodByName("Named"))
	template.Must(template.New("t").Parse("{{.}}")).Execute(os.Stdout, 1)
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, r.URL) })
	fmt.Println(http.ListenAndServe(":0", nil))
}
EOF
# Without the templates methods are not looked up by names that are known only at run time.
sed '/reflect/d; /template/d; /"os"/d' main.go > plain.go

for program in main plain; do
  importcfg $program.go > $program.cfg
  main=$(sed -n 's/^packagefile main=//p' $program.cfg)
  go tool link -importcfg $program.cfg -buildmode=exe -dumpdep -o $program "$main" > $program.dep 2>&1

  GOLD_GO_IMPORTCFG=$program.cfg GOLD_GO_LIVE=$program.live "$units" \
    --test-case="Go objects: a whole program" > units.log 2>&1 || fail "$(cat units.log)"

  python3 "$SRC/tests/lib/go_live.py" $program.dep $program.live
done
has '^main\.square\.Named$' main.live
lacks '^main\.square\.Unused$' plain.live
