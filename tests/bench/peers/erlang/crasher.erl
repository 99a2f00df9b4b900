%% A gen_server that says when it is ready, and crashes when it is told to.
-module(crasher).
-behaviour(gen_server).
-export([start_link/1, init/1, handle_call/3, handle_cast/2]).

start_link(Starter) -> gen_server:start_link(?MODULE, Starter, []).

init(Starter) ->
    Starter ! {ready, self()},
    {ok, none}.

handle_call(_, _, State) -> {reply, ok, State}.

handle_cast(crash, _) -> erlang:error(boom).
