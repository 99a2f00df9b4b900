package main

import "sync"

// W9: a sync.Map of a hundred thousand names, looked up by one goroutine and by four; a name put
// and deleted. Nobody's names go with its end. A tenth of each goes first, untimed.
func init() {
	workloads["w09"] = func() {
		const names = 100000
		var workers sync.Map
		worker := make(chan request)
		for i := uint64(0); i < names; i++ {
			workers.Store(i, worker)
		}
		measure := func(workload string, n int, way func(n int)) {
			way(n / 10)
			begin := now()
			way(n)
			emit(workload, n, now()-begin)
		}
		lookup := func(clients int) func(n int) {
			return func(n int) {
				var all sync.WaitGroup
				all.Add(clients)
				for c := 1; c <= clients; c++ {
					go func(x uint64) {
						for i := 0; i < n/clients; i++ {
							x = (x*1103515245 + 12345) & 0x7fffffff
							if _, ok := workers.Load((x >> 8) % names); !ok {
								panic("a name is not there")
							}
						}
						all.Done()
					}(7919 * uint64(c))
				}
				all.Wait()
			}
		}
		n := 2000000
		measure("W9.registry_lookup_c1", n, lookup(1))
		measure("W9.registry_lookup_c4", n, lookup(4))
		measure("W9.registry_register_unregister", n/4, func(n int) {
			for i := 0; i < n; i++ {
				workers.LoadOrStore(uint64(names), worker)
				workers.Delete(uint64(names))
			}
		})
	}
}
