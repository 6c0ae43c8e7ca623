/**
 * Results of `work` in the order of `source`, with at most `limit` at work at a time. What runs is awaited
 * before it ends.
 */
export async function* mapOrdered<A, B>(
  source: AsyncIterable<A>,
  limit: number,
  work: (item: A) => Promise<B>,
): AsyncGenerator<B> {
  const running: Promise<B>[] = []
  try {
    for await (const item of source) {
      const result = work(item)
      // Awaited in its turn; until then a failure is not unhandled.
      result.catch(() => {})
      running.push(result)
      if (running.length >= limit) yield await (running.shift() as Promise<B>)
    }
    while (running.length > 0) yield await (running.shift() as Promise<B>)
  } finally {
    await Promise.allSettled(running)
  }
}
