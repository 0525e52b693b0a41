# Helpers for tests of Go's objects: . "$SRC/tests/lib/go.sh", after common.sh. Skips the test unless there
# is a Go of the release whose objects are known.
# shellcheck shell=bash
need go
export GOTOOLCHAIN=local GOFLAGS='' CGO_ENABLED=0 GO111MODULE=on GOWORK=off
case $(go env GOVERSION) in
  go1.26 | go1.26.* | go1.26[a-z]*) ;;
  *) skip "$(go env GOVERSION) is installed, not a go1.26" ;;
esac
[ "$(go env GOOS)" = linux ] || skip "Go is for $(go env GOOS)"

# go_module: makes the current folder a module.
go_module() {
  printf 'module m\n\ngo 1.26\n' > go.mod
}

# importcfg PACKAGE... > FILE: compiles the packages and all that they import; lines "packagefile PATH=FILE".
importcfg() {
  go list -export -deps -f '{{if .Export}}packagefile {{if eq .Name "main"}}main{{else}}{{.ImportPath}}{{end}}={{.Export}}{{end}}' \
    "$@" || fail "Go could not compile $*"
}
