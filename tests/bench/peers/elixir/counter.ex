# A GenServer that counts its calls.
defmodule Counter do
  use GenServer

  def start_link, do: GenServer.start_link(__MODULE__, 0)

  @impl true
  def init(n), do: {:ok, n}

  @impl true
  def handle_call(:bump, _from, n), do: {:reply, n + 1, n + 1}
end
