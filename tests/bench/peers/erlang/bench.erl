%% Runs the workload named on the command line in a process of its own; prints figures as JSON.
-module(bench).
-export([main/0, emit/3, emit/4, now/0, status_kb/1, collect/2]).

now() -> erlang:monotonic_time(nanosecond).

status_kb(Field) ->
    {ok, Status} = file:read_file("/proc/self/status"),
    {match, [Kb]} = re:run(Status, Field ++ ":\\s+(\\d+)", [{capture, all_but_first, list}]),
    list_to_integer(Kb).

emit(Workload, N, Ns) -> emit(Workload, N, Ns, "").

emit(Workload, N, Ns, More) ->
    io:format("{\"workload\":\"~s\",\"peer\":\"erlang\",\"n\":~w,\"ns_per_op\":~.3f,"
              "\"ops_per_s\":~w,\"peak_rss_kb\":~w~s}~n",
              [Workload, N, Ns / N, round(N * 1.0e9 / Ns), status_kb("VmHWM"), More]).

%% Takes Count messages Message out of the mailbox.
collect(_, 0) -> ok;
collect(Message, Count) ->
    receive Message -> collect(Message, Count - 1) end.

main() ->
    [Workload] = init:get_plain_arguments(),
    {_, Ref} = spawn_monitor(list_to_atom(Workload), run, []),
    receive
        {'DOWN', Ref, _, _, normal} -> halt(0);
        {'DOWN', Ref, _, _, Reason} -> io:format(standard_error, "~p~n", [Reason]), halt(1)
    end.
