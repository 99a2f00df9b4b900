// Runs the workload named on the command line; prints figures as JSON.
package main

import (
	"fmt"
	"os"
	"strings"
	"time"
)

var start = time.Now()

func now() int64 { return int64(time.Since(start)) } // monotonic

func peakRssKb() int64 {
	status, _ := os.ReadFile("/proc/self/status")
	for _, line := range strings.Split(string(status), "\n") {
		if strings.HasPrefix(line, "VmHWM:") {
			var kb int64
			fmt.Sscanf(strings.TrimSpace(line[len("VmHWM:"):]), "%d", &kb)
			return kb
		}
	}
	return 0
}

func emit(workload string, n int, ns int64) {
	fmt.Printf("{\"workload\":%q,\"peer\":\"go\",\"n\":%d,\"ns_per_op\":%.3f,\"ops_per_s\":%.0f,\"peak_rss_kb\":%d}\n",
		workload, n, float64(ns)/float64(n), float64(n)*1e9/float64(ns), peakRssKb())
}

var workloads = map[string]func(){}

func main() { workloads[os.Args[1]]() }
