#!/usr/bin/env bash
# A cgo program by Go's external link mode.
. "$SRC/tests/lib/common.sh"
need go
mkdir m && cd m
cat > main.go <<'S'
package main

/*
#include <stdlib.h>
static int twice(int x) { return 2 * x; }
*/
import "C"
import "fmt"

func main() {
	c := make(chan int)
	go func() { c <- int(C.twice(21)) }()
	fmt.Println(<-c)
}
S
go mod init m > /dev/null 2>&1
export GOCACHE=$WORK/gocache CGO_ENABLED=1
go build -ldflags="-linkmode=external '-extldflags=-B$GOLD_GO_B'" -o app .
run 42 ./app
