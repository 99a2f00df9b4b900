package main

// The server as Go knows it: a goroutine, a request channel, a reply channel in each request.
type request struct {
	add   int
	reply chan int // nil: nobody waits
}

func counter(requests chan request) {
	n := 0
	for r := range requests {
		n += r.add
		if r.reply != nil {
			r.reply <- n
		}
	}
}

// W1: calls from one goroutine to another. No timeout: a Go channel has none by default.
func init() {
	workloads["w01"] = func() {
		requests := make(chan request)
		go counter(requests)
		call := func(times int) {
			for i := 0; i < times; i++ {
				reply := make(chan int, 1)
				requests <- request{1, reply}
				<-reply
			}
		}
		call(10000)
		n := 1000000
		begin := now()
		call(n)
		emit("W1.call_roundtrip", n, now()-begin)
	}
}
