// W8: a cache of a hundred thousand numbers: a map under a RWMutex, and sync.Map; of both the faster
// one counts. What is read stale with us is read exactly here. A sweep of a million in a map.
package main

import (
	"fmt"
	"sync"
)

const w8Keys = 100000
const w8TTL = 300 * 1000000000

type w8Entry struct{ value, expires int64 }

type w8Cache interface {
	get(key int64) bool
	put(key, value int64)
}

type w8Locked struct {
	lock    sync.RWMutex
	entries map[int64]w8Entry
}

func (c *w8Locked) get(key int64) bool {
	c.lock.RLock()
	entry, ok := c.entries[key]
	c.lock.RUnlock()
	return ok && now() < entry.expires
}

func (c *w8Locked) put(key, value int64) {
	expires := now() + w8TTL
	c.lock.Lock()
	c.entries[key] = w8Entry{value, expires}
	c.lock.Unlock()
}

type w8Sync struct{ entries sync.Map }

func (c *w8Sync) get(key int64) bool {
	entry, ok := c.entries.Load(key)
	return ok && now() < entry.(w8Entry).expires
}

func (c *w8Sync) put(key, value int64) { c.entries.Store(key, w8Entry{value, now() + w8TTL}) }

func w8Use(c w8Cache, clients, n int, mixed bool) {
	var all sync.WaitGroup
	for i := 1; i <= clients; i++ {
		all.Add(1)
		go func(x uint64) {
			for k := 0; k < n/clients; k++ {
				x = (x*1103515245 + 12345) & 0x7fffffff
				key := int64((x >> 8) % w8Keys)
				if mixed && x%10 == 0 {
					c.put(key, int64(k))
				} else if !c.get(key) {
					panic("not found")
				}
			}
			all.Done()
		}(uint64(i) * 7919)
	}
	all.Wait()
}

func w8Measure(name string, mixed bool, n int) {
	caches := []w8Cache{&w8Locked{entries: map[int64]w8Entry{}}, &w8Sync{}}
	for _, c := range caches {
		for i := int64(0); i < w8Keys; i++ {
			c.put(i, i)
		}
	}
	for _, clients := range []int{1, 4} {
		best := int64(0)
		for _, c := range caches {
			w8Use(c, clients, n/10, mixed)
			begin := now()
			w8Use(c, clients, n, mixed)
			if took := now() - begin; best == 0 || took < best {
				best = took
			}
		}
		for _, more := range []string{"", "_stale"} {
			emit(fmt.Sprintf("W8.%s%s_c%d", name, more, clients), n, best)
		}
	}
}

func init() {
	workloads["w08"] = func() {
		n := 4000000
		w8Measure("direct_read", false, n)
		w8Measure("direct_90_10", true, n)
		entries := map[int64]w8Entry{}
		for i := int64(0); i < int64(n/4); i++ {
			entries[i] = w8Entry{i, now()}
		}
		late, begin := now()+1, now()
		for key, entry := range entries {
			if entry.expires < late {
				delete(entries, key)
			}
		}
		emit("W8.sweep", n/4, now()-begin)
	}
}
