# W11: a stream of tasks over a hundred thousand numbers, ten or a hundred at once; a tenth untimed.
defmodule W11 do
  def run do
    measure(10, true)
    measure(100, true)
    measure(100, false)
  end

  defp measure(at_once, ordered) do
    n = 100_000
    stream(div(n, 10), at_once, ordered)
    start = Bench.now()
    stream(n, at_once, ordered)
    order = if ordered, do: "ordered", else: "unordered"
    Bench.emit("W11.async_stream_#{at_once}_#{order}", n, Bench.now() - start)
  end

  defp stream(n, at_once, ordered) do
    sum =
      1..n
      |> Task.async_stream(fn x -> x + 1 end, max_concurrency: at_once, ordered: ordered)
      |> Enum.reduce(0, fn {:ok, value}, sum -> sum + value end)

    true = sum == div(n * (n + 3), 2)
  end
end
