#!/usr/bin/env bash
# run.sh ARCHIVE INCLUDE COUNT SEED...: random programs as Go and as C++ must print the same.
# The C++ one runs on the virtual clock with five seeds and in real time on 1, 2 and 7 processors.
# CXX, CXXFLAGS are honoured. With a sanitizer, 20 ms between two timers are no promise of their order:
# there the runs in real time must end well and print as many lines. Exit code 77: no Go here.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
archive=$1 include=$2 count=$3
shift 3
command -v go > /dev/null || { echo "skipped: no go command"; exit 77; }
case $(go env GOVERSION) in
  go1.[0-9] | go1.[0-9].* | go1.1[0-9]* | go1.2[01]*) echo "skipped: $(go env GOVERSION) is older than 1.22"; exit 77 ;;
esac
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export GOCACHE=${GOCACHE:-$work/cache} GOFLAGS=-mod=mod GOTOOLCHAIN=local CGO_ENABLED=0
# agree WANT SEEN...: each line of WANT is that of one of the others. On a busy machine a program in real time may be
# late in one run with this, in another with that.
agree() {
  python3 -c '
import sys
want, *seen = [open(f).read().splitlines() for f in sys.argv[1:]]
sys.exit(not all(any(len(s) > i and s[i] == line for s in seen) for i, line in enumerate(want)))' "$@"
}

same() { # ARGS WANT SEEN...
  case "${CXXFLAGS:-} $1" in
    *-fsanitize=*real*) [ "$(wc -l < "$2")" = "$(wc -l < "$3")" ] ;;
    *) shift && agree "$@" ;;
  esac
}

status=0
for seed; do
  d=$work/$seed
  mkdir "$d"
  python3 "$here/generate.py" "$seed" "$count" "$d"
  printf 'module random\n\ngo 1.22\n' > "$d/go.mod"
  (cd "$d" && go build -o go-program .)
  # shellcheck disable=SC2086
  ${CXX:-c++} -std=c++20 -O1 ${CXXFLAGS:-} -I"$include" "$d/main.cc" "$archive" -o "$d/cc-program" -pthread
  ok=no
  timeout 120 "$d/cc-program" 1 > "$d/virtual" || true
  for attempt in 1 2 3 4 5; do # Go sleeps in real time
    timeout 120 "$d/go-program" > "$d/go.$attempt" || true
    [ -s "$d/virtual" ] && agree "$d/virtual" "$d"/go.? && { ok=yes; break; }
  done
  if [ $ok = no ]; then
    echo "seed $seed: Go and C++ differ"
    diff "$d/go.1" "$d/virtual" | head -20 || true
    status=1
    continue
  fi
  for args in "2" "3" "4" "5" "real 1" "real 2" "real 7"; do
    good=no
    rm -f "$d"/cc.?
    for attempt in 1 2 3 4 5; do
      # shellcheck disable=SC2086
      timeout 120 "$d/cc-program" $args > "$d/cc.$attempt" || {
        echo "seed $seed, C++ run ($args): the program ended with $?"
        break
      }
      same "$args" "$d/virtual" "$d"/cc.? && { good=yes; break; }
      case $args in real*) ;; *) break ;; esac # the virtual clock needs no second chance
    done
    if [ $good = no ]; then
      echo "seed $seed, C++ run ($args): the result differs"
      diff "$d/virtual" "$d/cc.1" | head -20 || true
      status=1
    fi
  done
  echo "seed $seed: $(wc -l < "$d/virtual") programs agree"
done
exit $status
