# A GenServer that counts its calls.
defmodule Counter do
  use GenServer, restart: :temporary

  def start_link(n \\ 0), do: GenServer.start_link(__MODULE__, n)

  @impl true
  def init(n), do: {:ok, n}

  @impl true
  def handle_call(:bump, _from, n), do: {:reply, n + 1, n + 1}
  def handle_call(:get, _from, n), do: {:reply, n, n}

  @impl true
  def handle_cast({:add, x}, n), do: {:noreply, n + x}
end
