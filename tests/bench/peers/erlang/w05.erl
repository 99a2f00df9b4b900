%% W5: processes and gen_servers are started and end, in six ways; a tenth of each untimed.
-module(w05).
-behaviour(supervisor).
-export([run/0, init/1]).

init(dynamic) ->
    Child = #{id => counter, start => {counter, start_link, []}, restart => temporary},
    {ok, {#{strategy => simple_one_for_one}, [Child]}};
init(_) ->
    {ok, {#{strategy => one_for_one}, []}}.

run() ->
    N = 1000000,
    Self = self(),
    {ok, Sup} = supervisor:start_link(?MODULE, []),
    {ok, Dynamic} = supervisor:start_link(?MODULE, dynamic),
    measure("W5.spawn_raw_seq", fun(K) -> seq(Self, K) end, N),
    measure("W5.spawn_raw_batch1000", fun(K) -> batch(Self, K div 1000) end, N),
    measure("W5.spawn_raw_nowait", fun nowait/1, N),
    measure("W5.gen_server_start_stop_nosup", fun start_stop/1, N div 5),
    measure("W5.gen_server_start_stop_sup", fun(K) -> supervised(Sup, K) end, N div 10),
    measure("W5.dynamic_child_start_stop", fun(K) -> dynamic(Dynamic, K) end, N div 10).

measure(Workload, Way, N) ->
    Way(N div 10),
    Begin = bench:now(),
    Way(N),
    bench:emit(Workload, N, bench:now() - Begin).

seq(_, 0) -> ok;
seq(Self, N) ->
    spawn(fun() -> Self ! done end),
    receive done -> ok end,
    seq(Self, N - 1).

batch(_, 0) -> ok;
batch(Self, N) ->
    [spawn(fun() -> Self ! done end) || _ <- lists:seq(1, 1000)],
    bench:collect(done, 1000),
    batch(Self, N - 1).

nowait(0) -> ok;
nowait(N) ->
    spawn(fun() -> ok end),
    nowait(N - 1).

start_stop(0) -> ok;
start_stop(N) ->
    {ok, Pid} = counter:start_link(),
    ok = gen_server:stop(Pid),
    start_stop(N - 1).

supervised(_, 0) -> ok;
supervised(Sup, N) ->
    Child = #{id => counter, start => {counter, start_link, []}, restart => temporary},
    {ok, _} = supervisor:start_child(Sup, Child),
    ok = supervisor:terminate_child(Sup, counter),
    supervised(Sup, N - 1).

dynamic(_, 0) -> ok;
dynamic(Sup, N) ->
    {ok, Pid} = supervisor:start_child(Sup, []),
    ok = supervisor:terminate_child(Sup, Pid),
    dynamic(Sup, N - 1).
