import { setTimeout as sleep } from 'node:timers/promises'
import type { DeliverContext, Target } from '@piecework/core/piece'
import { z } from 'zod'
import { bytesOf } from '../outputs/support.js'

export interface ShelfDestination {
  readonly place: string
}

/** A target in this process that shows what it was given. */
export class Shelf implements Target<ShelfDestination> {
  readonly name: string
  readonly schema = z.strictObject({ place: z.string() })
  readonly files = new Map<string, Buffer>()
  readonly calls: DeliverContext<ShelfDestination>[] = []
  /** Called before anything is put on it. */
  before: (context: DeliverContext<ShelfDestination>, call: number) => Promise<void> = async () => {}

  constructor(name = 'shelf') {
    this.name = name
  }

  async deliver(context: DeliverContext<ShelfDestination>) {
    this.calls.push(context)
    await this.before(context, this.calls.length)
    this.files.set(context.destination.place, await bytesOf(context.file.open()))
    return { location: `shelf ${context.destination.place}\u0000` }
  }
}

/** What waits until it is opened, or its signal is aborted. */
export function door(): {
  open(): void
  readonly opened: (context: { signal: AbortSignal }) => Promise<void>
} {
  let isOpen = false
  return {
    open: () => {
      isOpen = true
    },
    opened: async ({ signal }) => {
      while (!isOpen) await sleep(5, undefined, { signal })
    },
  }
}

export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const signal = AbortSignal.timeout(20_000)
  while (!(await holds())) {
    if (signal.aborted) throw new Error(`waited too long for ${what}`)
    await sleep(5)
  }
}
