export interface Deferred<T> {
  readonly promise: Promise<T>
  resolve(value: T): void
  reject(error: unknown): void
}

export function deferred<T>(): Deferred<T> {
  let [resolve, reject] = [(_: T): void => {}, (_: unknown): void => {}]
  const promise = new Promise<T>((...callbacks) => {
    ;[resolve, reject] = callbacks
  })
  // A rejection is no unhandled one if no statement waits for it.
  promise.catch(() => {})
  return { promise, resolve, reject }
}
