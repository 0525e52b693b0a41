package main

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"
)

const ms = time.Millisecond

// Times are measured in units of 20 ms, far above the clock's noise, and written as the C++ table has
// them: in milliseconds of its own scale.
const scale = 20

func since(t0 time.Time, per int) int {
	u := time.Duration(per) * scale * ms
	return int((time.Since(t0)+u/4)/u) * per
}

func state(c context.Context) string {
	s := why(c.Err())
	select {
	case <-c.Done():
		return s + "/done"
	default:
		return s + "/open"
	}
}
func why(e error) string {
	switch {
	case e == nil:
		return "alive"
	case errors.Is(e, context.DeadlineExceeded):
		return "timed_out"
	case errors.Is(e, context.Canceled):
		return "canceled"
	}
	return e.Error()
}
func fired(c <-chan time.Time) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

func init() {
	bg := context.Background()
	add("sleep/order", func() string {
		var s []any
		var m sync.Mutex
		var wg sync.WaitGroup
		for _, i := range []int{4, 2, 5, 1, 3} {
			wg.Add(1)
			go func() {
				time.Sleep(time.Duration(i) * 30 * ms)
				m.Lock()
				s = append(s, i)
				m.Unlock()
				wg.Done()
			}()
		}
		wg.Wait()
		return saw(s...)
	})
	add("timer/stop-active", func() string {
		t := time.NewTimer(20 * ms)
		r := t.Stop()
		time.Sleep(50 * ms)
		return saw(r, fired(t.C))
	})
	add("timer/stop-twice", func() string { t := time.NewTimer(time.Hour); return saw(t.Stop(), t.Stop()) })
	add("timer/stop-received", func() string { t := time.NewTimer(ms); <-t.C; return saw(t.Stop()) })
	add("timer/stop-expired", func() string {
		t := time.NewTimer(ms)
		time.Sleep(20 * ms)
		r := t.Stop()
		return saw(r, fired(t.C))
	})
	add("timer/reset-stopped", func() string {
		t0 := time.Now()
		t := time.NewTimer(time.Hour)
		a, b := t.Stop(), t.Reset(10*scale*ms)
		<-t.C
		return saw(a, b, since(t0, 10))
	})
	add("timer/reset-active", func() string {
		t0 := time.Now()
		t := time.NewTimer(10 * scale * ms)
		r := t.Reset(30 * scale * ms)
		<-t.C
		return saw(r, since(t0, 30))
	})
	add("timer/reset-expired", func() string {
		t0 := time.Now()
		t := time.NewTimer(scale * ms)
		time.Sleep(10 * scale * ms)
		r := t.Reset(20 * scale * ms)
		<-t.C
		return saw(r, since(t0, 30), fired(t.C))
	})
	add("ticker/slow-receiver", func() string {
		t := time.NewTicker(10 * ms)
		time.Sleep(55 * ms)
		n := 0
		for fired(t.C) {
			n++
		}
		return saw(n)
	})
	add("ticker/stop", func() string {
		t := time.NewTicker(10 * ms)
		<-t.C
		t.Stop()
		time.Sleep(50 * ms)
		return saw(fired(t.C))
	})
	add("ticker/stop-pending", func() string {
		t := time.NewTicker(10 * ms)
		time.Sleep(15 * ms)
		t.Stop()
		return saw(fired(t.C))
	})
	add("ticker/reset-stopped", func() string {
		t0 := time.Now()
		t := time.NewTicker(10 * scale * ms)
		t.Stop()
		time.Sleep(25 * scale * ms)
		t.Reset(5 * scale * ms)
		<-t.C
		return saw(since(t0, 30))
	})
	add("afterfunc/stop", func() string {
		var n atomic.Int32
		t := time.AfterFunc(10*ms, func() { n.Add(1) })
		a, b := t.Stop(), t.Stop()
		time.Sleep(30 * ms)
		return saw(a, b, n.Load())
	})
	add("afterfunc/stop-late", func() string {
		quit := make(chan int)
		t := time.AfterFunc(ms, func() { <-quit })
		time.Sleep(20 * ms)
		r := t.Stop()
		close(quit)
		return saw(r)
	})
	add("context/background", func() string {
		_, has := bg.Deadline()
		return saw(why(bg.Err())+"/open", !has)
	})
	add("context/background-done-nil", func() string { return saw(bg.Done() == nil) })
	add("context/cancel", func() string {
		c, cancel := context.WithCancel(bg)
		a := state(c)
		cancel()
		return saw(a, state(c))
	})
	add("context/cancel-twice", func() string {
		c, cancel := context.WithCancel(bg)
		cancel()
		cancel()
		return state(c)
	})
	add("context/parent-cancels-child", func() string {
		a, cancel := context.WithCancel(bg)
		b, c2 := context.WithCancel(a)
		defer c2()
		cancel()
		return saw(state(a), state(b))
	})
	add("context/child-does-not-cancel-parent", func() string {
		a, c1 := context.WithCancel(bg)
		defer c1()
		b, cancel := context.WithCancel(a)
		cancel()
		return saw(state(a), state(b))
	})
	add("context/siblings", func() string {
		p, c0 := context.WithCancel(bg)
		defer c0()
		a, c1 := context.WithCancel(p)
		b, c2 := context.WithCancel(p)
		defer c2()
		c1()
		return saw(state(a), state(b))
	})
	add("context/child-of-canceled", func() string {
		a, cancel := context.WithCancel(bg)
		cancel()
		b, c2 := context.WithCancel(a)
		defer c2()
		return state(b)
	})
	add("context/deadline-past", func() string {
		c, cancel := context.WithDeadline(bg, time.Now().Add(-time.Second))
		defer cancel()
		return state(c)
	})
	add("context/deadline-past-then-cancel", func() string {
		c, cancel := context.WithTimeout(bg, -time.Second)
		cancel()
		return state(c)
	})
	add("context/deadline-zero", func() string {
		c, cancel := context.WithTimeout(bg, 0)
		defer cancel()
		return state(c)
	})
	add("context/cancel-before-deadline", func() string {
		c, cancel := context.WithTimeout(bg, 20*ms)
		cancel()
		a := state(c)
		time.Sleep(40 * ms)
		return saw(a, state(c))
	})
	add("context/cancel-after-deadline", func() string {
		c, cancel := context.WithTimeout(bg, 10*ms)
		time.Sleep(30 * ms)
		cancel()
		return state(c)
	})
	add("context/cause-default", func() string {
		c, cancel := context.WithCancelCause(bg)
		cancel(nil)
		return saw(why(c.Err()), why(context.Cause(c)))
	})
	add("context/cause", func() string {
		c, cancel := context.WithCancelCause(bg)
		cancel(errors.New("refused"))
		return saw(why(c.Err()), why(context.Cause(c)))
	})
	add("context/cause-first", func() string {
		c, cancel := context.WithCancelCause(bg)
		cancel(errors.New("refused"))
		cancel(errors.New("other"))
		return why(context.Cause(c))
	})
	add("context/cause-inherited", func() string {
		a, cancel := context.WithCancelCause(bg)
		b, c2 := context.WithCancel(a)
		defer c2()
		cancel(errors.New("refused"))
		return saw(why(b.Err()), why(context.Cause(b)))
	})
	add("context/cause-late-child", func() string {
		a, cancel := context.WithCancelCause(bg)
		cancel(errors.New("refused"))
		b, c2 := context.WithCancel(a)
		defer c2()
		return saw(why(b.Err()), why(context.Cause(b)))
	})
	add("context/cause-deadline", func() string {
		c, cancel := context.WithTimeout(bg, 5*ms)
		defer cancel()
		<-c.Done()
		return saw(why(c.Err()), why(context.Cause(c)))
	})
	add("context/cause-alive", func() string {
		c, cancel := context.WithCancel(bg)
		defer cancel()
		return why(context.Cause(c))
	})
}
