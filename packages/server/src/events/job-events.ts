import { isTerminal, type JobUpdate, type Principal } from '@piecework/core'
import type { HttpRequest } from '../http/http-request.js'
import { type HttpResponse, json, noContent } from '../http/http-response.js'
import { httpError } from '../problems/http-error.js'
import type { RouteContext } from '../routes/route-context.js'
import { jobStateView } from '../views/job-view.js'
import { eventStream } from './event-stream.js'
import { preferWait } from './prefer-wait.js'

const streamHeaders = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store, no-transform',
  // nginx would hold events back.
  'x-accel-buffering': 'no',
}

interface EventsCall {
  readonly request: HttpRequest
  readonly principal: Principal
}

/**
 * States of a job until it has ended, or, with `Prefer: wait`, the next one that differs from `Last-Event-ID`. Throws
 * `job-not-found`, `http/stopping`.
 */
export async function jobEvents(
  context: RouteContext,
  { request, principal }: EventsCall,
  id: string,
): Promise<HttpResponse> {
  const { piecework, address, stopping, limits } = context
  if (stopping.aborted) throw isStopping()
  const known = request.headers.get('last-event-id')
  const wait = preferWait(request.headers)
  const ended = endSignal(request.signal, stopping)
  const updates = piecework.watch(id, { principal, signal: ended.signal })[Symbol.asyncIterator]()
  const show = (update: JobUpdate) => jobStateView(update, address)
  try {
    // What cannot be seen is refused before the stream begins.
    const first = await updates.next()
    if (first.done) return noContent()
    if (request.method === 'HEAD') return { status: 200, headers: streamHeaders }
    if (wait !== undefined) {
      const ms = Math.min(wait * 1000, limits.waitMs)
      const state = await awaited(first.value, updates, { known, ms, signal: ended.signal })
      return json(200, show(state), { 'preference-applied': `wait=${Math.floor(ms / 1000)}` })
    }
    const isOld = String(first.value.revision) === known
    // A client of server-sent events comes again unless it is told that there is nothing more.
    if (isOld && isTerminal(first.value.job.status)) return noContent()
    const all = withFirst(first.value, updates, ended)
    const body = eventStream(all, { heartbeatMs: limits.heartbeatMs, known, show, end: ended.end })
    ended.keep()
    return { status: 200, headers: streamHeaders, body }
  } catch (error) {
    throw stopping.aborted ? isStopping() : error
  } finally {
    if (ended.release()) await updates.return?.()
  }
}

function isStopping(): Error {
  return httpError('http/stopping', 'This process is being stopped.')
}

interface EndSignal {
  readonly signal: AbortSignal
  /** The stream goes on when the handler has returned. */
  keep(): void
  /** Ends unless it is kept; whether it has. */
  release(): boolean
  end(): void
}

/** Aborted when either is, and by `end`. */
function endSignal(...signals: readonly AbortSignal[]): EndSignal {
  const controller = new AbortController()
  let isKept = false
  const abort = () => end()
  const end = () => {
    for (const one of signals) one.removeEventListener('abort', abort)
    controller.abort()
  }
  for (const one of signals) {
    if (one.aborted) controller.abort()
    one.addEventListener('abort', abort)
  }
  return {
    signal: controller.signal,
    keep: () => {
      isKept = true
    },
    release: () => {
      if (!isKept) end()
      return !isKept
    },
    end,
  }
}

/** Ends without an error when the client or this process goes. */
async function* withFirst(
  first: JobUpdate,
  rest: AsyncIterator<JobUpdate>,
  ended: EndSignal,
): AsyncGenerator<JobUpdate> {
  try {
    yield first
    for (;;) {
      const next = await rest.next()
      if (next.done) return
      yield next.value
    }
  } catch (error) {
    if (!ended.signal.aborted) throw error
  } finally {
    ended.end()
    await rest.return?.()
  }
}

interface Wait {
  readonly known: string | undefined
  readonly ms: number
  readonly signal: AbortSignal
}

/** The first state that is another than the known one, or the newest when the time is over. */
async function awaited(
  first: JobUpdate,
  updates: AsyncIterator<JobUpdate>,
  { known, ms, signal }: Wait,
): Promise<JobUpdate> {
  let newest = first
  const isOver = new Promise<undefined>((resolve) => {
    const timer = setTimeout(() => resolve(undefined), ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve(undefined)
    })
  })
  while (String(newest.revision) === known && !isTerminal(newest.job.status)) {
    const asked = updates.next()
    // When the time is over, it is stopped by its signal.
    asked.catch(() => undefined)
    const next = await Promise.race([asked.catch(() => undefined), isOver])
    if (next === undefined || next.done) break
    newest = next.value
  }
  return newest
}
