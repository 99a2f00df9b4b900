package main

import (
	"strconv"
	"sync"
)

// W11: a goroutine for each of a hundred thousand numbers, ten or a hundred at once; a tenth
// untimed. A failure of one is a failure of all, and none has a time limit.
func init() {
	workloads["w11"] = func() {
		stream := func(n, atOnce int) {
			results := make([]int, n)
			room := make(chan struct{}, atOnce)
			var all sync.WaitGroup
			for i := 0; i < n; i++ {
				room <- struct{}{}
				all.Add(1)
				go func(i int) {
					defer all.Done()
					results[i] = i + 2
					<-room
				}(i)
			}
			all.Wait()
			sum := 0
			for _, value := range results {
				sum += value
			}
			if sum != n*(n+3)/2 {
				panic("results are missing")
			}
		}
		for _, atOnce := range []int{10, 100} {
			n := 100000
			stream(n/10, atOnce)
			begin := now()
			stream(n, atOnce)
			emit("W11.async_stream_"+strconv.Itoa(atOnce)+"_ordered", n, now()-begin)
		}
	}
}
