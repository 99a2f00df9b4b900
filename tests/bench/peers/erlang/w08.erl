%% W8: a cache of a hundred thousand numbers: through a gen_server that owns an ETS table, read in a
%% public ETS table; a sweep of a million. What is read stale with us is read exactly here.
-module(w08).
-behaviour(gen_server).
-export([run/0, init/1, handle_call/3, handle_cast/2]).
-define(KEYS, 100000).
-define(TTL, 300000).

run() ->
    N = 4000000,
    direct(["W8.direct_read", "W8.direct_read_stale"], [], 0, N),
    direct(["W8.direct_90_10", "W8.direct_90_10_stale"], [{write_concurrency, true}], 10, N),
    {ok, Pid} = gen_server:start_link(?MODULE, [], []),
    [put(Pid, I, I) || I <- lists:seq(0, ?KEYS - 1)],
    {ok, 5} = get(Pid, 5),
    Call = fun(X, I, Key) when X rem 10 =:= 0 -> put(Pid, Key, I);
              (_, _, Key) -> {ok, _} = get(Pid, Key) end,
    [measure("W8.call_90_10", Clients, N div 4, Call) || Clients <- [1, 4]],
    sweep(N div 4).

direct(Names, More, Part, N) ->
    Table = ets:new(t, [set, public, {read_concurrency, true} | More]),
    [insert(Table, I, I) || I <- lists:seq(0, ?KEYS - 1)],
    Use = fun(X, I, Key) when Part =/= 0, X rem Part =:= 0 -> insert(Table, Key, I);
             (_, _, Key) -> {ok, _} = lookup(Table, Key) end,
    [measure(Name, Clients, N, Use) || Name <- Names, Clients <- [1, 4]].

measure(Name, Clients, N, Use) ->
    by(Clients, N div 10, Use),
    Begin = bench:now(),
    by(Clients, N, Use),
    bench:emit(Name ++ "_c" ++ integer_to_list(Clients), N, bench:now() - Begin).

by(Clients, N, Use) ->
    Self = self(),
    [spawn_link(fun() -> use(I * 7919, N div Clients, Use), Self ! done end)
     || I <- lists:seq(1, Clients)],
    bench:collect(done, Clients).

use(_, 0, _) -> ok;
use(X0, I, Use) ->
    X = (X0 * 1103515245 + 12345) band 16#7fffffff,
    Use(X, I, (X bsr 8) rem ?KEYS),
    use(X, I - 1, Use).

now_ms() -> erlang:monotonic_time(millisecond).

insert(Table, Key, Value) -> ets:insert(Table, {Key, Value, now_ms() + ?TTL}).

lookup(Table, Key) ->
    case ets:lookup(Table, Key) of
        [{_, Value, Expires}] ->
            case now_ms() < Expires of true -> {ok, Value}; false -> miss end;
        [] -> miss
    end.

sweep(N) ->
    Table = ets:new(t, [set, protected]),
    [ets:insert(Table, {I, I, now_ms() - 1}) || I <- lists:seq(0, N - 1)],
    Now = now_ms(),
    Begin = bench:now(),
    N = ets:select_delete(Table, [{{'_', '_', '$1'}, [{'<', '$1', Now}], [true]}]),
    bench:emit("W8.sweep", N, bench:now() - Begin).

%% the server

get(Pid, Key) -> gen_server:call(Pid, {get, Key}).
put(Pid, Key, Value) -> gen_server:cast(Pid, {put, Key, Value}).

init(_) -> {ok, ets:new(cache, [set, protected])}.
handle_call({get, Key}, _, Table) -> {reply, lookup(Table, Key), Table}.
handle_cast({put, Key, Value}, Table) -> insert(Table, Key, Value), {noreply, Table}.
