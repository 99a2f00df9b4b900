# task: tasks one after the other, each started with a link and awaited; a tenth untimed.
defmodule TASK do
  def run do
    n = 1_000_000
    loop(div(n, 10))
    start = Bench.now()
    loop(n)
    Bench.emit("task.async_await", n, Bench.now() - start)
  end

  defp loop(0), do: :ok

  defp loop(n) do
    ^n = Task.await(Task.async(fn -> n end))
    loop(n - 1)
  end
end
