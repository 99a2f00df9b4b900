%% W4: tokens go round a ring of a thousand processes, first one, then a hundred at once.
-module(w04).
-export([run/0]).

run() ->
    Nodes = 1000,
    Driver = self(),
    First = spawn_link(fun() -> receive {next, Next} -> node(Next, Driver) end end),
    Last = lists:foldl(fun(_, Next) -> spawn_link(fun() -> node(Next, Driver) end) end,
                       First, lists:seq(2, Nodes)),
    First ! {next, Last},
    measure("W4.ring_1tok", First, 1, Nodes),
    measure("W4.ring_100tok", First, 100, Nodes).

measure(Workload, First, Tokens, Nodes) ->
    N = 2000000,
    pass(First, Tokens, Nodes),
    Begin = bench:now(),
    pass(First, Tokens, N div Tokens),
    bench:emit(Workload, N, bench:now() - Begin).

pass(First, Tokens, Hops) ->
    [First ! {token, Hops} || _ <- lists:seq(1, Tokens)],
    bench:collect(done, Tokens).

node(Next, Driver) ->
    receive
        {token, 0} -> Driver ! done;
        {token, Hops} -> Next ! {token, Hops - 1}
    end,
    node(Next, Driver).
