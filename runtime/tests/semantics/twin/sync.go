package main

import (
	"sync"
	"sync/atomic"
	"time"
)

func init() {
	add("mutex/zero-value", func() string { var m sync.Mutex; return saw(m.TryLock(), m.TryLock()) })
	add("mutex/blocks", func() string {
		var m sync.Mutex
		var in atomic.Bool
		done := make(chan int)
		m.Lock()
		go func() { m.Lock(); in.Store(true); m.Unlock(); close(done) }()
		settle()
		before := in.Load()
		m.Unlock()
		<-done
		return saw(before, in.Load())
	})
	add("mutex/unlock-by-other", func() string {
		var m sync.Mutex
		m.Lock()
		done := make(chan int)
		go func() { m.Unlock(); close(done) }()
		<-done
		return saw(m.TryLock())
	})
	add("mutex/trylock-held", func() string {
		var m sync.Mutex
		m.Lock()
		a := m.TryLock()
		m.Unlock()
		return saw(a, m.TryLock())
	})
	add("mutex/fifo-when-waiting", func() string {
		var m sync.Mutex
		var s []any
		var wg sync.WaitGroup
		m.Lock()
		for i := range 5 {
			wg.Add(1)
			go func() { m.Lock(); s = append(s, i); m.Unlock(); wg.Done() }()
			settle()
		}
		m.Unlock()
		wg.Wait()
		return saw(s...)
	})
	add("rwmutex/try", func() string {
		var m sync.RWMutex
		s := []any{m.TryRLock(), m.TryRLock(), m.TryLock()}
		m.RUnlock()
		s = append(s, m.TryLock())
		m.RUnlock()
		s = append(s, m.TryLock())
		m.Unlock()
		s = append(s, m.TryLock(), m.TryRLock(), m.TryLock())
		return saw(s...)
	})
	add("rwmutex/writer-waits-for-readers", func() string {
		var m sync.RWMutex
		var in atomic.Bool
		done := make(chan int)
		m.RLock()
		m.RLock()
		go func() { m.Lock(); in.Store(true); m.Unlock(); close(done) }()
		settle()
		a := in.Load()
		m.RUnlock()
		settle()
		b := in.Load()
		m.RUnlock()
		<-done
		return saw(a, b, in.Load())
	})
	add("rwmutex/writer-preference", func() string {
		var m sync.RWMutex
		done := make(chan int)
		m.RLock()
		go func() { m.Lock(); m.Unlock(); close(done) }()
		settle()
		r := m.TryRLock()
		m.RUnlock()
		<-done
		return saw(r, m.TryRLock())
	})
	add("rwmutex/reader-behind-writer", func() string {
		var m sync.RWMutex
		var s []any
		var mu sync.Mutex
		var wg sync.WaitGroup
		m.RLock()
		wg.Add(2)
		go func() {
			m.Lock()
			mu.Lock()
			s = append(s, "writer")
			mu.Unlock()
			m.Unlock()
			wg.Done()
		}()
		settle()
		go func() {
			m.RLock()
			mu.Lock()
			s = append(s, "reader")
			mu.Unlock()
			m.RUnlock()
			wg.Done()
		}()
		settle()
		m.RUnlock()
		wg.Wait()
		return saw(s...)
	})
	add("rwmutex/readers-before-next-writer", func() string {
		var m sync.RWMutex
		var s []any
		var mu sync.Mutex
		var wg sync.WaitGroup
		m.Lock()
		wg.Add(3)
		for range 2 {
			go func() {
				m.RLock()
				mu.Lock()
				s = append(s, "r")
				mu.Unlock()
				m.RUnlock()
				wg.Done()
			}()
		}
		settle()
		go func() {
			m.Lock()
			mu.Lock()
			s = append(s, "w")
			mu.Unlock()
			m.Unlock()
			wg.Done()
		}()
		settle()
		m.Unlock()
		wg.Wait()
		return saw(s...)
	})
	add("waitgroup/zero", func() string { var wg sync.WaitGroup; wg.Wait(); return "ok" })
	add("waitgroup/waits", func() string {
		var wg sync.WaitGroup
		var over atomic.Bool
		done := make(chan int)
		wg.Add(2)
		go func() { wg.Wait(); over.Store(true); close(done) }()
		settle()
		wg.Done()
		settle()
		before := over.Load()
		wg.Done()
		<-done
		return saw(before, over.Load())
	})
	add("waitgroup/several-waiters", func() string {
		var wg, o sync.WaitGroup
		var n atomic.Int32
		wg.Add(1)
		for range 6 {
			o.Add(1)
			go func() { wg.Wait(); n.Add(1); o.Done() }()
		}
		settle()
		wg.Done()
		o.Wait()
		return saw(n.Load())
	})
	add("waitgroup/add-n", func() string {
		var wg sync.WaitGroup
		wg.Add(5)
		wg.Add(-3)
		wg.Done()
		wg.Done()
		wg.Wait()
		return "ok"
	})
	add("once/once", func() string {
		var o sync.Once
		n := 0
		for range 3 {
			o.Do(func() { n++ })
		}
		return saw(n)
	})
	add("once/others-wait", func() string {
		var o sync.Once
		done := false
		var n atomic.Int32
		var wg sync.WaitGroup
		for range 8 {
			wg.Add(1)
			go func() {
				o.Do(func() { settle(); done = true })
				if done {
					n.Add(1)
				}
				wg.Done()
			}()
		}
		wg.Wait()
		return saw(n.Load())
	})
	add("once/different-function", func() string {
		var o sync.Once
		s := ""
		o.Do(func() { s += "a" })
		o.Do(func() { s += "b" })
		return s
	})
	add("cond/signal-one", func() string {
		var m sync.Mutex
		c := sync.NewCond(&m)
		n := 0
		var s []any
		for range 3 {
			go func() { m.Lock(); c.Wait(); n++; m.Unlock() }()
		}
		settle()
		for range 3 {
			c.Signal()
			settle()
			m.Lock()
			s = append(s, n)
			m.Unlock()
		}
		return saw(s...)
	})
	add("cond/signal-fifo", func() string {
		var m sync.Mutex
		c := sync.NewCond(&m)
		var s []any
		for i := range 4 {
			go func() { m.Lock(); c.Wait(); s = append(s, i); m.Unlock() }()
			settle()
		}
		for range 4 {
			c.Signal()
			settle()
		}
		m.Lock()
		defer m.Unlock()
		return saw(s...)
	})
	add("cond/broadcast", func() string {
		var m sync.Mutex
		c := sync.NewCond(&m)
		var n atomic.Int32
		var wg sync.WaitGroup
		for range 5 {
			wg.Add(1)
			go func() { m.Lock(); c.Wait(); n.Add(1); m.Unlock(); wg.Done() }()
		}
		settle()
		c.Broadcast()
		wg.Wait()
		return saw(n.Load())
	})
	add("cond/signal-nobody", func() string {
		var m sync.Mutex
		c := sync.NewCond(&m)
		c.Signal()
		c.Broadcast()
		woken := make(chan int)
		go func() { m.Lock(); c.Wait(); m.Unlock(); close(woken) }()
		settle()
		select {
		case <-woken:
			return "woken"
		default:
			c.Signal()
			return "timeout"
		}
	})
	_ = time.Now
}
