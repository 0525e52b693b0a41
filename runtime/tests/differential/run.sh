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
same() { # FOLDER ARGS: do the results agree?
  case "${CXXFLAGS:-} $2" in
    *-fsanitize=*real*) [ "$(wc -l < "$1/go.out")" = "$(wc -l < "$1/cc.out")" ] ;;
    *) cmp -s "$1/go.out" "$1/cc.out" ;;
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
  for _ in 1 2 3; do # Go sleeps in real time: on a busy machine a timer may be late once
    timeout 120 "$d/go-program" > "$d/go.out" || true
    timeout 120 "$d/cc-program" 1 > "$d/cc.out" || true
    cmp -s "$d/go.out" "$d/cc.out" && { ok=yes; break; }
  done
  if [ $ok = no ]; then
    echo "seed $seed: Go and C++ differ"
    diff "$d/go.out" "$d/cc.out" | head -20 || true
    status=1
    continue
  fi
  for args in "2" "3" "4" "5" "real 1" "real 2" "real 7"; do
    good=no
    for _ in 1 2 3; do
      # shellcheck disable=SC2086
      if timeout 120 "$d/cc-program" $args > "$d/cc.out" && same "$d" "$args"; then
        good=yes
        break
      fi
      case $args in real*) ;; *) break ;; esac # the virtual clock needs no second chance
    done
    if [ $good = no ]; then
      echo "seed $seed, C++ run ($args): the result differs"
      diff "$d/go.out" "$d/cc.out" | head -20 || true
      status=1
    fi
  done
  echo "seed $seed: $(wc -l < "$d/go.out") programs agree"
done
exit $status
