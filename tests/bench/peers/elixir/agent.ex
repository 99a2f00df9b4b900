# agent: an agent is asked and changed at once, by one process.
defmodule AGENT do
  def run do
    {:ok, agent} = Agent.start_link(fn -> 0 end)
    loop(agent, 10_000)
    n = 1_000_000
    start = Bench.now()
    loop(agent, n)
    Bench.emit("agent.get_and_update", n, Bench.now() - start)
  end

  defp loop(_, 0), do: :ok

  defp loop(agent, n) do
    _ = Agent.get_and_update(agent, fn x -> {x + 1, x + 1} end)
    loop(agent, n - 1)
  end
end
