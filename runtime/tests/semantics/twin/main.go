// Twin of the table of semantics: prints, under the names of the C++ cases, what Go sees.
package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"
)

type testCase struct {
	name string
	run  func() string
}

var cases []testCase
var deaths []testCase

func add(name string, run func() string) { cases = append(cases, testCase{name, run}) }
func death(name string, run func()) {
	deaths = append(deaths, testCase{name, func() string { run(); return "" }})
}
func saw(v ...any) string { return strings.TrimSuffix(fmt.Sprintln(v...), "\n") }
func settle()             { time.Sleep(20 * time.Millisecond) }
func show(v int, ok bool) string {
	if ok {
		return fmt.Sprint(v)
	}
	return "closed"
}

// What f panics with, in the words of the C++ table.
func thrown(f func()) (s string) {
	defer func() {
		if e := recover(); e != nil {
			s = fmt.Sprint(e)
			if strings.Contains(s, "closed channel") {
				s = "closed_error"
			}
		}
	}()
	f()
	return "none"
}

func main() {
	if len(os.Args) > 1 {
		for _, c := range deaths {
			if c.name == os.Args[1] {
				c.run()
				os.Exit(0)
			}
		}
		os.Exit(99)
	}
	for _, c := range cases {
		fmt.Printf("%s\t%s\n", c.name, c.run())
	}
	// Programs that end badly: the exit code is compared, and that a deadlock is called one.
	for _, c := range deaths {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		cmd := exec.CommandContext(ctx, os.Args[0], c.name)
		var err bytes.Buffer
		cmd.Stderr = &err
		cmd.Run()
		cancel()
		s := fmt.Sprintf("%d: ", cmd.ProcessState.ExitCode())
		if strings.Contains(err.String(), "all goroutines are asleep - deadlock!") {
			s += "all goroutines are asleep - deadlock!"
		}
		fmt.Printf("%s\t%s\n", c.name, s)
	}
}
