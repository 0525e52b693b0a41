// mutexwait: how long a waiter waits for a mutex that all want all the time.
package main

import (
	"flag"
	"fmt"
	"runtime"
	"sort"
	"sync"
	"sync/atomic"
	"time"
)

func main() {
	p := flag.Int("p", 2, "GOMAXPROCS")
	flag.Parse()
	runtime.GOMAXPROCS(*p)
	for _, g := range []int{8, 1000} {
		var mu sync.Mutex
		var stop int32
		var wg sync.WaitGroup
		worst := make([]float64, g)
		for i := 0; i < g; i++ {
			wg.Add(1)
			go func(i int) {
				defer wg.Done()
				for atomic.LoadInt32(&stop) == 0 {
					t := time.Now()
					mu.Lock()
					if d := float64(time.Since(t).Nanoseconds()) / 1e6; d > worst[i] {
						worst[i] = d
					}
					mu.Unlock()
					if g > 8 {
						runtime.Gosched()
					}
				}
			}(i)
		}
		time.Sleep(2 * time.Second)
		atomic.StoreInt32(&stop, 1)
		wg.Wait()
		sort.Float64s(worst)
		fmt.Printf("wait%d_ms p50 %.1f max %.1f\n", g, worst[g/2], worst[g-1])
	}
}
