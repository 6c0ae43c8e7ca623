import type { Environment } from '../contracts/environment.js'
import type { Input } from '../contracts/format.js'
import { idleInputs } from '../defaults.js'

interface OpenInput {
  readonly opened: Promise<Input>
  users: number
  /** Since when it has no users, ms since epoch. */
  idleSince: number
}

/**
 * Inputs that are in use, and for a moment those that were: the next node of a job follows at once, and reads
 * the same archive, whose manifest may list many thousands.
 */
export class OpenInputs {
  readonly #open = new Map<string, OpenInput>()
  readonly #environment: Pick<Environment, 'now' | 'every'>
  #endSweep: (() => void) | undefined

  constructor(environment: Pick<Environment, 'now' | 'every'>) {
    this.#environment = environment
  }

  /** @param isThere whether what was opened is still what it was */
  async use<T>(
    key: string,
    { open, isThere }: { open(): Promise<Input>; isThere(): Promise<boolean> },
    work: (input: Input) => Promise<T>,
  ): Promise<T> {
    const idle = this.#open.get(key)
    if (idle?.users === 0 && !(await isThere()) && idle.users === 0) await this.#close([[key, idle]])
    const one = this.#open.get(key) ?? { opened: open(), users: 0, idleSince: 0 }
    this.#open.set(key, one)
    one.users += 1
    let isOpen = false
    try {
      const input = await one.opened
      isOpen = true
      return await work(input)
    } finally {
      one.users -= 1
      one.idleSince = this.#environment.now()
      if (!isOpen) this.#forget(key, one)
      else if (one.users === 0) await this.#keep()
    }
  }

  /** Whether it was still held. */
  #forget(key: string, one: OpenInput): boolean {
    return this.#open.get(key) === one && this.#open.delete(key)
  }

  async #keep(): Promise<void> {
    const idle = this.#idle().sort(([, a], [, b]) => b.idleSince - a.idleSince)
    this.#endSweep ??= this.#environment.every(idleInputs.ms, () => void this.#sweep())
    await this.#close(idle.slice(idleInputs.most))
  }

  async #sweep(): Promise<void> {
    const before = this.#environment.now() - idleInputs.ms
    await this.#close(this.#idle().filter(([, { idleSince }]) => idleSince <= before))
    if (this.#idle().length > 0) return
    this.#endSweep?.()
    this.#endSweep = undefined
  }

  #idle(): [string, OpenInput][] {
    return [...this.#open].filter(([, { users }]) => users === 0)
  }

  /** Lets go of all before the first close: what is still held may be taken up again meanwhile. */
  async #close(inputs: readonly (readonly [string, OpenInput])[]): Promise<void> {
    const held = inputs.filter(([key, one]) => this.#forget(key, one))
    for (const [, { opened }] of held) await opened.then((input) => input.close()).catch(() => undefined)
  }
}
