package main

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

func full() chan int         { c := make(chan int, 1); c <- 0; return c }
func holding(v int) chan int { c := make(chan int, 1); c <- v; return c }
func closed() chan int       { c := make(chan int); close(c); return c }
func trySend(c chan int, v int) bool {
	select {
	case c <- v:
		return true
	default:
		return false
	}
}
func tryRecv(c chan int) string {
	select {
	case v, ok := <-c:
		return show(v, ok)
	default:
		return "closed"
	}
}
func recv(c chan int) string { v, ok := <-c; return show(v, ok) }

func init() {
	add("chan/nil-len-cap", func() string { var c chan int; return saw(len(c), cap(c)) })
	add("chan/nil-send-blocks", func() string {
		var c chan int
		var sent atomic.Bool
		quit := make(chan int)
		go func() {
			select {
			case c <- 1:
				sent.Store(true)
			case <-quit:
			}
		}()
		settle()
		r := "blocked"
		if sent.Load() {
			r = "sent"
		}
		close(quit)
		return r
	})
	add("chan/nil-recv-blocks", func() string {
		var c chan int
		var got atomic.Bool
		quit := make(chan int)
		go func() {
			select {
			case <-c:
				got.Store(true)
			case <-quit:
			}
		}()
		settle()
		r := "blocked"
		if got.Load() {
			r = "received"
		}
		close(quit)
		return r
	})
	add("chan/nil-try", func() string { var c chan int; return saw(trySend(c, 1), tryRecv(c)) })
	add("chan/nil-equality", func() string {
		var a, b chan int
		c := make(chan int)
		d := c
		return saw(a == b, a == c, c == d)
	})
	add("chan/different-not-equal", func() string { return saw(make(chan int) == make(chan int)) })
	add("chan/closed-recv", func() string { c := closed(); return saw(recv(c), recv(c), recv(c)) })
	add("chan/closed-drains-first", func() string {
		c := make(chan int, 4)
		c <- 1
		c <- 2
		close(c)
		return saw(recv(c), recv(c), recv(c))
	})
	add("chan/closed-send", func() string {
		c := make(chan int, 1)
		close(c)
		return thrown(func() { c <- 1 })
	})
	add("chan/closed-send-full", func() string { c := full(); close(c); return thrown(func() { c <- 1 }) })
	add("chan/closed-try-send", func() string { c := closed(); return thrown(func() { trySend(c, 1) }) })
	add("chan/close-twice", func() string {
		c := make(chan int)
		return saw(thrown(func() { close(c) }), thrown(func() { close(c) }))
	})
	add("chan/close-keeps-len", func() string {
		c := make(chan int, 4)
		c <- 1
		c <- 2
		n := len(c)
		close(c)
		return saw(n, len(c))
	})
	add("chan/close-wakes-receivers", func() string {
		c := make(chan int)
		var n atomic.Int32
		var wg sync.WaitGroup
		for range 5 {
			wg.Add(1)
			go func() {
				defer wg.Done()
				if _, ok := <-c; !ok {
					n.Add(1)
				}
			}()
		}
		settle()
		close(c)
		wg.Wait()
		return saw(n.Load())
	})
	add("chan/close-wakes-senders", func() string {
		c := make(chan int)
		var failed, fine atomic.Int32
		var wg sync.WaitGroup
		for range 4 {
			wg.Add(1)
			go func() {
				defer wg.Done()
				if thrown(func() { c <- 1 }) == "closed_error" {
					failed.Add(1)
				} else {
					fine.Add(1)
				}
			}()
		}
		settle()
		close(c)
		wg.Wait()
		return saw(failed.Load(), fine.Load())
	})
	add("chan/close-blocked-sender-full", func() string {
		c := holding(7)
		e := make(chan string)
		go func() { s := thrown(func() { c <- 8 }); e <- s }()
		settle()
		close(c)
		return saw(<-e, recv(c), recv(c))
	})
	add("chan/unbuffered-rendezvous", func() string {
		c := make(chan int)
		var sent atomic.Bool
		done := make(chan int)
		go func() { c <- 1; sent.Store(true); close(done) }()
		settle()
		before := sent.Load()
		<-c
		<-done
		return saw(before, sent.Load())
	})
	add("chan/unbuffered-len-cap", func() string { c := make(chan int); return saw(len(c), cap(c)) })
	add("chan/unbuffered-len-with-sender", func() string {
		c := make(chan int)
		go func() { c <- 1 }()
		settle()
		n := len(c)
		<-c
		return saw(n)
	})
	add("chan/unbuffered-try-send", func() string { return saw(trySend(make(chan int), 1)) })
	add("chan/unbuffered-try-send-receiver", func() string {
		c, r := make(chan int), make(chan int, 1)
		go func() { r <- <-c }()
		settle()
		ok := trySend(c, 5)
		return saw(ok, <-r)
	})
	add("chan/unbuffered-try-recv-sender", func() string {
		c := make(chan int)
		go func() { c <- 5 }()
		settle()
		return tryRecv(c)
	})
	add("chan/unbuffered-senders-fifo", func() string {
		c := make(chan int)
		for i := range 5 {
			go func() { c <- i }()
			settle()
		}
		return saw(<-c, <-c, <-c, <-c, <-c)
	})
	add("chan/unbuffered-receivers-fifo", func() string {
		c := make(chan int)
		var got [3]string
		for i := range 3 {
			go func() { got[i] = fmt.Sprintf("%d:%d", i, <-c) }()
			settle()
		}
		for i := range 3 {
			c <- 10 + i
		}
		settle()
		return saw(got[0], got[1], got[2])
	})
	add("chan/buffered-len-cap", func() string {
		c := make(chan int, 3)
		a, b := len(c), cap(c)
		c <- 1
		c <- 2
		return saw(a, b, len(c), cap(c))
	})
	add("chan/buffered-full-blocks", func() string {
		c := holding(1)
		var sent atomic.Bool
		done := make(chan int)
		go func() { c <- 2; sent.Store(true); close(done) }()
		settle()
		before := sent.Load()
		<-c
		<-done
		return saw(before, sent.Load())
	})
	add("chan/buffered-try", func() string {
		c := make(chan int, 1)
		return saw(trySend(c, 1), trySend(c, 2), tryRecv(c), tryRecv(c))
	})
	add("chan/buffered-fifo", func() string {
		c := make(chan int, 4)
		for i := 1; i <= 4; i++ {
			c <- i
		}
		a, b := <-c, <-c
		c <- 5
		c <- 6
		return saw(a, b, <-c, <-c, <-c, <-c)
	})
	add("chan/buffered-blocked-sender-last", func() string {
		c := make(chan int, 2)
		c <- 1
		c <- 2
		go func() { c <- 3 }()
		settle()
		return saw(<-c, <-c, <-c)
	})
	add("chan/buffered-len-stays-full", func() string {
		c := make(chan int, 2)
		c <- 1
		c <- 2
		go func() { c <- 3 }()
		settle()
		x := len(c)
		<-c
		y := len(c)
		<-c
		return saw(x, y, len(c))
	})
	add("chan/buffered-receiver-direct", func() string {
		c, r := make(chan int, 4), make(chan int, 1)
		go func() { r <- <-c }()
		settle()
		c <- 9
		n := len(c)
		return saw(n, <-r)
	})
	add("chan/range", func() string {
		c := make(chan int)
		go func() {
			for i := range 3 {
				c <- i
			}
			close(c)
		}()
		var s []any
		for v := range c {
			s = append(s, v)
		}
		return saw(s...)
	})
	add("chan/range-closed-empty", func() string {
		n := 0
		for v := range closed() {
			n += 1 + v
		}
		return saw(n)
	})
	add("chan/range-drains", func() string {
		c := make(chan int, 2)
		c <- 1
		c <- 2
		close(c)
		var s []any
		for v := range c {
			s = append(s, v)
		}
		return saw(s...)
	})
	add("chan/range-break", func() string {
		c := make(chan int, 2)
		c <- 1
		c <- 2
		for v := range c {
			return saw(v, len(c))
		}
		return ""
	})
	add("chan/empty-struct", func() string {
		c := make(chan struct{}, 3)
		c <- struct{}{}
		c <- struct{}{}
		c <- struct{}{}
		s := []any{len(c)}
		close(c)
		for range 4 {
			_, ok := <-c
			s = append(s, ok)
		}
		return saw(s...)
	})
	add("chan/buffered-wraps", func() string {
		c := make(chan int, 7)
		go func() {
			for i := range 10000 {
				c <- i
			}
			close(c)
		}()
		sum := 0
		for v := range c {
			sum += v
		}
		return saw(sum)
	})
	add("chan/directional-copy", func() string {
		a := make(chan int, 2)
		b := a
		a <- 1
		b <- 2
		return saw(<-b, <-a)
	})
	add("chan/channel-of-channels", func() string {
		cc := make(chan chan int)
		go func() {
			for r := range cc {
				r <- 7
			}
		}()
		r := make(chan int)
		cc <- r
		v := <-r
		close(cc)
		return saw(v)
	})

	add("select/default-taken", func() string {
		select {
		case <-make(chan int):
			return "0"
		case full() <- 1:
			return "1"
		default:
			return "2"
		}
	})
	add("select/default-not-taken", func() string {
		select {
		case v := <-holding(5):
			return saw(0, v)
		default:
			return "1"
		}
	})
	add("select/only-default", func() string {
		select {
		default:
			return "0"
		}
	})
	add("select/nil-recv-never", func() string {
		var n chan int
		select {
		case <-n:
			return "0"
		case <-holding(1):
			return "1"
		}
	})
	add("select/nil-send-never", func() string {
		var n chan int
		select {
		case n <- 1:
			return "0"
		case <-holding(1):
			return "1"
		}
	})
	add("select/all-nil-default", func() string {
		var n chan int
		select {
		case <-n:
			return "0"
		case n <- 1:
			return "1"
		default:
			return "2"
		}
	})
	add("select/closed-recv-ready", func() string {
		select {
		case v, ok := <-closed():
			return saw(0, show(v, ok))
		case <-make(chan int):
			return "1"
		}
	})
	add("select/closed-beats-default", func() string {
		select {
		case <-closed():
			return "0"
		default:
			return "1"
		}
	})
	add("select/closed-send-panics", func() string {
		return thrown(func() {
			select {
			case closed() <- 1:
			case <-make(chan int):
			}
		})
	})
	add("select/closed-send-default-panics", func() string {
		return thrown(func() {
			select {
			case closed() <- 1:
			default:
			}
		})
	})
	add("select/close-wakes-recv", func() string {
		c := make(chan int)
		r := make(chan string)
		go func() {
			select {
			case <-make(chan int):
				r <- "0"
			case v, ok := <-c:
				r <- saw(1, show(v, ok))
			}
		}()
		settle()
		close(c)
		return <-r
	})
	add("select/close-wakes-send", func() string {
		c := make(chan int)
		r := make(chan string)
		go func() {
			s := thrown(func() {
				select {
				case <-make(chan int):
				case c <- 1:
				}
			})
			r <- s
		}()
		settle()
		close(c)
		return <-r
	})
	fair := func(k int, once func() int) string {
		n := make([]int, k)
		for range 4000 {
			n[once()]++
		}
		for _, x := range n {
			if x < 4000/k/2 || x > 4000/k*3/2 {
				return saw("unfair:", n)
			}
		}
		return "fair"
	}
	add("select/fair-two", func() string {
		a, b := closed(), closed()
		return fair(2, func() int {
			select {
			case <-a:
				return 0
			case <-b:
				return 1
			}
		})
	})
	add("select/fair-four", func() string {
		a := closed()
		return fair(4, func() int {
			select {
			case <-a:
				return 0
			case <-a:
				return 1
			case <-a:
				return 2
			case <-a:
				return 3
			}
		})
	})
	add("select/fair-send-recv", func() string {
		in, out := make(chan int, 1), make(chan int, 1)
		return fair(2, func() int {
			trySend(in, 1)
			tryRecv(out)
			select {
			case <-in:
				return 0
			case out <- 1:
				return 1
			}
		})
	})
	add("select/fair-same-channel", func() string {
		c := make(chan int, 1)
		return fair(2, func() int {
			trySend(c, 1)
			select {
			case <-c:
				return 0
			case <-c:
				return 1
			}
		})
	})
	add("select/fair-with-nil", func() string {
		a := closed()
		var n chan int
		return fair(2, func() int {
			select {
			case <-n:
				return 9
			case <-a:
				return 0
			case <-n:
				return 9
			case <-n:
				return 9
			case <-a:
				return 1
			}
		})
	})
	add("select/same-channel-send-recv", func() string {
		c := make(chan int)
		select {
		case <-c:
			return "0"
		case c <- 1:
			return "1"
		default:
			return saw(2, len(c))
		}
	})
	add("select/same-channel-blocked", func() string {
		c := make(chan int)
		r := make(chan string)
		go func() {
			select {
			case v := <-c:
				r <- saw(0, v)
			case c <- 1:
				r <- "1"
			}
		}()
		settle()
		c <- 9
		return <-r
	})
	add("select/same-channel-many-waiters", func() string {
		c := make(chan int)
		var n atomic.Int32
		done := make(chan int)
		go func() {
			select {
			case <-c:
				n.Add(1)
			case <-c:
				n.Add(1)
			case <-c:
				n.Add(1)
			}
			close(done)
		}()
		settle()
		c <- 1
		<-done
		left := 0
		if trySend(c, 2) {
			left = 1
		}
		return saw(n.Load(), left)
	})
	add("select/loser-dequeued", func() string {
		a, b, done := make(chan int), make(chan int), make(chan int)
		go func() {
			select {
			case <-a:
			case <-b:
			}
			close(done)
		}()
		settle()
		a <- 1
		<-done
		return saw(trySend(b, 1))
	})
	add("select/one-send-many-selects", func() string {
		c, quit := make(chan int), make(chan int)
		var got, left atomic.Int32
		var wg sync.WaitGroup
		for range 5 {
			wg.Add(1)
			go func() {
				defer wg.Done()
				select {
				case <-c:
					got.Add(1)
				case <-quit:
					left.Add(1)
				}
			}()
		}
		settle()
		c <- 1
		settle()
		close(quit)
		wg.Wait()
		return saw(got.Load(), left.Load())
	})
	add("select/fifo-with-plain", func() string {
		c, quit, who := make(chan int), make(chan int), make(chan string, 2)
		go func() { <-c; who <- "plain" }()
		settle()
		go func() {
			select {
			case <-c:
				who <- "select"
			case <-quit:
			}
		}()
		settle()
		c <- 1
		return <-who
	})
	add("select/timeout", func() string {
		select {
		case <-make(chan int):
			return "0"
		case <-time.After(time.Millisecond):
			return "1"
		}
	})
	add("select/timeout-smallest", func() string {
		select {
		case <-time.After(time.Hour):
			return "0"
		case <-make(chan int):
			return "1"
		case <-time.After(time.Millisecond):
			return "2"
		case <-time.After(30 * time.Minute):
			return "3"
		}
	})
	add("select/timeout-leaves-queue", func() string {
		c := make(chan int)
		i := 0
		select {
		case <-c:
		case <-time.After(time.Millisecond):
			i = 1
		}
		return saw(i, trySend(c, 1))
	})
	add("select/nested", func() string {
		a, b := holding(1), holding(2)
		select {
		case <-a:
			select {
			case v := <-b:
				return saw(v)
			}
		}
	})
}
