#!/usr/bin/env bash
# Messages are coloured on a terminal that has colours, unless the environment or the command line says otherwise.
. "$SRC/tests/lib/common.sh"
need python3
asm broken <<< 'call nowhere'
# on_terminal [NAME=VALUE...] -- FLAG...: the output of a failing link whose standard error is a terminal.
cat > on_terminal.py <<'P'
import os, pty, sys
at = sys.argv.index('--')
env = dict(os.environ, TERM='xterm')
env.pop('NO_COLOR', None)
env.update(a.split('=', 1) for a in sys.argv[1:at])
pid, fd = pty.fork()
if pid == 0:
    os.execvpe(env['GOLD_GO'], [env['GOLD_GO'], 'ld', 'broken.o', '-o', 'app'] + sys.argv[at + 1:], env)
text = b''
try:
    while part := os.read(fd, 4096):
        text += part
except OSError:
    pass
os.waitpid(pid, 0)
sys.stdout.buffer.write(text)
P
colored() {
  python3 on_terminal.py "$@" > out
  has 'error: ?.*undefined symbol' out
  grep -q $'\e\\[' out || fail "no colour: $*"
}
plain() {
  python3 on_terminal.py "$@" > out
  has 'error: undefined symbol' out
  ! grep -q $'\e\\[' out || fail "colour: $*"
}
colored --
colored -- --color-diagnostics
colored -- --color-diagnostics=auto
colored NO_COLOR= --
plain NO_COLOR=1 --
plain TERM=dumb --
colored NO_COLOR=1 -- --color-diagnostics=always
plain -- --color-diagnostics=never
plain -- --no-color-diagnostics
# To a file or pipe there is none.
for flag in --color-diagnostics=auto ""; do
  # shellcheck disable=SC2086
  fails_with 'error: undefined symbol' "$GOLD_GO" ld broken.o -o app $flag
  ! grep -q $'\e\\[' .out || fail "colour without a terminal: $flag"
done
for flag in --color-diagnostics --color-diagnostics=always; do # the former is what clang says that has colours
  fails_with 'undefined symbol' "$GOLD_GO" ld broken.o -o app $flag
  grep -q $'\e\\[' .out || fail "no colour with $flag"
done
