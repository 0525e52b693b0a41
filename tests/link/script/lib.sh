# Comparing an image with the one that GNU ld makes by the same script.
# shellcheck shell=bash
. "$SRC/tests/lib/common.sh"

LD=${LD:-ld.bfd}
need "$LD" readelf nm

# What a script decides: sections in memory, load segments, and where global symbols are.
layout_of() {
  readelf -SW "$1" | sed -nE 's/^ *\[ *[0-9]+\] (\.?[^ ]+) +([A-Z0-9_]+) +([0-9a-f]+) [0-9a-f]+ ([0-9a-f]+) [0-9a-f]+ +([A-Zxo]*A[A-Zxo]*) .*/section \1 \2 \3 \4 \5/p'
  readelf -lW "$1" | sed -nE 's/^ +LOAD +0x[0-9a-f]+ (0x[0-9a-f]+) (0x[0-9a-f]+) (0x[0-9a-f]+) (0x[0-9a-f]+) (R?[ W]?[ E]?) .*/load \1 \2 \3 \4 \5/p'
  symbols_of "$1"
}

# name, value, and the section that it counts to
symbols_of() {
  nm -g --format=sysv "$1" | awk -F'|' 'NF > 5 && $1 !~ /^Name/ { gsub(/ /, ""); print "symbol", $1, $2, $7 }' |
    grep -vE ' __(start|stop)_[a-z]' | sort
}

# like_ld SCRIPT ARGUMENT...: both linkers make the same of it. The images are ld.out and gold.out.
like_ld() {
  local script=$1
  shift
  "$LD" -T "$script" -o ld.out "$@" 2> ld.err || fail "ld: $(cat ld.err)"
  "$GOLD_GO" ld -T "$script" -o gold.out "$@" || fail "gold-go -T $script $*"
  layout_of ld.out > ld.layout
  layout_of gold.out > gold.layout
  diff ld.layout gold.layout || fail "$script: the layout differs from that of $LD"
}

# The bytes of a section of both images are the same.
same_bytes() {
  local section
  for section; do
    objcopy -O binary -j "$section" --set-section-flags "$section=alloc,load,contents" ld.out ld.bytes
    objcopy -O binary -j "$section" --set-section-flags "$section=alloc,load,contents" gold.out gold.bytes
    cmp ld.bytes gold.bytes || fail "$section has other bytes: $(xxd gold.bytes | head -n 5)"
  done
}
