import { type Api, Problem } from './api.js'
import type { JobState } from './model.js'

interface Follow {
  readonly api: Api
  readonly job: string
  readonly signal: AbortSignal
  onState(state: JobState): void
  /** The connection is there, or is tried again. */
  onConnection(isThere: boolean): void
}

const pauses = [500, 1000, 2000, 4000, 8000, 15_000]

/**
 * States of a job until it has ended; a connection that is lost is made again, to whichever process answers. By `fetch`,
 * because an `EventSource` sends no token. Throws `Problem` where there is nothing to follow.
 */
export async function follow({ api, job, signal, onState, onConnection }: Follow): Promise<void> {
  let revision: string | undefined
  for (let failures = 0; !signal.aborted; ) {
    try {
      const headers = {
        accept: 'text/event-stream',
        ...(revision !== undefined && { 'last-event-id': revision }),
      }
      const response = await api.send(`jobs/${encodeURIComponent(job)}/events`, { headers, signal })
      onConnection(true)
      if (response.status === 204) return
      for await (const data of eventsOf(response)) {
        failures = 0
        const state = JSON.parse(data) as JobState
        revision = String(state.revision)
        onState(state)
        if (state.job.endedAt !== undefined) return
      }
    } catch (error) {
      if (signal.aborted) return
      if (error instanceof Problem && error.status >= 400 && error.status < 500 && error.status !== 429)
        throw error
    }
    if (signal.aborted) return
    onConnection(false)
    await pause(pauses[Math.min(failures, pauses.length - 1)] ?? 0, signal)
    failures += 1
  }
}

/** The data of each event; comments are left out. */
async function* eventsOf(response: Response): AsyncGenerator<string> {
  if (!response.body) return
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    text += value
    const blocks = text.split('\n\n')
    text = blocks.pop() ?? ''
    for (const block of blocks) {
      const data = block
        .split('\n')
        .filter((line) => line.startsWith('data: '))
        .map((line) => line.slice(6))
      if (data.length > 0) yield data.join('\n')
    }
  }
}

/** Shorter when the network comes back. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      removeEventListener('online', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    addEventListener('online', end)
    signal.addEventListener('abort', end, { once: true })
  })
}
