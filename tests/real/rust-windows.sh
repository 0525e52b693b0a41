#!/usr/bin/env bash
# Rust for x86_64-pc-windows-gnu: a program (threads, panics, sockets) in debug and release, a C library as a DLL.
. "$SRC/tests/link/pe/lib.sh"
need rustc
[ -d "$(rustc --print sysroot)/lib/rustlib/x86_64-pc-windows-gnu" ] || skip "rustc has no standard library for x86_64-pc-windows-gnu"
cat > mingw-gcc <<'S'
#!/bin/sh
exec "$MINGW_CC" -wrapper "$SRC/tests/lib/mingw-wrapper" "$@"
S
chmod +x mingw-gcc
cat > main.rs <<'S'
use std::io::{Read, Write};
use std::{collections::HashMap, panic, thread};
fn main() {
    let h: Vec<_> = (0..4).map(|i| thread::spawn(move || i * i)).collect();
    let sum: i32 = h.into_iter().map(|t| t.join().unwrap()).sum();
    let mut m = HashMap::new();
    m.insert("sum", sum);
    panic::set_hook(Box::new(|_| {}));
    let caught = panic::catch_unwind(|| panic!("x")).is_err();
    let l = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let a = l.local_addr().unwrap();
    let t = thread::spawn(move || l.accept().unwrap().0.write_all(b"hello").unwrap());
    let mut s = String::new();
    std::net::TcpStream::connect(a).unwrap().read_to_string(&mut s).unwrap();
    t.join().unwrap();
    println!("{} {} {}", m["sum"], caught, s);
}
S
echo '#[no_mangle] pub extern "C" fn twice(x: i32) -> i32 { std::thread::spawn(move || 2 * x).join().unwrap() }' > part.rs
wine_prefix
newer_wine_dll
build() { rustc --target x86_64-pc-windows-gnu -Clinker-flavor=gcc -Clinker="$WORK/mingw-gcc" "$@"; }
for flag in -g -O "-O -Clink-arg=-Wl,--icf=safe"; do
  # shellcheck disable=SC2086
  build $flag main.rs -o main.exe
  wine_run "14 true hello" main.exe
done
build -O --crate-type cdylib part.rs -o part.dll
checked part.dll
printf '#include <stdio.h>\nint twice(int);\nint main(void) { printf("%%d\\n", twice(21)); return 0; }\n' > use.c
mingw gcc use.c libpart.dll.a -o use.exe
wine_run 42 use.exe
