#!/usr/bin/env bash
# twin.sh SEMANTICS SOURCES: what Go sees under the names of the table is what the table expects.
# Exit code 77: no Go here.
set -euo pipefail
semantics=$1 sources=$2
command -v go > /dev/null || { echo "skipped: no go command"; exit 77; }
version=$(go env GOVERSION)
case $version in
  go1.[0-9] | go1.[0-9].* | go1.1[0-9]* | go1.2[0-2]*)
    echo "skipped: $version; the table has the semantics of Go 1.23"
    exit 77
    ;;
esac
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# Without cgo: a cgo program has no deadlock report.
export CGO_ENABLED=0 GOCACHE=${GOCACHE:-$work/cache} GOFLAGS=-mod=mod GOTOOLCHAIN=local
(cd "$sources" && go build -o "$work/twin" .)
"$semantics" list > "$work/table"
# Go sleeps in real time: on a busy machine a case may see something else once.
for attempt in 1 2 3; do
  timeout 90 "$work/twin" > "$work/twin.out" || echo "the Go program failed"
  if awk -F'\t' '
      NR == FNR { want[$1] = $2; next }
      !($1 in want) { print "not in the table: " $1; bad = 1; next }
      { n++ }
      # Of a death the code, and that a deadlock is called one.
      want[$1] ~ /^[0-9]+: / {
        split(want[$1], w, ": "); split($2, g, ": ")
        if (w[1] != g[1] || (want[$1] ~ /asleep/) != ($2 ~ /asleep/)) {
          print $1 ": Go says " $2 ", the table " want[$1]; bad = 1
        }
        next
      }
      want[$1] != $2 { print $1 ": Go says \"" $2 "\", the table \"" want[$1] "\""; bad = 1 }
      END { print n " cases agree or are named above"; exit bad }' "$work/table" "$work/twin.out"; then
    exit 0
  fi
  echo "attempt $attempt of 3"
done
exit 1
