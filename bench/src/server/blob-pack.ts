import { createHash, randomBytes } from 'node:crypto'
import type { Pack } from '@piecework/core'
import type { Format } from '@piecework/core/piece'

const mebibyte = 1024 ** 2

/** The resource whose export has so many MB that do not compress. */
export const blob = { kind: 'blob', id: 'b1' } as const
/** The resource that has so many children, each with a piece of its own. */
export const shelf = { kind: 'shelf', id: 's1' } as const

interface BlobSizes {
  readonly megabytes: number
  readonly children: number
}

/** Bytes for uploads and downloads, and many small pieces. */
export function blobPack({ megabytes, children }: BlobSizes): Pack {
  const format: Format = {
    name: 'blobs',
    roles: { file: { required: true, maxBytes: 2 ** 40 } },
    tree: { kind: 'blob', id: 'upload', children: [] },
    pieces: [],
    open: async () => ({
      tree: { kind: 'blob', id: 'upload', children: [] },
      nodes: [],
      findings: [],
      close: async () => undefined,
    }),
  }
  const kind = (name: string, parent?: string) => ({
    kind: name,
    table: `${name}s`,
    key: 'nanoid' as const,
    ...(parent !== undefined && { parent }),
    parentOf: async () => (parent === undefined ? undefined : shelf),
    listUnder: async () =>
      name === 'slip' ? Array.from({ length: children }, (_, at) => ({ kind: 'slip', id: `n${at}` })) : [],
    // What is uploaded stays hidden.
    describe: async ({ id }: { readonly id: string }) => (/^(?:b1|s1|n\d+)$/.test(id) ? { name } : undefined),
    shell: {
      create: async () => undefined,
      ready: async () => undefined,
      incomplete: async () => undefined,
      remove: async () => undefined,
    },
  })
  return {
    name: 'blobs',
    kinds: [kind('blob'), kind('shelf'), kind('slip', 'shelf')],
    pieces: [
      {
        contract: 1,
        name: 'blob/bytes',
        of: 'blob',
        version: 1,
        exportOnly: true,
        exporter: {
          export: async ({ write }) => {
            await write('bytes.bin', noise(megabytes))
            return { rows: 0 }
          },
        },
      },
      {
        contract: 1,
        name: 'slip/nothing',
        of: 'slip',
        version: 1,
        exportOnly: true,
        exporter: { export: async () => ({ rows: 0 }) },
      },
    ],
    formats: [format],
  }
}

/** The same bytes each time, which deflate leaves as they are. */
async function* noise(megabytes: number): AsyncGenerator<Uint8Array> {
  const block = randomBytes(mebibyte)
  for (let at = 0; at < megabytes; at += 1) {
    createHash('md5').update(String(at)).digest().copy(block)
    yield Buffer.from(block)
  }
}
