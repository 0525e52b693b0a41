#!/usr/bin/env bash
# quota.sh PROGRAM: `PROGRAM procs` ends with the number of processors as its exit code. In control groups with
# quotas it is theirs, rounded up, the smallest on the way up.
set -euo pipefail
program=$1
unset GOMAXPROCS
skip() {
  echo "SKIP: $*"
  exit 77
}
[ "$(nproc)" -ge 2 ] || skip "a single processor has nothing to divide"
[ "$(id -u)" = 0 ] || skip "only root makes control groups"

made=()
cleanup() {
  local i
  for ((i = ${#made[@]} - 1; i >= 0; i--)); do
    if mountpoint -q "${made[i]}"; then umount "${made[i]}"; fi
    rmdir "${made[i]}" 2> /dev/null || true
  done
}
trap cleanup EXIT

# expect N GROUP...: run in these groups (folders with cgroup.procs), it has N processors.
expect() {
  local want=$1 got=0
  shift
  (
    for g in "$@"; do echo "$BASHPID" > "$g/cgroup.procs"; done
    exec "$program" procs
  ) || got=$?
  [ "$got" = "$want" ] || {
    echo "in $*: $got processors, not $want" >&2
    exit 1
  }
}

tried=
all=$(nproc)
# Version 1: a folder with a quota, and one below it.
v1=$(awk '$3 == "cgroup" && $4 ~ /(^|,)cpu(,|$)/ {print $2; exit}' /proc/mounts)
if [ -n "$v1" ] && mkdir "$v1/go-rt-$$" 2> /dev/null; then
  g=$v1/go-rt-$$
  made+=("$g")
  if mkdir "$g/below" && made+=("$g/below") && echo 100000 > "$g/cpu.cfs_period_us" && echo 90000 > "$g/cpu.cfs_quota_us"; then
    expect 1 "$g"
    expect 1 "$g/below"
    echo 110000 > "$g/cpu.cfs_quota_us"
    expect 2 "$g/below"
    echo -1 > "$g/cpu.cfs_quota_us"
    expect "$all" "$g/below"
    tried=v1
  fi
fi
# Version 2: where the controller is at work elsewhere, files of our own lie over a group's.
v2=$(awk '$3 == "cgroup2" {print $2; exit}' /proc/mounts)
if [ -n "$v2" ] && mkdir "$v2/go-rt-$$" 2> /dev/null; then
  g=$v2/go-rt-$$
  made+=("$g")
  sleep 100 &
  sleeper=$!
  if echo "$sleeper" > "$g/cgroup.procs" 2> /dev/null; then
    # The group of this name, in a mount namespace in which it has a cpu.max.
    run() { # N TEXT
      local got=0
      (
        echo "$BASHPID" > "$g/cgroup.procs"
        # shellcheck disable=SC2016
        exec unshare -m sh -c 'mount -t tmpfs none "$1" && echo "$2" > "$1/cpu.max" && exec "$3" procs' sh "$g" "$2" "$program"
      ) || got=$?
      [ "$got" = "$1" ] || {
        echo "with cpu.max $2: $got processors, not $1" >&2
        exit 1
      }
    }
    run 1 "50000 100000"
    run 1 "100000 100000"
    run 2 "100001 100000"
    run "$all" "max 100000"
    tried=$tried-v2
  fi
  kill "$sleeper"
  wait "$sleeper" 2> /dev/null || true
fi
[ -n "$tried" ] || skip "no control groups can be made here"
echo "tried: $tried"
