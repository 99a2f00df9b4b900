#!/bin/sh
# run.sh [NAME...] - our benchmarks and the same work done by others, in turn; all if none is named.
#
# Idea: the peers are languages, two hash tables in C that are read without locks (urcu, ck), and C
# that does no more than it must (c): a measure of the machine, not a program that one could use.
# PEERS="erlang c" takes these only. Figures of different minutes do not compare on a machine that
# others use too, so each peer runs right after ours, ROUNDS times (3): ours, theirs, ours, theirs,
# ... Each run prints its lines of JSON; the ratio is that of the medians, for each workload that
# both have. A peer that is not installed, or has no such workload, is named aloud. Everything runs
# with its defaults, but that Erlang's limit of processes is raised for W6.
set -eu
: "${BUILD:=build}" "${ROUNDS:=3}"
here=$(dirname "$0")
out=$BUILD/bench/peers
mkdir -p "$out"
out=$(cd "$out" && pwd)

has_header() # HEADER
{
    echo "#include <$1>" | "${CC:-cc}" -E - >/dev/null 2>&1
}

has() # PEER: it can be built here
{
    case $1 in
    erlang) command -v erlc >/dev/null ;;
    elixir) command -v elixirc >/dev/null ;;
    go) command -v go >/dev/null ;;
    urcu) has_header urcu/rculfhash.h ;;
    ck) has_header ck_ht.h ;;
    c) ;;
    esac
}

build_c() # PEER [LIBRARY...]
{
    peer=$1
    shift
    for source in "$here/$peer"/*.c; do
        "${CC:-cc}" -std=gnu11 -O2 -Wall -Wextra -pthread -o "$out/$peer/$(basename "$source" .c)" \
            "$source" "$@"
    done
}

build() # PEER
{
    rm -rf "${out:?}/$1"
    mkdir -p "$out/$1"
    case $1 in
    erlang) erlc -o "$out/erlang" "$here"/erlang/*.erl ;;
    elixir) elixirc -o "$out/elixir" "$here"/elixir/*.ex ;;
    go) (cd "$here/go" && GOCACHE="$out/go-cache" go build -o "$out/go/peer" .) ;;
    c) build_c c ;;
    urcu) build_c urcu -lurcu-cds -lurcu-qsbr ;;
    ck) build_c ck -lck ;;
    esac
}

run() # PEER WORKLOAD
{
    case $1 in
    otpc) "$BUILD/bench/$2" ;;
    erlang) erl -noshell +P 4000000 -pa "$out/erlang" -eval 'bench:main().' -extra "$2" ;;
    elixir) elixir --erl '+P 4000000' -pa "$out/elixir" -e 'Bench.main()' -- "$2" ;;
    go) "$out/go/peer" "$2" ;;
    c | urcu | ck) "$out/$1/$2" ;;
    esac
}

median() # FIELD WORKLOAD FILE
{
    sed -n "s/.*\"workload\":\"$2\".*\"$1\":\([0-9.]*\).*/\1/p" "$3" | sort -n |
        awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'
}

ratio() # FIELD UNIT WORKLOAD PEER: prints a line if both have it
{
    ours=$(median "$1" "$3" "$out/ours.json")
    theirs=$(median "$1" "$3" "$out/theirs.json")
    [ "$ours" != 0 ] && [ "$theirs" != 0 ] || return 0
    awk -v name="$3" -v peer="$4" -v unit="$2" -v ours="$ours" -v theirs="$theirs" 'BEGIN {
        printf "%s: otpc %.0f %s, %s %.0f %s: %.1f times as much\n", name, ours, unit, peer,
            theirs, unit, theirs / ours }' | tee -a "$out/ratios"
}

compare() # NAME PEER WORKLOAD
{
    : >"$out/ours.json"
    : >"$out/theirs.json"
    round=0
    while [ "$round" -lt "$ROUNDS" ]; do
        run otpc "$1" | tee -a "$out/ours.json"
        run "$2" "$3" | tee -a "$out/theirs.json"
        round=$((round + 1))
    done
    for workload in $(sed 's/.*"workload":"\([^"]*\)".*/\1/' "$out/ours.json" | awk '!seen[$0]++'); do
        ratio ns_per_op ns "$workload" "$2"
        ratio bytes_per_proc_rss bytes "$workload" "$2"
    done
}

[ $# -gt 0 ] || set -- W1 W2 W4 W5 W6 W7 W8 W9 W11 agent task pubsub table
peers='' absent=''
for peer in ${PEERS:-erlang elixir go c urcu ck}; do
    if has "$peer"; then
        build "$peer"
        peers="$peers $peer"
    else
        absent="$absent $peer"
    fi
done
: >"$out/ratios"
for name in "$@"; do
    CFLAGS=$USER_C sh tests/run/compile.sh "$BUILD/bench/$name.gen" "$BUILD/bench/$name" \
        tests/bench/bench.c "tests/bench/$name"/*.otp "tests/bench/$name"/*.c
    [ -n "$peers" ] || run otpc "$name"
    case $name in W*) program=$(printf 'w%02d' "${name#W}") ;; *) program=$name ;; esac
    for peer in $peers; do
        if ls "$here/$peer/$program".* >/dev/null 2>&1; then
            compare "$name" "$peer" "$program"
        else
            echo "$name: $peer has no such workload" | tee -a "$out/ratios"
        fi
    done
done
[ -z "$peers" ] || echo "---- medians of $ROUNDS runs each, in turn"
cat "$out/ratios"
[ -z "$absent" ] || echo "not installed, so not compared:$absent"
