import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { type Agent, request } from 'node:https'
import { defaults } from './defaults.js'

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** 64 kB at most. */
  readonly body: Buffer
  /** There was more than that. */
  readonly isCut: boolean
}

/** One whose body comes as it is read. */
export interface StreamedAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** To be read once, within the limits of the call; a reader that stops early ends the connection. */
  readonly body: AsyncIterable<Uint8Array>
}

interface Sending {
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array | string
  readonly agent: Agent
  /** That is connected to, whatever the name resolves to by now. */
  readonly pin: { readonly address: string; readonly family: 4 | 6 }
  readonly idleMs: number | undefined
  readonly connectMs: number | undefined
  readonly signal: AbortSignal
}

/** What is made of an answer. */
export type ReadAnswer<T> = (answer: IncomingMessage, calling: ClientRequest) => Promise<T>

/** Ends with the signal, and with an error `ETIMEDOUT` when nothing comes. */
export function send<T>(url: URL, sending: Sending, read: ReadAnswer<T>): Promise<T> {
  const { method, headers, agent, pin, signal } = sending
  const { idleMs = defaults.idleMs, connectMs = defaults.connectMs } = sending
  const body = typeof sending.body === 'string' ? Buffer.from(sending.body) : sending.body
  return new Promise((resolve, reject) => {
    const calling = request(url, {
      method,
      agent,
      headers: { ...headers, 'content-length': body.byteLength },
      lookup: (_, { all }, done) => (all ? done(null, [pin]) : done(null, pin.address, pin.family)),
      signal,
    })
    calling.setTimeout(idleMs, () => calling.destroy(timedOut()))
    const connecting = connectLimit(calling, connectMs)
    const settled = (error?: Error) => {
      connecting()
      if (error) reject(error)
    }
    let isAnswered = false
    calling.on('response', (answer) => {
      isAnswered = true
      read(answer, calling).then((whole) => {
        settled()
        resolve(whole)
      }, settled)
    })
    calling.on('error', settled)
    calling.on('close', () => {
      if (!isAnswered) settled(new Error('The connection was closed.'))
    })
    if (headers.expect === undefined) write(calling, body)
    else whenAsked(calling, () => write(calling, body))
  })
}

/** A server that refuses says so before the body comes; one that does not know `expect: 100-continue` says nothing. */
function whenAsked(calling: ClientRequest, go: () => void): void {
  let timer: NodeJS.Timeout | undefined
  calling.once('socket', () => {
    timer = setTimeout(go, defaults.continueMs)
  })
  calling.once('continue', () => {
    clearTimeout(timer)
    go()
  })
  for (const end of ['response', 'close'] as const) calling.once(end, () => clearTimeout(timer))
  calling.flushHeaders()
}

const timedOut = (): Error => Object.assign(new Error('Nothing came for too long.'), { code: 'ETIMEDOUT' })

/** From when the call has a connection of its own, until that is a secure one; one that is used again is. */
function connectLimit(calling: ClientRequest, connectMs: number): () => void {
  let timer: NodeJS.Timeout | undefined
  const clear = () => clearTimeout(timer)
  calling.once('socket', (socket) => {
    if (calling.reusedSocket) return
    timer = setTimeout(() => calling.destroy(timedOut()), connectMs)
    socket.once('secureConnect', clear)
  })
  return clear
}

/** In chunks: each that has gone is a sign of life. */
function write(calling: ClientRequest, body: Uint8Array): void {
  let at = 0
  const more = (): void => {
    while (at < body.byteLength) {
      const chunk = body.subarray(at, at + defaults.chunkBytes)
      at += chunk.byteLength
      if (!calling.write(chunk)) {
        calling.once('drain', more)
        return
      }
    }
    calling.end()
  }
  more()
}

export const readWhole: ReadAnswer<Answer> = async (answer, calling) => {
  const { statusCode: status = 0, headers } = answer
  const kept: Buffer[] = []
  let size = 0
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    kept.push(chunk)
    size += chunk.length
    if (size > defaults.answerBytes) break
  }
  const isCut = size > defaults.answerBytes
  // What has not been sent by now is not wanted any more.
  if (isCut || !calling.writableFinished) calling.destroy()
  return { status, headers, body: Buffer.concat(kept).subarray(0, defaults.answerBytes), isCut }
}

export const readStreamed: ReadAnswer<StreamedAnswer> = async (answer, calling) => {
  const { statusCode: status = 0, headers } = answer
  return { status, headers, body: bodyOf(answer, calling) }
}

async function* bodyOf(answer: IncomingMessage, calling: ClientRequest): AsyncGenerator<Uint8Array> {
  try {
    yield* answer as AsyncIterable<Buffer>
  } finally {
    if (!answer.complete) calling.destroy()
  }
}
