# pubsub: messages broadcast to a thousand GenServers through a duplicate Registry, until all have
# handled them; after every ten the speaker waits for all. A tenth of it untimed.
defmodule Listener do
  use GenServer

  def start_link(speaker), do: GenServer.start_link(__MODULE__, speaker)

  @impl true
  def init(speaker) do
    {:ok, _} = Registry.register(Events, "news", nil)
    {:ok, {speaker, 0}}
  end

  @impl true
  def handle_info({:news, message}, {speaker, heard}) do
    ^message = heard + 1
    if rem(message, 10) == 0, do: send(speaker, :heard)
    {:noreply, {speaker, message}}
  end
end

defmodule PUBSUB do
  @listeners 1000

  def run do
    {:ok, _} = Registry.start_link(keys: :duplicate, name: Events)
    for _ <- 1..@listeners, do: {:ok, _} = Listener.start_link(self())
    n = 2_000_000
    said = broadcast(0, div(n, 10 * @listeners))
    start = Bench.now()
    _ = broadcast(said, div(n, @listeners))
    Bench.emit("pubsub.broadcast_1000", n, Bench.now() - start)
  end

  defp broadcast(said, 0), do: said

  defp broadcast(said, times) do
    message = said + 1

    Registry.dispatch(Events, "news", fn entries ->
      for {pid, _} <- entries, do: send(pid, {:news, message})
    end)

    if rem(message, 10) == 0, do: Bench.collect(:heard, @listeners)
    broadcast(message, times - 1)
  end
end
