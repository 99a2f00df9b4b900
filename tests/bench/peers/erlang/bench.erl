%% Runs the workload named on the command line in a process of its own; prints figures as JSON.
-module(bench).
-export([main/0, emit/3, now/0]).

now() -> erlang:monotonic_time(nanosecond).

peak_rss_kb() ->
    {ok, Status} = file:read_file("/proc/self/status"),
    {match, [Kb]} = re:run(Status, "VmHWM:\\s+(\\d+)", [{capture, all_but_first, list}]),
    list_to_integer(Kb).

emit(Workload, N, Ns) ->
    io:format("{\"workload\":\"~s\",\"peer\":\"erlang\",\"n\":~w,\"ns_per_op\":~.3f,"
              "\"ops_per_s\":~w,\"peak_rss_kb\":~w}~n",
              [Workload, N, Ns / N, round(N * 1.0e9 / Ns), peak_rss_kb()]).

main() ->
    [Workload] = init:get_plain_arguments(),
    {_, Ref} = spawn_monitor(list_to_atom(Workload), run, []),
    receive
        {'DOWN', Ref, _, _, normal} -> halt(0);
        {'DOWN', Ref, _, _, Reason} -> io:format(standard_error, "~p~n", [Reason]), halt(1)
    end.
