#!/usr/bin/env bash
# The output appears whole or not at all, whatever stands under its name.
. "$SRC/tests/lib/common.sh"
asm app <<'A'
  .globl _start
_start:
  mov $60, %eax
  mov $7, %edi
  syscall
A
asm waits <<'A'
  .globl _start
_start:
  mov $34, %eax
  syscall
A
asm broken <<< 'call nowhere'
link() { "$GOLD_GO" ld "$@"; }
ends_with() { # CODE COMMAND...
  local code=$1 status=0
  shift
  "$@" || status=$?
  [ "$status" = "$code" ] || fail "$* ended with $status, not $code"
}
nothing_left() { ! compgen -G '*.tmp*' || fail "that was left behind"; }
link -o app app.o
ends_with 7 ./app

# An output that is no regular file is written where it is.
link -o /dev/null app.o
[ -c /dev/null ] || fail "/dev/null is no device any more"
mkfifo pipe
cat pipe > got &
link -o pipe app.o
wait $!
same got app

# A program that runs goes on, from the file it was started from; other names of that file stay as they are.
link -o program waits.o
ln program other
cp program first
./program &
running=$!
link -o program app.o
kill -0 "$running" || fail "the running program ended"
cmp "/proc/$running/exe" first || fail "the running program's file was written over"
kill "$running"
wait "$running" 2> /dev/null || true
same other first
ends_with 7 ./program

# A link replaces a symbolic link, not what it points at.
cp app kept
ln -s kept alias
link -o alias waits.o
same kept app

# After a failure the previous output stands, and nothing else.
fails_with 'nowhere' "$GOLD_GO" ld -o app broken.o
ends_with 7 ./app
fails_with 'nowhere' "$GOLD_GO" ld -o fresh broken.o
[ ! -e fresh ] || fail "a failed link made a file"
nothing_left

# Files may be no larger, or the disk is full.
asm large <<'A'
  .globl _start
_start:
  nop
  .data
  .fill 200000, 1, 7
A
limited() (
  ulimit -f "$1"
  shift
  "$@"
)
fails_with 'cannot write output file app: File too large' limited 20 "$GOLD_GO" ld -o app large.o
ends_with 7 ./app
fails_with 'cannot write output file fresh: File too large' limited 20 "$GOLD_GO" ld -o fresh large.o
[ ! -e fresh ] || fail "a failed link made a file"
nothing_left
cat > full.sh <<'A'
mkdir -p small && mount -t tmpfs -o size=64k tmpfs small || exit 77
echo previous > small/app
"$GOLD_GO" ld -o small/app large.o > err 2>&1 && exit 2
[ "$(ls small)" = app ] && [ "$(cat small/app)" = previous ] && grep -q 'small/app: No space left on device' err
A
status=0
unshare -rm sh full.sh 2> /dev/null || status=$?
[ $status = 0 ] || [ ! -e err ] || fail "a full disk: $status: $(cat err)"

# A file of the temporary name that a killed process left is no obstacle, nor followed when it is a link.
mkdir here
(cd here && ln -s ../victim "app.tmp$BASHPID" && echo precious > ../victim && exec "$GOLD_GO" ld -o app ../app.o)
run precious cat victim
ends_with 7 here/app

fails_with 'cannot open output file no/such/dir/app: No such file' "$GOLD_GO" ld -o no/such/dir/app app.o
fails_with 'cannot open output file here: Is a directory' "$GOLD_GO" ld -o here app.o

# Where nothing new can be made, a file that may be written is written in place.
mkdir closed
cp waits.o closed/app
chmod 666 closed/app
chmod 555 closed
chmod 755 .
if [ "$(id -u)" = 0 ]; then
  command -v setpriv > /dev/null || exit 0
  cp "$GOLD_GO" linker
  unprivileged() { setpriv --reuid=65534 --regid=65534 --clear-groups "$WORK/linker" "$@"; }
else
  unprivileged() { "$GOLD_GO" "$@"; }
fi
unprivileged --version > /dev/null || exit 0
fails_with 'cannot open output file closed/fresh: Permission denied' unprivileged ld -o closed/fresh app.o
unprivileged ld -o closed/app app.o
same closed/app app
# - is standard output, as for gold, lld and mold.
c stdout <<< 'int _start(void) { return 0; }'
"$GOLD_GO" ld -o named stdout.o
"$GOLD_GO" ld -o - stdout.o > redirected
same named redirected
"$GOLD_GO" ld -o - stdout.o | cat > piped
same named piped
[ ! -e - ]
