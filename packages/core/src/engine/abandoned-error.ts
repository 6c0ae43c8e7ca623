/** Thrown where work had not ended in time after it was told to. */
export class AbandonedError extends Error {}

/** What `work` becomes. Throws `GivenUp` where it goes on for longer than `graceMs` after the signal. */
export async function untilAbandoned<T>(work: Promise<T>, signal: AbortSignal, graceMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  let wait = (): void => undefined
  const late = new Promise<never>((_, reject) => {
    wait = () => {
      timer = setTimeout(() => reject(new AbandonedError('The work goes on.')), graceMs)
    }
    signal.addEventListener('abort', wait, { once: true })
    if (signal.aborted) wait()
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', wait)
  }
}
