# W9: lookups among a hundred thousand names by one process and by four; a name registered and
# unregistered. A thousand processes have a hundred names each: Registry.unregister looks at all
# names of its process. A tenth of each goes first, untimed.
defmodule W09 do
  @names 100_000
  @each 100

  def run do
    {:ok, _} = Registry.start_link(keys: :unique, name: Workers)
    fill()
    n = 2_000_000
    measure("W9.registry_lookup_c1", n, &look_up_all(&1, 1))
    measure("W9.registry_lookup_c4", n, &look_up_all(&1, 4))
    measure("W9.registry_register_unregister", div(n, 4), &register/1)
  end

  defp measure(workload, n, way) do
    way.(div(n, 10))
    start = Bench.now()
    way.(n)
    Bench.emit(workload, n, Bench.now() - start)
  end

  defp fill do
    me = self()

    for first <- 0..(@names - 1)//@each do
      spawn_link(fn ->
        for i <- 0..(@each - 1), do: {:ok, _} = Registry.register(Workers, first + i, nil)
        send(me, :done)
        Process.sleep(:infinity)
      end)
    end

    Bench.collect(:done, div(@names, @each))
  end

  defp look_up_all(n, clients) do
    me = self()

    for i <- 1..clients do
      spawn_link(fn ->
        look_up(7919 * i, div(n, clients))
        send(me, :done)
      end)
    end

    Bench.collect(:done, clients)
  end

  defp look_up(_, 0), do: :ok

  defp look_up(x, n) do
    x = Bitwise.band(x * 1_103_515_245 + 12345, 0x7FFFFFFF)
    [{_, _}] = Registry.lookup(Workers, rem(Bitwise.bsr(x, 8), @names))
    look_up(x, n - 1)
  end

  defp register(0), do: :ok

  defp register(n) do
    {:ok, _} = Registry.register(Workers, @names, nil)
    :ok = Registry.unregister(Workers, @names)
    register(n - 1)
  end
end
