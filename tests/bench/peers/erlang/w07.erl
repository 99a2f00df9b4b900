%% W7: from the order to crash to the next process being ready; a tenth untimed. Nothing is logged.
-module(w07).
-behaviour(supervisor).
-export([run/0, init/1]).

init(Starter) ->
    Child = #{id => crasher, start => {crasher, start_link, [Starter]}},
    {ok, {#{strategy => one_for_one, intensity => 1000000000, period => 1}, [Child]}}.

run() ->
    logger:set_primary_config(level, none),
    measure("W7.restart_crash", [keeper()], 20000),
    measure("W7.restart_crash_1000sups", [keeper() || _ <- lists:seq(1, 1000)], 100000).

keeper() ->
    {ok, _} = supervisor:start_link(?MODULE, self()),
    ready().

ready() -> receive {ready, Pid} -> Pid end.

measure(Workload, Children, N) ->
    Warm = crash(Children, N div 10),
    Begin = bench:now(),
    crash(Warm, N),
    bench:emit(Workload, N, bench:now() - Begin).

%% Each child in turn, until N have crashed.
crash(Children, N) when N =< 0 -> Children;
crash(Children, N) ->
    crash([begin gen_server:cast(Pid, crash), ready() end || Pid <- Children], N - length(Children)).
