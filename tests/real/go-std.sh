# Go's whole standard library and the go command: all symbols and relocations are read as Go's own tools read
# them, and of the go command what Go's linker keeps lives.
. "$SRC/tests/lib/common.sh"
. "$SRC/tests/lib/go.sh"
inspect=$(dirname "$GOLD_GO")/gold-go-inspect
units=$(dirname "$GOLD_GO")/gold-go-unit-tests
[ -x "$inspect" ] || skip "gold-go-inspect was not built: LIEF is missing"
[ -x "$units" ] || skip "gold-go-unit-tests was not built"

go_module
importcfg std > std.cfg
mapfile -t all < <(sed 's/.*=//' std.cfg)
[ ${#all[@]} -gt 200 ]
python3 "$SRC/tests/lib/go_inspect.py" "$inspect" --code "${all[@]}"

importcfg cmd/go > go.cfg
main=$(sed -n 's/^packagefile main=//p' go.cfg)
go tool link -importcfg go.cfg -buildmode=exe -dumpdep -o go "$main" > go.dep 2>&1
GOLD_GO_IMPORTCFG=go.cfg GOLD_GO_LIVE=go.live "$units" --test-case="Go objects: a whole program" > units.log 2>&1 \
  || fail "$(cat units.log)"
python3 "$SRC/tests/lib/go_live.py" go.dep go.live
