# Runs the workload named on the command line in a process of its own; prints figures as JSON.
defmodule Bench do
  def now, do: System.monotonic_time(:nanosecond)

  def peak_rss_kb do
    [_, kb] = Regex.run(~r/VmHWM:\s+(\d+)/, File.read!("/proc/self/status"))
    String.to_integer(kb)
  end

  def emit(workload, n, ns) do
    IO.puts(
      "{\"workload\":\"#{workload}\",\"peer\":\"elixir\",\"n\":#{n}," <>
        "\"ns_per_op\":#{Float.round(ns / n, 3)},\"ops_per_s\":#{round(n * 1.0e9 / ns)}," <>
        "\"peak_rss_kb\":#{peak_rss_kb()}}"
    )
  end

  # Takes count messages out of the mailbox.
  def collect(_, 0), do: :ok
  def collect(message, count), do: receive(do: (^message -> collect(message, count - 1)))

  def main do
    [workload] = System.argv()
    {_, ref} = spawn_monitor(Module.concat([String.upcase(workload)]), :run, [])

    receive do
      {:DOWN, ^ref, _, _, :normal} ->
        System.halt(0)

      {:DOWN, ^ref, _, _, reason} ->
        IO.puts(:stderr, inspect(reason))
        System.halt(1)
    end
  end
end
