# W2: casts from one process to another, until the last one is handled; a first pass untimed.
defmodule W02 do
  def run do
    {:ok, pid} = Counter.start_link()
    n = 5_000_000
    pass(pid, n, n)
    start = Bench.now()
    pass(pid, n, 2 * n)
    Bench.emit("W2.cast_throughput", n, Bench.now() - start)
  end

  defp pass(pid, n, sum) do
    loop(pid, n)
    ^sum = GenServer.call(pid, :get, :infinity)
  end

  defp loop(_, 0), do: :ok

  defp loop(pid, n) do
    GenServer.cast(pid, {:add, 1})
    loop(pid, n - 1)
  end
end
