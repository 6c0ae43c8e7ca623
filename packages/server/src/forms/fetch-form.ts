import type { HttpRequest, RequestBody } from '../http/http-request.js'
import type { HttpResponse } from '../http/http-response.js'
import type { App } from './app.js'
import { askedMethod } from './asked-method.js'

/**
 * For Hono, h3, Bun, Deno and route handlers of Next. Undefined, at once, for addresses that are not ours. `host` is
 * what `principal` gets; without it, the request.
 */
export type FetchForm = (request: Request, host?: unknown) => Promise<Response> | undefined

export function fetchForm(app: App): FetchForm {
  return (request, host = request) => {
    const preflight = request.headers.get('access-control-request-method')
    const match = app.match(request.url, askedMethod(request.method, preflight))
    if (!match) return undefined
    return (async () => {
      const gone = new AbortController()
      const abort = () => gone.abort()
      if (request.signal.aborted) abort()
      request.signal.addEventListener('abort', abort)
      const answer = await app.answer(match, await fetchRequest(request, host, gone.signal))
      return fetchResponse(answer, request.method, () => {
        request.signal.removeEventListener('abort', abort)
        abort()
      })
    })()
  }
}

export async function fetchRequest(
  request: Request,
  host: unknown,
  signal: AbortSignal,
): Promise<HttpRequest> {
  return {
    method: request.method,
    url: request.url,
    headers: new Map(request.headers),
    body: await bodyOf(request, host),
    signal,
    host,
  }
}

/** Some runtimes have a body, an empty one, for every POST. */
function isSent({ body, bodyUsed, headers }: Request): boolean {
  if (bodyUsed) return true
  if (!body || headers.get('content-length') === '0') return false
  return ['content-length', 'transfer-encoding', 'content-type'].some((name) => headers.has(name))
}

async function bodyOf(request: Request, host: unknown): Promise<RequestBody> {
  if (!isSent(request)) return { state: 'none' }
  if (!request.bodyUsed)
    return { state: 'unread', bytes: (request.body ?? []) as unknown as AsyncIterable<Uint8Array> }
  // Hono keeps what a validator has read, and gives it again.
  const { req } = (host ?? {}) as { readonly req?: { json?(): Promise<unknown> } }
  if (typeof req?.json !== 'function') return { state: 'consumed' }
  try {
    return { state: 'parsed', value: await req.json() }
  } catch {
    return { state: 'consumed' }
  }
}

/** `ended`: the body has been sent, or no one takes it any more. */
export function fetchResponse(
  { status, headers, body }: HttpResponse,
  method: string,
  ended: () => void,
): Response {
  const init = { status, headers: { ...headers } }
  if (method === 'HEAD' || body === undefined || typeof body === 'string') {
    ended()
    return new Response(method === 'HEAD' ? null : ((body as string | undefined) ?? null), init)
  }
  const iterator = body[Symbol.asyncIterator]()
  const stream = new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        const next = await iterator.next()
        if (next.done) {
          ended()
          controller.close()
          return
        }
        controller.enqueue(typeof next.value === 'string' ? Buffer.from(next.value) : next.value)
      },
      cancel: async () => {
        ended()
        await iterator.return?.()
      },
    },
    { highWaterMark: 0 },
  )
  return new Response(stream as unknown as NonNullable<ConstructorParameters<typeof Response>[0]>, init)
}
