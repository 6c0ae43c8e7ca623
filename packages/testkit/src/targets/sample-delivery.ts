import { createHash, randomUUID } from 'node:crypto'
import type { DeliverContext, DeliveredFile } from '@piecework/core/piece'
import type { TargetSample } from './target-laws-options.js'

/** One file on its way, and what is kept of it. */
export interface SampleDelivery {
  readonly bytes: Buffer
  readonly file: DeliveredFile
  readonly key: string
  /** JSON. Undefined: nothing was kept. */
  kept: string | undefined
  /** That of the last attempt that came to its end. */
  location?: string | undefined
}

export function sampleDelivery(size = 200_000, fileName = 'map of Größe.bin'): SampleDelivery {
  const seed = randomUUID()
  const bytes = Buffer.alloc(size, createHash('sha512').update(seed).digest())
  return {
    bytes,
    file: {
      output: 'archive',
      mediaType: 'application/octet-stream',
      fileName,
      size,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      open: ({ start, end } = { start: 0, end: size }) => chunks(bytes.subarray(start, end)),
    },
    key: `${seed}/archive/0`,
    kept: undefined,
  }
}

async function* chunks(bytes: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 16_384) yield bytes.subarray(at, at + 16_384)
}

/** Where an attempt asks or tells something: there it can be killed. */
export type Step = 'chunk' | 'get' | 'put' | 'progress'

export interface Attempting {
  /** Called at each step, before it; what it throws, the step throws. */
  readonly at?: (step: Step) => void | Promise<void>
  readonly signal?: AbortSignal
  readonly file?: DeliveredFile
}

/** One attempt. JSON goes in and comes out, as in a store. */
export async function attempt(
  { target, destination }: Pick<TargetSample, 'target' | 'destination'>,
  delivery: SampleDelivery,
  { at = () => {}, signal = new AbortController().signal, file = delivery.file }: Attempting = {},
): Promise<void> {
  const open: DeliveredFile['open'] = async function* (range) {
    for await (const chunk of file.open(range)) {
      await at('chunk')
      yield chunk
    }
  }
  const context: DeliverContext<never> = {
    jobId: delivery.key,
    principal: { id: 'ann' },
    file: { ...file, open },
    destination: target.schema.parse(JSON.parse(JSON.stringify(destination))),
    key: delivery.key,
    state: {
      get: async () => {
        await at('get')
        return delivery.kept === undefined ? undefined : JSON.parse(delivery.kept)
      },
      put: async (state) => {
        await at('put')
        delivery.kept = JSON.stringify(state)
      },
    },
    signal,
    progress: () => void at('progress'),
    finding: () => {},
  }
  delivery.location = (await target.deliver(context)).location
}
