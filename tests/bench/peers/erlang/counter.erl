%% A gen_server that counts its calls.
-module(counter).
-behaviour(gen_server).
-export([start/0, start_link/0, init/1, handle_call/3, handle_cast/2]).

start() -> gen_server:start(?MODULE, 0, []).
start_link() -> gen_server:start_link(?MODULE, 0, []).
init(N) -> {ok, N}.
handle_call(bump, _From, N) -> {reply, N + 1, N + 1};
handle_call(get, _From, N) -> {reply, N, N}.
handle_cast({add, X}, N) -> {noreply, N + X}.
