/**
 * Asks all at once, until one refuses or the signal ends it. All have ended before the first failure is told: none goes on
 * after the request.
 */
export async function askedAtOnce<T>(
  all: readonly T[],
  given: AbortSignal | undefined,
  ask: (one: T, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const refusal = new AbortController()
  const signal = given ? AbortSignal.any([given, refusal.signal]) : refusal.signal
  let failure: { readonly reason: unknown } | undefined
  await Promise.all(
    all.map(async (one) => {
      try {
        signal.throwIfAborted()
        await ask(one, signal)
      } catch (reason) {
        failure ??= { reason }
        refusal.abort(reason)
      }
    }),
  )
  given?.throwIfAborted()
  if (failure) throw failure.reason
}
