// http: net/http's server, for a client in another process.
//
//	http -p PROCS     prints its address, then answers until it is killed
package main

import (
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"runtime"
)

func main() {
	p := flag.Int("p", 2, "GOMAXPROCS")
	flag.Parse()
	runtime.GOMAXPROCS(*p)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(l.Addr())
	log.Fatal(http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, "Hello, world!")
	})))
}
