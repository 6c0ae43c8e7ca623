import { Worker } from 'node:worker_threads'
import type { Reply, Request, ServerError, TextResult } from './messages.js'

interface PendingRequest {
  readonly resolve: (result: TextResult | undefined) => void
  readonly reject: (error: Error) => void
  readonly onPart: ((bytes: Uint8Array) => void) | undefined
}

/** The worker, as the main thread sees it. Keeps the process alive only during a request. */
export class WorkerPort {
  readonly #worker = new Worker(new URL('./worker.js', import.meta.url))
  readonly #exited: Promise<void>
  #pending: PendingRequest | undefined
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

  /** One at a time. Rejects with an error of the database, or with the one that ended the worker. */
  request(request: Request, onPart?: (bytes: Uint8Array) => void): Promise<TextResult | undefined> {
    if (this.#failure) return Promise.reject(this.#failure)
    if (this.#pending)
      return Promise.reject(new Error('The embedded database takes one statement at a time.'))
    return new Promise((resolve, reject) => {
      this.#pending = { resolve, reject, onPart }
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
      this.#pending?.onPart?.(reply.bytes)
      return
    }
    const pending = this.#settle()
    if (reply.type === 'done') pending?.resolve(reply.result)
    else pending?.reject(new EmbeddedError(reply.error))
  }

  #fail(error: Error): void {
    this.#failure ??= error
    this.#settle()?.reject(this.#failure)
  }

  #settle(): PendingRequest | undefined {
    const pending = this.#pending
    this.#pending = undefined
    this.#worker.unref()
    return pending
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
