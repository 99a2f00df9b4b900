package main

import "sync"

// W5: goroutines and request-channel servers are started and end; a tenth of each untimed. Go has
// no links and no supervisors, and nobody learns of a goroutine's end unless it says so.
func init() {
	measure := func(workload string, n int, way func(n int)) {
		way(n / 10)
		begin := now()
		way(n)
		emit(workload, n, now()-begin)
	}
	workloads["w05"] = func() {
		n := 1000000
		measure("W5.spawn_raw_seq", n, func(n int) {
			done := make(chan int)
			for i := 0; i < n; i++ {
				go func() { done <- 1 }()
				<-done
			}
		})
		measure("W5.spawn_raw_batch1000", n, func(n int) {
			for i := 0; i < n/1000; i++ {
				var all sync.WaitGroup
				all.Add(1000)
				for j := 0; j < 1000; j++ {
					go all.Done()
				}
				all.Wait()
			}
		})
		measure("W5.gen_server_start_stop_nosup", n/5, func(n int) {
			for i := 0; i < n; i++ {
				requests := make(chan request)
				done := make(chan struct{})
				go func() { counter(requests); close(done) }()
				close(requests)
				<-done
			}
		})
	}
}
