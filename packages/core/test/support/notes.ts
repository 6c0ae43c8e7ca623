import { once } from 'node:events'
import type { Pack } from '@piecework/core'
import { type Format, type Piece, uploadEntries } from '@piecework/core/piece'
import { z } from 'zod'
import type { Notebooks } from './notebooks.js'

/** Name of the format. */
export const format = 'notes'
const book = { kind: 'notebook', id: 'notes' } as const

/**
 * Lines of `text` become those of a notebook; a line `bad` is an error, a line `wait` waits for the signal.
 */
export function notes(host: Notebooks, more: Partial<Format> = {}): Pack {
  const piece: Piece<{ readonly upper: boolean }> = {
    contract: 1,
    name: 'notes/text',
    of: 'notebook',
    version: 1,
    options: z.strictObject({ upper: z.boolean().default(false) }),
    validators: [
      {
        validate: async function* ({ entries }) {
          for (const [at, line] of (await linesOf(entries.open('text'))).entries()) {
            if (line !== 'bad' && line !== 'odd') continue
            const severity = line === 'bad' ? 'error' : 'warning'
            yield { severity, code: `notes/${line}`, file: 'text', line: at + 1, message: `It is ${line}.` }
            // Tells of many at once.
            if (line === 'odd')
              yield { severity, code: 'notes/style', file: 'text', message: '40 words are odd.', count: 40 }
          }
        },
      },
    ],
    importer: {
      import: async ({ resource, entries, options, signal }) => {
        const lines = await linesOf(entries.open('text'))
        if (lines.includes('wait')) await once(signal, 'abort')
        signal.throwIfAborted()
        const kept = options.upper ? lines.map((line) => line.toUpperCase()) : lines
        host.books.get(resource.id)?.lines.push(...kept)
        return { rows: lines.length }
      },
    },
  }
  const pieces = [piece]
  return {
    ...host.pack(),
    formats: [
      {
        name: format,
        roles: {
          text: { required: true, maxBytes: 20, metadata: z.strictObject({ language: z.string() }) },
          cover: { maxBytes: 5 },
        },
        tree: { ...book, children: [] },
        pieces,
        keepsShell: true,
        open: async ({ uploads, artifacts }) => {
          const entries = await uploadEntries(uploads, artifacts)
          const nodes = pieces.map(({ name, version }) => ({ resource: book, piece: name, version, entries }))
          return { tree: { ...book, children: [] }, nodes, findings: [], close: async () => {} }
        },
        ...more,
      },
    ],
  }
}

async function linesOf(chunks: AsyncIterable<Uint8Array>): Promise<string[]> {
  let text = ''
  for await (const chunk of chunks) text += Buffer.from(chunk).toString()
  return text.split('\n').filter(Boolean)
}
