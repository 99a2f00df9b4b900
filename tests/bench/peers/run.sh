#!/bin/sh
# run.sh [NAME...] - our benchmarks and the same work in other languages, in turn; W1 if none is named.
#
# Idea: figures of different minutes do not compare on a machine that others use too, so each peer
# runs right after ours, ROUNDS times (3): ours, theirs, ours, theirs, ... Each run prints its JSON
# line; the ratio is that of the medians. A peer that is not installed, or has no such workload, is
# named aloud. Everything runs with its defaults.
set -eu
: "${BUILD:=build}" "${ROUNDS:=3}"
here=$(dirname "$0")
out=$BUILD/bench/peers
mkdir -p "$out"
out=$(cd "$out" && pwd)

tool() # PEER: the command that must be there
{
    case $1 in erlang) echo erlc ;; elixir) echo elixirc ;; go) echo go ;; esac
}

build() # PEER
{
    rm -rf "${out:?}/$1"
    mkdir -p "$out/$1"
    case $1 in
    erlang) erlc -o "$out/erlang" "$here"/erlang/*.erl ;;
    elixir) elixirc -o "$out/elixir" "$here"/elixir/*.ex ;;
    go) (cd "$here/go" && GOCACHE="$out/go-cache" go build -o "$out/go/peer" .) ;;
    esac
}

run() # PEER WORKLOAD
{
    case $1 in
    otpc) "$BUILD/bench/$2" ;;
    erlang) erl -noshell -pa "$out/erlang" -eval 'bench:main().' -extra "$2" ;;
    elixir) elixir -pa "$out/elixir" -e 'Bench.main()' -- "$2" ;;
    go) "$out/go/peer" "$2" ;;
    esac
}

median() # FILE: of ns_per_op
{
    sed -n 's/.*"ns_per_op":\([0-9.]*\).*/\1/p' "$1" | sort -n |
        awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'
}

compare() # NAME PEER WORKLOAD
{
    : >"$out/ours.json"
    : >"$out/theirs.json"
    round=0
    while [ "$round" -lt "$ROUNDS" ]; do
        run otpc "$1" >>"$out/ours.json"
        tail -n 1 "$out/ours.json"
        run "$2" "$3" >>"$out/theirs.json"
        tail -n 1 "$out/theirs.json"
        round=$((round + 1))
    done
    ours=$(median "$out/ours.json")
    theirs=$(median "$out/theirs.json")
    awk -v name="$1" -v peer="$2" -v ours="$ours" -v theirs="$theirs" 'BEGIN {
        printf "%s: otpc %.0f ns, %s %.0f ns: %.1f times as long\n", name, ours, peer,
            theirs, theirs / ours }' | tee -a "$out/ratios"
}

[ $# -gt 0 ] || set -- W1
peers='' absent=''
for peer in erlang elixir go; do
    if command -v "$(tool "$peer")" >/dev/null; then
        build "$peer"
        peers="$peers $peer"
    else
        absent="$absent $peer"
    fi
done
: >"$out/ratios"
for name in "$@"; do
    CFLAGS=$USER_C sh tests/run/compile.sh "$BUILD/bench/$name.gen" "$BUILD/bench/$name" \
        "tests/bench/$name"/*.otp "tests/bench/$name"/*.c
    [ -n "$peers" ] || run otpc "$name"
    workload=$(printf 'w%02d' "${name#W}")
    for peer in $peers; do
        if ls "$here/$peer/$workload".* >/dev/null 2>&1; then
            compare "$name" "$peer" "$workload"
        else
            echo "$name: $peer has no such workload" | tee -a "$out/ratios"
        fi
    done
done
[ -z "$peers" ] || echo "---- medians of $ROUNDS runs each, in turn"
cat "$out/ratios"
[ -z "$absent" ] || echo "not installed, so not compared:$absent"
