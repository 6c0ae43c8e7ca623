import { setTimeout as wait } from 'node:timers/promises'
import { isPieceworkError, PieceworkError } from '@piecework/core/piece'
import { type Outbound, retryAfterMs, type StreamedAnswer } from '@piecework/outbound'
import { firstInexact } from '../attributes/exact-numbers.js'
import { apiDefaults } from '../defaults.js'
import { invalidPage, withoutRetry, wrongAddress } from './api-error.js'
import { ApiScope } from './api-scope.js'
import type { TenureApiOptions, TenureApiReader } from './tenure-api-options.js'

type Settings = Pick<TenureApiOptions, 'access' | 'attempts' | 'firstWaitMs' | 'pageBytes'>

/** Reads one project's part of the API, with a token that the host gives for it. */
export class ApiClient {
  readonly #calls: Outbound
  readonly #settings: Settings
  readonly #reader: TenureApiReader
  readonly scope: ApiScope
  #authorization: string

  /** Throws `resource-not-found` if the host knows of no such project. */
  static async open(calls: Outbound, settings: Settings, reader: TenureApiReader): Promise<ApiClient> {
    const { url, authorization } = await accessOf(settings, reader)
    return new ApiClient(calls, settings, reader, new ApiScope(url), authorization)
  }

  private constructor(
    calls: Outbound,
    settings: Settings,
    reader: TenureApiReader,
    scope: ApiScope,
    authorization: string,
  ) {
    this.#calls = calls
    this.#settings = settings
    this.#reader = reader
    this.scope = scope
    this.#authorization = authorization
  }

  /** A document, parsed. `where`: for messages. */
  async json(url: URL, where: string): Promise<unknown> {
    return this.retried(async () => {
      const answer = await this.#answer(url, where, apiDefaults.pageMs)
      if (!answer) throw answered(where, 404)
      const text = await this.#text(answer.body, where)
      try {
        const value: unknown = JSON.parse(text)
        const lost = firstInexact(text)
        if (lost === undefined) return value
        throw invalidPage(where, `the number ${lost.slice(0, 50)} has more digits than a double holds`)
      } catch (cause) {
        if (isPieceworkError(cause)) throw cause
        const { code, message } = invalidPage(where, 'the answer is no JSON, or not all of it', cause)
        throw new PieceworkError(code, message, { cause, retryable: true })
      }
    })
  }

  /** The bytes of a file; undefined where there is none. */
  async file(url: URL, where: string): Promise<AsyncIterable<Uint8Array> | undefined> {
    return (await this.#answer(url, where, apiDefaults.fileMs))?.body
  }

  /** Does the work again, after a while, if it fails with an error that is retryable. */
  async retried<T>(work: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await work()
      } catch (error) {
        await this.again(error, attempt)
      }
    }
  }

  /** Waits until the next attempt, as long as the API asks for; throws if the last one was the last. */
  async again(error: unknown, attempt: number): Promise<void> {
    if (!isPieceworkError(error) || !error.retryable || error.code === 'source-changed') throw error
    const { attempts = apiDefaults.attempts, firstWaitMs = apiDefaults.firstWaitMs } = this.#settings
    const { retryAfterMs: asked = 0 } = error.facts as { readonly retryAfterMs?: number }
    const waitMs = Math.max(asked, firstWaitMs * 2 ** (attempt - 1))
    if (attempt >= attempts || waitMs > apiDefaults.longestWaitMs) throw withoutRetry(error)
    await wait(waitMs, undefined, { signal: this.#reader.signal })
  }

  /** Undefined for 404 and 410. A token that is not valid any more is asked for again, once. */
  async #answer(url: URL, where: string, wholeMs: number): Promise<StreamedAnswer | undefined> {
    let answer = await this.#call(url, wholeMs)
    if (answer.status === 401) {
      await ended(answer)
      const { url: root, authorization } = await accessOf(this.#settings, this.#reader)
      if (new ApiScope(root).root !== this.scope.root)
        throw wrongAddress('The address of the project', 'is another one than before')
      this.#authorization = authorization
      answer = await this.#call(url, wholeMs)
    }
    const { 'content-encoding': encoding = 'identity' } = answer.headers
    if (answer.status === 200 && encoding !== 'identity') {
      await ended(answer)
      throw invalidPage(where, 'the answer is compressed, though the request does not allow it')
    }
    if (answer.status === 200) return answer
    await ended(answer)
    if (answer.status === 404 || answer.status === 410) return undefined
    throw answered(where, answer.status, answer.headers['retry-after'])
  }

  #call(url: URL, wholeMs: number): Promise<StreamedAnswer> {
    const headers = { accept: '*/*', 'accept-encoding': 'identity', authorization: this.#authorization }
    return this.#calls.stream(url, { method: 'GET', headers, signal: this.#reader.signal, wholeMs })
  }

  async #text(body: AsyncIterable<Uint8Array>, where: string): Promise<string> {
    const { pageBytes = apiDefaults.pageBytes } = this.#settings
    const chunks: Uint8Array[] = []
    let size = 0
    for await (const chunk of body) {
      size += chunk.length
      if (size > pageBytes) throw invalidPage(where, `the answer has more than ${pageBytes} bytes`)
      chunks.push(chunk)
    }
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks))
    } catch (cause) {
      throw invalidPage(where, 'the answer is not UTF-8', cause)
    }
  }
}

async function accessOf({ access }: Settings, reader: TenureApiReader) {
  const given = await access(reader)
  if (given) return given
  throw new PieceworkError('resource-not-found', `There is no project ${reader.project} in the API.`)
}

/** What comes behind the first bytes is not waited for. */
async function ended({ body }: StreamedAnswer): Promise<void> {
  for await (const _ of body) break
}

function answered(where: string, status: number, retryAfter?: string): PieceworkError {
  const isRefused = status === 401 || status === 403
  const code = isRefused ? 'tenure/api-refused' : 'tenure/api-answer'
  const retryable = status === 429 || status >= 500
  const waitMs = retryable ? retryAfterMs(retryAfter) : undefined
  const facts = { status, ...(waitMs !== undefined && { retryAfterMs: waitMs }) }
  const redirect = status >= 300 && status < 400 ? '; redirects are not followed' : ''
  return new PieceworkError(code, `${where}: the API has answered ${status}${redirect}.`, {
    retryable,
    facts,
  })
}
