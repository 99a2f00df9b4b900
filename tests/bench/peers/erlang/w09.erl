%% W9: the names that the runtime keeps: atoms, one a process. A hundred thousand of them, looked up
%% by one process and by four; a name registered and unregistered. A tenth of each goes first,
%% untimed.
-module(w09).
-export([run/0]).
-define(NAMES, 100000).

run() ->
    Names = list_to_tuple([list_to_atom("worker" ++ integer_to_list(I)) ||
                           I <- lists:seq(1, ?NAMES)]),
    [register(Name, spawn(fun idle/0)) || Name <- tuple_to_list(Names)],
    persistent_term:put(names, Names),
    N = 2000000,
    measure("W9.registry_lookup_c1", N, fun(K) -> look_up_all(K, 1) end),
    measure("W9.registry_lookup_c4", N, fun(K) -> look_up_all(K, 4) end),
    Other = spawn(fun idle/0),
    measure("W9.registry_register_unregister", N div 4, fun(K) -> register_times(Other, K) end).

measure(Workload, N, Way) ->
    Way(N div 10),
    Begin = bench:now(),
    Way(N),
    bench:emit(Workload, N, bench:now() - Begin).

idle() -> receive stop -> ok end.

look_up_all(N, Clients) ->
    Self = self(),
    [spawn_link(fun() ->
                    look_up(persistent_term:get(names), 7919 * I, N div Clients),
                    Self ! done
                end) || I <- lists:seq(1, Clients)],
    bench:collect(done, Clients).

look_up(_, _, 0) -> ok;
look_up(Names, X0, N) ->
    X = (X0 * 1103515245 + 12345) band 16#7fffffff,
    true = is_pid(whereis(element(1 + (X bsr 8) rem ?NAMES, Names))),
    look_up(Names, X, N - 1).

register_times(_, 0) -> ok;
register_times(Pid, N) ->
    register(other, Pid),
    unregister(other),
    register_times(Pid, N - 1).
