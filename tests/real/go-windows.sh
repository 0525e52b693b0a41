#!/usr/bin/env bash
# A cgo program for Windows by Go's external link mode: goroutines, sockets, callbacks, a recovered fault; a DLL.
. "$SRC/tests/link/pe/lib.sh"
need go
mkdir m && cd m
printf 'module m\n\ngo 1.19\n' > go.mod
cat > main.go <<'S'
package main

/*
#include <windows.h>
static int twice(int x) { return 2 * x; }
extern int back(int);
static int around(int x) { return back(x) + 1; }
*/
import "C"

import (
	"fmt"
	"io"
	"net"
	"runtime"
)

//export back
func back(x C.int) C.int { return x * 3 }

func main() {
	c := make(chan int)
	go func() { c <- int(C.twice(21)) }()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	go func() { k, _ := l.Accept(); k.Write([]byte("hello")); k.Close() }()
	k, _ := net.Dial("tcp", l.Addr().String())
	b, _ := io.ReadAll(k)
	runtime.GC()
	defer func() { fmt.Println(<-c, string(b), C.around(4), recover() != nil) }()
	var p *int
	*p = 1
}
S
cat > ../cc <<'S'
#!/bin/sh
exec "$MINGW_CC" -wrapper "$SRC/tests/lib/mingw-wrapper" "$@"
S
chmod +x ../cc
export GOCACHE=$WORK/gocache GOTOOLCHAIN=local GOFLAGS= GOOS=windows GOARCH=amd64 CGO_ENABLED=1 CC=$WORK/cc
wine_prefix
newer_wine_dll
try() { # PROGRAM: as wine_run, but for the checksum: go writes its build ID into the image
  got=$(timeout 120 "$WINE" "$1" 2>&1 | tr -d '\r')
  [ "$got" = "42 hello 13 true" ] || fail "$1 printed '$got'"
  python3 -B "$SRC/tests/lib/check-pe.py" "$1" | grep -v 'checksum is' && fail "not what Windows' loader takes"
  return 0
}
go build -o app.exe .
try app.exe
go build -ldflags="-s -w" -o small.exe .
try small.exe
go build -buildmode=c-shared -o part.dll .
has 'back' <($MINGW-objdump -p part.dll)
cat > ../use.c <<'S'
#include <stdio.h>
#include "m/part.h"
int main(void) { printf("%d\n", back(14)); return 0; }
S
cd ..
mingw gcc use.c m/part.dll -o use.exe
cp m/part.dll .
wine_run 42 use.exe
