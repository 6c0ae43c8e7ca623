import { createHash } from 'node:crypto'
import type { Pack } from '@piecework/core'
import type { Output } from '@piecework/core/piece'
import { z } from 'zod'
import type { Notebooks } from '../support/notebooks.js'

/** All lines of all books as one text. */
export const print: Output<{ readonly title: string }> = {
  name: 'notebooks/print',
  mediaType: 'text/plain; charset=utf-8',
  pieces: ['notebook/lines'],
  options: z.strictObject({ title: z.string().default('Lines') }),
  fileName: ({ name, options }) => `${name}: ${options.title}.txt`,
  assemble: async function* ({ pieces, options }) {
    yield Buffer.from(`${options.title}\n`)
    for (const { entries } of pieces)
      for await (const rows of entries.rows('lines.csv'))
        yield Buffer.from(rows.map(({ text }) => `${text}\n`).join(''))
  },
}

export const withOutputs =
  (...outputs: readonly Output[]) =>
  (host: Notebooks): Pack => ({ ...host.pack(), outputs })

export async function bytesOf(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = []
  for await (const chunk of chunks) all.push(chunk)
  return Buffer.concat(all)
}

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
