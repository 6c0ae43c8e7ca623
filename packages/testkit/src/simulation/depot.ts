import { createHash } from 'node:crypto'
import type { Target } from '@piecework/core/piece'
import { type Link, workOn } from './link.js'
import type { Rights } from './rights.js'

const partBytes = 1000

/**
 * Another party's server that takes files in parts, and shows those that are complete. A delivery goes on where
 * its state says.
 */
export class Depot {
  readonly #rights: Rights
  readonly #parts = new Map<string, Map<number, Buffer>>()
  /** sha256 of what is shown, by key. */
  readonly shown = new Map<string, string>()

  constructor(rights: Rights) {
    this.#rights = rights
  }

  targetOf(link: Link): Target<object> {
    return {
      name: 'depot',
      schema: { parse: () => ({}) },
      deliver: async ({ file, key, state }) => {
        let { sent } = ((await state.get()) ?? { sent: 0 }) as { readonly sent: number }
        while (sent < file.size) {
          const end = Math.min(sent + partBytes, file.size)
          const part: Uint8Array[] = []
          for await (const chunk of file.open({ start: sent, end })) part.push(chunk)
          await workOn(link)
          await link.call('storage', 'depot.part', async () => this.#take(key, sent, Buffer.concat(part)))
          sent = end
          await state.put({ sent })
        }
        await link.call('storage', 'depot.complete', async () => this.#complete(key))
        return { location: key }
      },
    }
  }

  #take(key: string, at: number, part: Buffer): void {
    this.#rights.shown(key)
    this.#parts.set(key, (this.#parts.get(key) ?? new Map<number, Buffer>()).set(at, part))
  }

  #complete(key: string): void {
    this.#rights.shown(key)
    const parts = [...(this.#parts.get(key) ?? [])].sort(([a], [b]) => a - b)
    const hash = createHash('sha256')
    for (const [, part] of parts) hash.update(part)
    this.shown.set(key, hash.digest('hex'))
  }
}
