%% W2: casts from one process to another, until the last one is handled; a first pass untimed.
-module(w02).
-export([run/0]).

run() ->
    {ok, Pid} = counter:start_link(),
    N = 5000000,
    pass(Pid, N, N),
    Begin = bench:now(),
    pass(Pid, N, 2 * N),
    bench:emit("W2.cast_throughput", N, bench:now() - Begin).

pass(Pid, N, Sum) ->
    loop(Pid, N),
    Sum = gen_server:call(Pid, get, infinity).

loop(_, 0) -> ok;
loop(Pid, N) ->
    gen_server:cast(Pid, {add, 1}),
    loop(Pid, N - 1).
