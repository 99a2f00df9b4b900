# W5: processes and GenServers are started and end; a tenth of each untimed.
defmodule W05 do
  def run do
    {:ok, supervisor} = DynamicSupervisor.start_link(strategy: :one_for_one)
    me = self()
    measure("W5.spawn_raw_seq", 1_000_000, &seq(me, &1))
    measure("W5.dynamic_child_start_stop", 100_000, &supervised(supervisor, &1))
  end

  defp measure(workload, n, way) do
    way.(div(n, 10))
    start = Bench.now()
    way.(n)
    Bench.emit(workload, n, Bench.now() - start)
  end

  defp seq(_, 0), do: :ok

  defp seq(me, n) do
    spawn(fn -> send(me, :done) end)
    receive do: (:done -> :ok)
    seq(me, n - 1)
  end

  defp supervised(_, 0), do: :ok

  defp supervised(supervisor, n) do
    {:ok, pid} = DynamicSupervisor.start_child(supervisor, {Counter, 0})
    :ok = DynamicSupervisor.terminate_child(supervisor, pid)
    supervised(supervisor, n - 1)
  end
end
