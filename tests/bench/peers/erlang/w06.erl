%% W6: a million idle gen_servers, their memory, and that they answer. The program's memory grows
%% by more than theirs, but the list of pids is small beside them.
-module(w06).
-export([run/0]).

run() ->
    N = 1000000,
    erlang:garbage_collect(),
    Before = bench:status_kb("VmRSS"),
    Begin = bench:now(),
    Pids = start(N, []),
    Took = bench:now() - Begin,
    Bytes = (bench:status_kb("VmRSS") - Before) * 1024 / N,
    [1 = gen_server:call(Pid, bump) || Pid <- Pids],
    bench:emit("W6.memory_gen_server", N, Took,
               io_lib:format(",\"bytes_per_proc_rss\":~w", [round(Bytes)])).

start(0, Pids) -> Pids;
start(N, Pids) ->
    {ok, Pid} = counter:start(),
    start(N - 1, [Pid | Pids]).
