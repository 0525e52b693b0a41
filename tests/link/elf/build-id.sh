#!/usr/bin/env bash
# --build-id: an identity of the contents, of the wanted size, or the given bytes.
. "$SRC/tests/lib/common.sh"
c main <<< 'int main(void) { return 0; }'
c other <<< 'int main(void) { return 1; }'
id() { readelf -n "$1" | sed -n 's/.*Build ID: //p'; }
link() { gcc -B"$GOLD_GO_B" "$1.o" -o "$2" -Wl,--build-id"${3:+=$3}"; }
link main a; link main b; link other c
[ -n "$(id a)" ] && [ "$(id a)" = "$(id b)" ] || fail "the same program has two identities"
[ "$(id a)" != "$(id c)" ] || fail "two programs have one identity"
for kind in md5:32 sha1:40 sha256:64 uuid:32; do
  link main a "${kind%:*}"
  [ "$(id a | tr -d '\n' | wc -c)" = "${kind#*:}" ] || fail "$kind: $(id a)"
done
link main a 0x123456789a
run 123456789a id a
link main a none
run "" id a
