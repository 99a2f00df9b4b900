package main

import "strconv"

// W4: tokens go round a ring of a thousand goroutines, first one, then a hundred at once. Each
// channel has room for all tokens, so that the ring cannot deadlock.
func init() {
	workloads["w04"] = func() {
		const nodes = 1000
		done := make(chan bool, 100)
		ring := make([]chan int, nodes)
		for i := range ring {
			ring[i] = make(chan int, 128)
		}
		for i := range ring {
			go func(in, out chan int) {
				for hops := range in {
					if hops == 0 {
						done <- true
					} else {
						out <- hops - 1
					}
				}
			}(ring[i], ring[(i+1)%nodes])
		}
		pass := func(tokens, hops int) {
			for i := 0; i < tokens; i++ {
				ring[0] <- hops
			}
			for i := 0; i < tokens; i++ {
				<-done
			}
		}
		for _, tokens := range []int{1, 100} {
			n := 2000000
			pass(tokens, nodes)
			begin := now()
			pass(tokens, n/tokens)
			emit("W4.ring_"+strconv.Itoa(tokens)+"tok", n, now()-begin)
		}
	}
}
