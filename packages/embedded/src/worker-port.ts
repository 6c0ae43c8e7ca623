import { Worker } from 'node:worker_threads'
import type { Reply, Request, ServerError, TextResult } from './messages.js'

interface Waiting {
  readonly resolve: (result: TextResult | undefined) => void
  readonly reject: (error: Error) => void
  readonly onPart: ((bytes: Uint8Array) => void) | undefined
}

/** The main thread's end of the worker. Keeps the process alive only while a request is under way. */
export class WorkerPort {
  readonly #worker = new Worker(new URL('./worker.js', import.meta.url))
  readonly #exited: Promise<void>
  #waiting: Waiting | undefined
  #failure: Error | undefined

  constructor() {
    this.#worker.unref()
    this.#worker.on('message', (reply: Reply) => this.#receive(reply))
    this.#worker.on('error', (error: Error) => this.#fail(error))
    this.#exited = new Promise((resolve) => {
      this.#worker.on('exit', () => {
        this.#fail(new Error('The embedded database has been closed.'))
        resolve()
      })
    })
  }

  /** One at a time. Rejects with what the database says, or with what ended the worker. */
  request(request: Request, onPart?: (bytes: Uint8Array) => void): Promise<TextResult | undefined> {
    if (this.#failure) return Promise.reject(this.#failure)
    if (this.#waiting)
      return Promise.reject(new Error('The embedded database takes one statement at a time.'))
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject, onPart }
      this.#worker.ref()
      this.#worker.postMessage(request)
    })
  }

  async stop(): Promise<void> {
    await this.#worker.terminate()
    await this.#exited
  }

  #receive(reply: Reply): void {
    if (reply.type === 'part') {
      this.#waiting?.onPart?.(reply.bytes)
      return
    }
    const waiting = this.#settle()
    if (reply.type === 'done') waiting?.resolve(reply.result)
    else waiting?.reject(new EmbeddedError(reply.error))
  }

  #fail(error: Error): void {
    this.#failure ??= error
    this.#settle()?.reject(this.#failure)
  }

  #settle(): Waiting | undefined {
    const waiting = this.#waiting
    this.#waiting = undefined
    this.#worker.unref()
    return waiting
  }
}

/** An error of the embedded database, with the fields that pg's errors have. */
class EmbeddedError extends Error {
  constructor(error: ServerError) {
    super(error.message)
    this.name = 'EmbeddedError'
    Object.assign(this, error)
  }
}
