/**
 * Calls a function of the host's that nothing waits for. What it throws, or what the promise that it returns
 * rejects with, becomes a warning of the process.
 */
export function callHost(call: () => unknown): void {
  try {
    const result = call()
    if (typeof result === 'object' || typeof result === 'function')
      // Anything with a `then`, whatever that does: it is called later, and what it throws rejects.
      void new Promise((resolve) => resolve(result)).catch(warn)
  } catch (error) {
    warn(error)
  }
}

/** Never throws, whatever the error is. */
export function warn(error: unknown): void {
  try {
    process.emitWarning(isPrintable(error) ? error : String(error))
  } catch {
    process.emitWarning('A function of the host threw something that cannot be printed.')
  }
}

/** `warn` for what is tried again and again: the same message at its 1st, 2nd, 4th, 8th … time alone. */
export function repeatedWarning(): (error: unknown) => void {
  const times = new Map<string, number>()
  return (error) => {
    const text = isPrintable(error) ? error.message : ''
    const time = text === '' ? 1 : (times.get(text) ?? 0) + 1
    if (times.size >= messagesRemembered) times.clear()
    times.set(text, time)
    if (Number.isInteger(Math.log2(time))) warn(error)
  }
}

const messagesRemembered = 100

/** Node prints a warning later, where what that throws cannot be caught; a deprecation may be set to throw. */
function isPrintable(error: unknown): error is Error {
  return error instanceof Error && error.name !== 'DeprecationWarning' && typeof error.stack === 'string'
}
