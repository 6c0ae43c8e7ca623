import type { Environment } from '../contracts/environment.js'

/** Thrown when work had not ended in time after its signal was aborted. */
export class AbandonedError extends Error {}

/**
 * What `work` resolves to. Throws `AbandonedError` when it goes on for longer than `graceMs` after the
 * signal.
 */
export async function untilAbandoned<T>(
  work: Promise<T>,
  { signal, graceMs, environment }: { signal: AbortSignal; graceMs: number; environment: Environment },
): Promise<T> {
  let cancelTimer = (): void => undefined
  let onAbort = (): void => undefined
  const late = new Promise<never>((_, reject) => {
    onAbort = () => {
      cancelTimer = environment.after(graceMs, () => reject(new AbandonedError('The work goes on.')))
    }
    signal.addEventListener('abort', onAbort, { once: true })
    if (signal.aborted) onAbort()
  })
  try {
    return await Promise.race([work, late])
  } finally {
    cancelTimer()
    signal.removeEventListener('abort', onAbort)
  }
}
