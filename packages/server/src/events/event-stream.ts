import type { JobUpdate } from '@piecework/core'
import type { JobStateView } from '../views/views.js'

interface StreamOptions {
  readonly heartbeatMs: number
  /** Of what the client has. */
  readonly known: string | undefined
  show(update: JobUpdate): JobStateView
  /** Stops the updates, also one that is waited for. */
  end(): void
}

/**
 * The text of server-sent events: a state where it differs from what the client has, a comment when nothing came for
 * `heartbeatMs`. Pulled as fast as it is sent: of states that came meanwhile, the newest.
 */
export async function* eventStream(
  updates: AsyncIterator<JobUpdate>,
  { heartbeatMs, known, show, end }: StreamOptions,
): AsyncGenerator<string> {
  let next = updates.next()
  // Proxies send headers on with the first bytes.
  yield ': \n\n'
  let isFirst = true
  try {
    for (;;) {
      const update = await nextOr(next, heartbeatMs)
      if (update === 'nothing') {
        yield ': \n\n'
        continue
      }
      if (update.done) return
      if (!isFirst || String(update.value.revision) !== known) yield eventOf(show(update.value))
      isFirst = false
      next = updates.next()
    }
  } finally {
    next.catch(() => undefined)
    end()
    await updates.return?.()
  }
}

function eventOf(state: JobStateView): string {
  return `id: ${state.revision}\nevent: job\ndata: ${JSON.stringify(state)}\n\n`
}

async function nextOr<T>(next: Promise<T>, ms: number): Promise<T | 'nothing'> {
  let timer: NodeJS.Timeout | undefined
  const nothing = new Promise<'nothing'>((resolve) => {
    timer = setTimeout(() => resolve('nothing'), ms)
  })
  try {
    return await Promise.race([next, nothing])
  } finally {
    clearTimeout(timer)
  }
}
