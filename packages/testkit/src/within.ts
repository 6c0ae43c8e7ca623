import assert from 'node:assert/strict'

/** What `promise` resolves to; fails, naming `what`, when it is still open after `ms`. */
export async function within<T>(ms: number, what: string, promise: Promise<T>): Promise<T> {
  const late = Symbol('late')
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<typeof late>((resolve) => {
    timer = setTimeout(resolve, ms, late)
  })
  try {
    const first = await Promise.race([promise, limit])
    if (first === late) assert.fail(`${what}: still waiting after ${ms} ms ("patienceMs" of the laws)`)
    return first
  } finally {
    clearTimeout(timer)
  }
}
