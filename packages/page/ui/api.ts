import type { Finding } from './model.js'

/** Why the server has not done what it was asked for. */
export class Problem extends Error {
  readonly status: number
  readonly code: string
  readonly findings: readonly Finding[]

  constructor(
    message: string,
    about: { status?: number; code?: string; findings?: readonly Finding[] } = {},
  ) {
    super(message)
    this.status = about.status ?? 0
    this.code = about.code ?? 'offline'
    this.findings = about.findings ?? []
  }
}

/** Headers that every request gets, such as a token. */
export type HeadersOf = () => HeadersInit | Promise<HeadersInit>

interface Asked {
  readonly method?: string
  readonly body?: BodyInit
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal | undefined
}

export interface Api {
  /** Requests need headers, which a link of a page cannot send. */
  readonly hasHeaders: boolean
  /** Of each request. */
  headers(): Promise<Headers>
  /** Of a path below the server's base path. */
  url(path: string): string
  /** Throws `Problem` for whatever is no success. */
  send(path: string, asked?: Asked): Promise<Response>
  get<T>(path: string, signal?: AbortSignal): Promise<T>
  /** `key`: the same request with the same key makes one job. */
  post<T>(path: string, body?: unknown, key?: string): Promise<T>
}

export function createApi(base: string, headersOf: HeadersOf | undefined): Api {
  const url = (path: string) => new URL(path, base).href
  const headersNow = async () => new Headers(headersOf && (await headersOf()))
  const send: Api['send'] = async (path, { headers, ...asked } = {}) => {
    const given = await headersNow()
    for (const [name, value] of Object.entries(headers ?? {})) given.set(name, value)
    const response = await fetch(url(path), {
      ...(asked as RequestInit),
      headers: given,
      credentials: 'same-origin',
      cache: 'no-store',
    }).catch((error: unknown) => {
      if (error instanceof DOMException && error.name === 'AbortError') throw error
      throw new Problem('The server cannot be reached.')
    })
    if (response.ok) return response
    throw await problemOf(response)
  }
  return {
    hasHeaders: headersOf !== undefined,
    headers: headersNow,
    url,
    send,
    get: async (path, signal) => (await send(path, { signal })).json(),
    post: async (path, body = {}, key) => {
      const headers = {
        'content-type': 'application/json',
        ...(key !== undefined && { 'idempotency-key': key }),
      }
      const response = await send(path, { method: 'POST', headers, body: JSON.stringify(body) })
      return response.status === 204 ? undefined : response.json()
    },
  }
}

async function problemOf(response: Response): Promise<Problem> {
  return problemFrom(response.status, await response.json().catch(() => undefined))
}

/** Of a problem document, or of anything else that came with the status. */
export function problemFrom(status: number, document: unknown): Problem {
  const said = (document ?? {}) as {
    detail?: string
    title?: string
    code?: string
    findings?: readonly Finding[]
  }
  const { detail, title, code = `http/${status}`, findings = [] } = said
  return new Problem(detail ?? title ?? `The server answered ${status}.`, { status, code, findings })
}

/** For `post`. Works without https, too, where `crypto.randomUUID` is not there. */
export function requestKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('')
}
