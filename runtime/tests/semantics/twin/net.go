package main

import (
	"errors"
	"io"
	"net"
	"os"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"
)

func neterr(e error) string {
	switch {
	case e == nil:
		return "none"
	case errors.Is(e, os.ErrDeadlineExceeded):
		return "timed_out"
	case errors.Is(e, net.ErrClosed), errors.Is(e, os.ErrClosed):
		return "closed"
	case errors.Is(e, syscall.ECONNREFUSED):
		return "refused"
	case errors.Is(e, syscall.EPIPE):
		return "broken_pipe"
	case errors.Is(e, io.EOF):
		return "eof"
	}
	return "thrown"
}

var kept []any // a connection that is garbage is closed

func pair() (*net.TCPListener, *net.TCPConn, *net.TCPConn) {
	l, _ := net.Listen("tcp", "127.0.0.1:0")
	a, _ := net.Dial("tcp", l.Addr().String())
	b, _ := l.Accept()
	kept = append(kept, l, a, b)
	return l.(*net.TCPListener), a.(*net.TCPConn), b.(*net.TCPConn)
}
func text(c net.Conn, n int) string {
	b := make([]byte, n)
	io.ReadFull(c, b)
	return string(b)
}
func read1(c io.Reader) string     { _, e := c.Read(make([]byte, 8)); return neterr(e) }
func in(d time.Duration) time.Time { return time.Now().Add(d) }

func init() {
	add("net/echo", func() string {
		_, a, b := pair()
		a.Write([]byte("hello"))
		b.Write([]byte(text(b, 5)))
		return text(a, 5)
	})
	add("net/address", func() string {
		l, _, _ := pair()
		s := l.Addr().String()
		return saw(s[:10], len(s) > 10 && s[10:] != "0")
	})
	add("net/addresses-match", func() string {
		_, a, b := pair()
		return saw(a.LocalAddr().String() == b.RemoteAddr().String(), a.RemoteAddr().String() == b.LocalAddr().String())
	})
	add("net/partial-read", func() string {
		_, a, b := pair()
		a.Write([]byte("abc"))
		n, _ := b.Read(make([]byte, 100))
		return saw(n)
	})
	add("net/eof", func() string {
		_, a, b := pair()
		a.Close()
		n, _ := b.Read(make([]byte, 8))
		k, _ := b.Read(make([]byte, 8))
		return saw(n, k)
	})
	add("net/half-close", func() string {
		_, a, b := pair()
		a.CloseWrite()
		n, _ := b.Read(make([]byte, 8))
		b.Write([]byte("back"))
		return saw(n, text(a, 4))
	})
	add("net/write-after-close-write", func() string {
		_, a, _ := pair()
		a.CloseWrite()
		_, e := a.Write([]byte("x"))
		return neterr(e)
	})
	add("net/refused", func() string {
		l, _, _ := pair()
		s := l.Addr().String()
		l.Close()
		_, e := net.Dial("tcp", s)
		return neterr(e)
	})
	add("net/bad-network", func() string { _, e := net.Dial("carrier-pigeon", "127.0.0.1:1"); return neterr(e) })
	add("net/missing-port", func() string {
		_, a := net.Dial("tcp", "127.0.0.1")
		_, b := net.Dial("tcp", "127.0.0.1:x")
		_, c := net.Dial("tcp", "127.0.0.1:70000")
		return saw(neterr(a), neterr(b), neterr(c))
	})
	add("net/address-in-use", func() string {
		l, _, _ := pair()
		_, e := net.Listen("tcp", l.Addr().String())
		return neterr(e)
	})
	add("net/zero-byte-write", func() string { _, a, _ := pair(); n, _ := a.Write(nil); return saw(n) })
	add("net/zero-byte-read", func() string {
		_, a, b := pair()
		n, _ := a.Read(nil)
		b.Write([]byte("abc"))
		a.Read(make([]byte, 8))
		k, _ := a.Read(nil)
		return saw(n, k)
	})
	add("deadline/stays", func() string {
		_, a, _ := pair()
		a.SetReadDeadline(in(ms))
		return saw(read1(a), read1(a))
	})
	add("deadline/past", func() string {
		_, a, b := pair()
		b.Write([]byte("x"))
		time.Sleep(5 * ms)
		a.SetReadDeadline(in(-time.Second))
		return read1(a)
	})
	add("deadline/cleared", func() string {
		_, a, b := pair()
		a.SetReadDeadline(in(ms))
		s := read1(a)
		a.SetReadDeadline(time.Time{})
		b.Write([]byte("x"))
		return saw(s, text(a, 1))
	})
	add("deadline/shortened-while-waiting", func() string {
		_, a, _ := pair()
		a.SetReadDeadline(in(time.Hour))
		go func() { time.Sleep(5 * ms); a.SetReadDeadline(in(ms)) }()
		return read1(a)
	})
	add("deadline/set-while-waiting", func() string {
		_, a, _ := pair()
		go func() { time.Sleep(5 * ms); a.SetReadDeadline(in(-ms)) }()
		return read1(a)
	})
	add("deadline/write", func() string {
		_, a, _ := pair()
		a.SetWriteDeadline(in(10 * ms))
		for {
			if _, e := a.Write(make([]byte, 1<<20)); e != nil {
				return neterr(e)
			}
		}
	})
	add("deadline/read-only", func() string {
		_, a, _ := pair()
		a.SetReadDeadline(in(-time.Second))
		n, _ := a.Write([]byte("x"))
		return saw(n)
	})
	add("deadline/accept", func() string {
		l, _, _ := pair()
		l.SetDeadline(in(2 * ms))
		_, e := l.Accept()
		return neterr(e)
	})
	add("close/read", func() string {
		_, a, _ := pair()
		go func() { time.Sleep(5 * ms); a.Close() }()
		return read1(a)
	})
	add("close/accept", func() string {
		l, _, _ := pair()
		go func() { time.Sleep(5 * ms); l.Close() }()
		_, e := l.Accept()
		return neterr(e)
	})
	add("close/after", func() string {
		l, a, _ := pair()
		a.Close()
		_, w := a.Write([]byte("x"))
		l.Close()
		_, e := l.Accept()
		return saw(read1(a), neterr(w), neterr(e))
	})
	packets := func() (net.PacketConn, net.PacketConn) {
		u, _ := net.ListenPacket("udp", "127.0.0.1:0")
		v, _ := net.ListenPacket("udp", "127.0.0.1:0")
		return u, v
	}
	add("udp/echo", func() string {
		u, v := packets()
		u.WriteTo([]byte("hello"), v.LocalAddr())
		b := make([]byte, 100)
		n, from, _ := v.ReadFrom(b)
		return saw(string(b[:n]), from.String() == u.LocalAddr().String())
	})
	add("udp/boundaries", func() string {
		u, v := packets()
		for i := 1; i <= 3; i++ {
			u.WriteTo([]byte("abc")[:i], v.LocalAddr())
		}
		var s []any
		for range 3 {
			n, _, _ := v.ReadFrom(make([]byte, 100))
			s = append(s, n)
		}
		return saw(s...)
	})
	add("udp/truncated", func() string {
		u, v := packets()
		u.WriteTo([]byte("abcde"), v.LocalAddr())
		u.WriteTo([]byte("fghij"), v.LocalAddr())
		n, _, _ := v.ReadFrom(make([]byte, 2))
		k, _, _ := v.ReadFrom(make([]byte, 100))
		return saw(n, k)
	})
	add("udp/empty", func() string {
		u, v := packets()
		u.WriteTo(nil, v.LocalAddr())
		u.WriteTo([]byte("abc"), v.LocalAddr())
		n, _, _ := v.ReadFrom(make([]byte, 100))
		k, _, _ := v.ReadFrom(make([]byte, 100))
		return saw(n, k)
	})
	add("udp/closed", func() string {
		u, _ := packets()
		go func() { time.Sleep(5 * ms); u.Close() }()
		_, _, e := u.ReadFrom(make([]byte, 8))
		return neterr(e)
	})
	add("unix/refused", func() string { _, e := net.Dial("unix", "/nonexistent/socket"); return neterr(e) })
	add("unix/long-path", func() string { _, e := net.Dial("unix", strings.Repeat("x", 300)); return neterr(e) })
	add("pipe/eof", func() string {
		r, w, _ := os.Pipe()
		w.Close()
		n, _ := r.Read(make([]byte, 1))
		return saw(n)
	})
	add("pipe/broken", func() string {
		r, w, _ := os.Pipe()
		r.Close()
		_, e := w.Write([]byte("x"))
		return neterr(e)
	})
	add("pipe/deadline", func() string {
		r, _, _ := os.Pipe()
		r.SetReadDeadline(in(2 * ms))
		return read1(r)
	})
	add("pipe/close-unblocks", func() string {
		r, _, _ := os.Pipe()
		go func() { time.Sleep(5 * ms); r.Close() }()
		return read1(r)
	})

	add("thread/locked-stays", func() string {
		ids := map[int]bool{}
		var wg sync.WaitGroup
		wg.Add(1)
		go func() {
			runtime.LockOSThread()
			for range 50 {
				ids[syscall.Gettid()] = true
				runtime.Gosched()
			}
			runtime.UnlockOSThread()
			wg.Done()
		}()
		wg.Wait()
		return saw(len(ids))
	})
	add("go/max-procs", func() string {
		old := runtime.GOMAXPROCS(3)
		return saw(old >= 1, runtime.GOMAXPROCS(0), runtime.GOMAXPROCS(old))
	})

	death("deadlock/recv", func() { <-make(chan int) })
	death("deadlock/send", func() { make(chan int) <- 1 })
	death("deadlock/nil-recv", func() { var c chan int; <-c })
	death("deadlock/nil-send", func() { var c chan int; c <- 1 })
	death("deadlock/empty-select", func() { select {} })
	death("deadlock/select", func() {
		select {
		case <-make(chan int):
		case make(chan int) <- 1:
		}
	})
	death("deadlock/range", func() {
		for range holding(1) {
		}
	})
	death("deadlock/mutex", func() { var m sync.Mutex; m.Lock(); m.Lock() })
	death("deadlock/rwmutex-recursive", func() {
		var m sync.RWMutex
		m.RLock()
		go m.Lock()
		time.Sleep(10 * ms)
		m.RLock()
	})
	death("deadlock/waitgroup", func() { var wg sync.WaitGroup; wg.Add(1); wg.Wait() })
	death("deadlock/cond", func() { var m sync.Mutex; m.Lock(); sync.NewCond(&m).Wait() })
	death("deadlock/once-recursive", func() { var o sync.Once; o.Do(func() { o.Do(func() {}) }) })
	death("deadlock/after-timers", func() {
		go time.Sleep(5 * ms)
		<-make(chan int)
	})
	death("deadlock/locked-thread", func() { runtime.LockOSThread(); <-make(chan int) })
	death("deadlock/not-with-timer", func() {
		c := make(chan int)
		go func() { time.Sleep(20 * ms); c <- 1 }()
		<-c
	})
	death("panic/uncaught", func() { go panic("boom"); select {} })
	death("panic/others-die", func() {
		for range 4 {
			go func() {
				for {
					runtime.Gosched()
				}
			}()
		}
		go panic("boom")
		for {
			runtime.Gosched()
		}
	})
	death("panic/send-on-closed", func() { c := closed(); go func() { c <- 1 }(); select {} })
	death("misuse/close-nil", func() { var c chan int; close(c) })
	death("misuse/unlock", func() { var m sync.Mutex; m.Unlock() })
	death("misuse/runlock", func() { var m sync.RWMutex; m.RUnlock() })
	death("misuse/rw-unlock", func() { var m sync.RWMutex; m.Unlock() })
	death("misuse/waitgroup-negative", func() { var wg sync.WaitGroup; wg.Done() })
	death("exit/main-returns", func() {
		for range 10 {
			go func() {
				for {
					runtime.Gosched()
				}
			}()
		}
		time.Sleep(ms)
	})
	death("exit/code", func() { go os.Exit(7); select {} })
}
