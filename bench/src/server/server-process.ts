import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { ServeFigures, ServeOptions } from './serve.js'

/** A server in a process of its own. */
export class ServerProcess {
  readonly port: number
  readonly #child: ChildProcess

  static async start(options: ServeOptions): Promise<ServerProcess> {
    const child = fork(new URL('./serve.js', import.meta.url), [JSON.stringify(options)])
    const [{ port }] = (await once(child, 'message')) as [{ port: number }]
    return new ServerProcess(child, port)
  }

  private constructor(child: ChildProcess, port: number) {
    this.#child = child
    this.port = port
  }

  async figures(): Promise<ServeFigures> {
    const answer = once(this.#child, 'message') as Promise<[ServeFigures]>
    this.#child.send('figures')
    return (await answer)[0]
  }

  async end(): Promise<void> {
    if (this.#child.signalCode !== null) return
    const gone = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await gone
  }
}
