# behaviours.awk - first file: the list; the others: tests. A promise with its test counts as passed.

function complain(text) { print "FAIL " text; failed++ }

FNR == 1 { file++ }

# The list: "B001 [HARD] built: text", text going on in indented lines.
file == 1 && /^B[0-9]/ {
    tag = $1
    hard = $2 == "[HARD]"
    state = hard ? $3 : $2
    if (!match($0, /^B[0-9][0-9][0-9] (\[HARD\] )?(built|instead|later|never): ./))
        complain("behaviours.txt:" FNR ": not 'Bnnn [HARD] STATE: text': " $0)
    sub(/:$/, "", state)
    if (tag in is)
        complain("behaviours.txt:" FNR ": " tag " is there twice")
    is[tag] = state
    order[++n] = tag
    next
}
file == 1 && !/^(    [^ ]|#|$)/ { complain("behaviours.txt:" FNR ": neither an entry nor its text: " $0) }

file > 1 && match($0, /^START_TEST\(B[0-9]+/) {
    tag = substr($0, 12, RLENGTH - 11)
    tested[tag]++
    if (!(tag in is))
        complain(FILENAME ":" FNR ": " tag " is not in behaviours.txt")
    else if (is[tag] == "later")
        complain(FILENAME ":" FNR ": " tag " has a test but the list says 'later'")
}

END {
    for (i = 1; i <= n; i++) {
        tag = order[i]
        count[is[tag]]++
        if (is[tag] != "built" && is[tag] != "instead")
            continue
        if (tested[tag])
            passed++
        else
            complain(tag " is '" is[tag] "' but no test carries its tag")
    }
    printf "%d behaviours: %d built, %d instead (C must differ), %d later, %d never\n", n,
        count["built"], count["instead"], count["later"], count["never"]
    printf "behaviours: %d passed, %d failed, 0 skipped\n", passed, failed
    exit failed > 0
}
