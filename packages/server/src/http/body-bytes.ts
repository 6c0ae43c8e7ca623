import { httpError } from '../problems/http-error.js'
import type { HttpRequest } from './http-request.js'

/** The bytes of a body, also if a parser of the host has read it. Throws `http/consumed`, and `http/timeout` while it comes. */
export function bodyBytes({ body }: HttpRequest, idleMs: number): AsyncIterable<Uint8Array> {
  if (body.state === 'none') return one('')
  if (body.state === 'unread') return withoutStalls(body.bytes, idleMs)
  if (body.state === 'parsed' && (body.value instanceof Uint8Array || typeof body.value === 'string'))
    return one(body.value)
  throw httpError(
    'http/consumed',
    'A body parser of the application has read this upload before Piecework could: let it take application/json only.',
  )
}

async function* one(value: Uint8Array | string): AsyncGenerator<Uint8Array> {
  yield typeof value === 'string' ? Buffer.from(value) : value
}

/** Throws `http/timeout` if the next chunk takes longer than `idleMs`. */
async function* withoutStalls(bytes: AsyncIterable<Uint8Array>, idleMs: number): AsyncGenerator<Uint8Array> {
  const iterator = bytes[Symbol.asyncIterator]()
  let isPending = false
  try {
    for (;;) {
      isPending = true
      const next = await within(iterator.next(), idleMs)
      isPending = false
      if (next.done) return
      yield next.value
    }
  } finally {
    // A read that has stalled would hold its return, too.
    const ended = iterator.return?.()
    if (!isPending) await ended
    else ended?.catch(() => undefined)
  }
}

/** Throws `http/timeout`. */
export async function within<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(tooLate(ms)), ms)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
    // Nothing waits for it any more.
    work.catch(() => undefined)
  }
}

function tooLate(ms: number): Error {
  return httpError('http/timeout', `The body did not come within ${ms} ms.`, {
    headers: { connection: 'close' },
  })
}
