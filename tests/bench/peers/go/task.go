package main

// task: goroutines one after the other, each with a channel for its result; a tenth untimed.
func init() {
	workloads["task"] = func() {
		loop := func(n int) {
			for i := 0; i < n; i++ {
				result := make(chan int, 1)
				go func() { result <- i }()
				if <-result != i {
					panic("a task went wrong")
				}
			}
		}
		n := 1000000
		loop(n / 10)
		begin := now()
		loop(n)
		emit("task.async_await", n, now()-begin)
	}
}
