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

/** Node prints a warning later, where what that throws cannot be caught; a deprecation may be set to throw. */
function isPrintable(error: unknown): error is Error {
  return error instanceof Error && error.name !== 'DeprecationWarning' && typeof error.stack === 'string'
}
