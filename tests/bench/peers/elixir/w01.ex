# W1: calls from one process to another, default timeout.
defmodule W01 do
  def run do
    {:ok, pid} = Counter.start_link()
    loop(pid, 10_000)
    n = 1_000_000
    start = Bench.now()
    loop(pid, n)
    Bench.emit("W1.call_roundtrip", n, Bench.now() - start)
  end

  defp loop(_, 0), do: :ok

  defp loop(pid, n) do
    _ = GenServer.call(pid, :bump)
    loop(pid, n - 1)
  end
end
