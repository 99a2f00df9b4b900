package main

// W2: requests without a reply, until the last one is handled; a first pass untimed. The channel
// is bounded, so the sender waits when it is full.
func init() {
	workloads["w02"] = func() {
		requests := make(chan request, 1024)
		go counter(requests)
		n := 5000000
		pass := func(sum int) {
			for i := 0; i < n; i++ {
				requests <- request{1, nil}
			}
			reply := make(chan int, 1)
			requests <- request{0, reply}
			if <-reply != sum {
				panic("requests were lost")
			}
		}
		pass(n)
		begin := now()
		pass(2 * n)
		emit("W2.cast_throughput", n, now()-begin)
	}
}
