%% table: a public ETS table of a hundred thousand numbers: read, with one write in ten, counters, and
%% a walk through all.
-module(table).
-export([run/0]).
-define(KEYS, 100000).

run() ->
    N = 4000000,
    measure("table.read", fresh([]), N, fun(Table, _, _, Key) -> [_] = ets:lookup(Table, Key) end),
    Written = fresh([{write_concurrency, true}]),
    measure("table.90_10", Written, N,
            fun(Table, X, I, Key) when X rem 10 =:= 0 -> ets:insert(Table, {Key, I});
               (Table, _, _, Key) -> [_] = ets:lookup(Table, Key) end),
    measure("table.add", Written, N,
            fun(Table, _, _, Key) -> ets:update_counter(Table, Key, 1) end),
    Begin = bench:now(),
    ets:foldl(fun({Key, Value}, Sum) -> Sum + (Key bxor Value) end, 0, Written),
    bench:emit("table.each", ?KEYS, bench:now() - Begin).

fresh(More) ->
    Table = ets:new(t, [set, public, {read_concurrency, true} | More]),
    [ets:insert(Table, {I, I}) || I <- lists:seq(0, ?KEYS - 1)],
    Table.

measure(Name, Table, N, Use) -> [measure(Name, Table, Clients, N, Use) || Clients <- [1, 4]].

measure(Name, Table, Clients, N, Use) ->
    by(Table, Clients, N div 10, Use),
    Begin = bench:now(),
    by(Table, Clients, N, Use),
    bench:emit(Name ++ "_c" ++ integer_to_list(Clients), N, bench:now() - Begin).

by(Table, Clients, N, Use) ->
    Self = self(),
    [spawn_link(fun() -> use(Table, I * 7919, N div Clients, Use), Self ! done end)
     || I <- lists:seq(1, Clients)],
    bench:collect(done, Clients).

use(_, _, 0, _) -> ok;
use(Table, X0, I, Use) ->
    X = (X0 * 1103515245 + 12345) band 16#7fffffff,
    Use(Table, X, I, (X bsr 8) rem ?KEYS),
    use(Table, X, I - 1, Use).
