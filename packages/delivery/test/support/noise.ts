import { createCipheriv } from 'node:crypto'
import type { Pack } from '@piecework/core'

/** A kind whose exports have so many bytes, always the same, which no zip makes smaller. */
export function noise(size: number): Pack {
  return {
    name: 'noise',
    kinds: [{ kind: 'noise', table: 'noise', key: 'nanoid', describe: async ({ id }) => ({ name: id }) }],
    pieces: [
      {
        contract: 1,
        name: 'noise/bytes',
        of: 'noise',
        version: 1,
        exportOnly: true,
        exporter: {
          export: async ({ write }) => {
            await write('noise.bin', bytes(size))
            return { rows: 0 }
          },
        },
      },
    ],
  }
}

async function* bytes(size: number): AsyncGenerator<Uint8Array> {
  const cipher = createCipheriv('aes-128-ctr', Buffer.alloc(16, 1), Buffer.alloc(16))
  for (let at = 0; at < size; at += 1_000_000)
    yield cipher.update(Buffer.alloc(Math.min(1_000_000, size - at)))
}
