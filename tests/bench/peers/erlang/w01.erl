%% W1: calls from one process to another, default timeout.
-module(w01).
-export([run/0]).

run() ->
    {ok, Pid} = counter:start_link(),
    loop(Pid, 10000),
    N = 1000000,
    Begin = bench:now(),
    loop(Pid, N),
    bench:emit("W1.call_roundtrip", N, bench:now() - Begin).

loop(_, 0) -> ok;
loop(Pid, N) ->
    _ = gen_server:call(Pid, bump),
    loop(Pid, N - 1).
