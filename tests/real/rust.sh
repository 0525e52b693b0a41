#!/usr/bin/env bash
# A Rust program, debug and release, by cargo.
. "$SRC/tests/lib/common.sh"
need cargo
export CARGO_HOME=${CARGO_HOME:-$HOME/.cargo} CARGO_TARGET_DIR=$WORK/target
cargo init --quiet --name app app
cat > app/src/main.rs <<'S'
use std::{collections::HashMap, panic, thread};
fn main() {
    let h: Vec<_> = (0..4).map(|i| thread::spawn(move || i * i)).collect();
    let sum: i32 = h.into_iter().map(|t| t.join().unwrap()).sum();
    let mut m = HashMap::new();
    m.insert("sum", sum);
    panic::set_hook(Box::new(|_| {}));
    let caught = panic::catch_unwind(|| panic!("x")).is_err();
    println!("{} {}", m["sum"], caught);
}
S
for profile in dev release; do
  RUSTFLAGS="-Clinker=$SRC/tests/real/gcc-gold-go" GOLD_GO_B=$GOLD_GO_B cargo build --quiet --manifest-path app/Cargo.toml --profile $profile
  dir=$profile; [ $profile = dev ] && dir=debug
  run "14 true" "$WORK/target/$dir/app"
done
