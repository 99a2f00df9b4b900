# totals.awk - prints "passed failed skipped programs" from what a Check program printed.
/^SKIP / { skipped++ }
/[0-9]+%: Checks: [0-9]+, Failures: [0-9]+, Errors: [0-9]+/ {
    line = $0
    gsub(/[^0-9]+/, " ", line)
    n = split(line, v, " ")
    checks += v[n - 2]; failures += v[n - 1] + v[n]; programs++
}
END { print checks - failures - skipped + 0, failures + 0, skipped + 0, programs + 0 }
