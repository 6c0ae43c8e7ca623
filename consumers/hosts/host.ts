// A host with resources of its own in memory, in TypeScript that version 4.7 understands.
import 'reflect-metadata'
import { createPiecework, isPieceworkError } from '@piecework/core'
import type { Pack, Piece, ResourceKind } from '@piecework/core/piece'
import { inProcess } from '@piecework/runtime-inprocess'
import { inject, injectable } from 'tsyringe'

interface Album {
  readonly name: string
  readonly captions: string[]
}

@injectable()
class Albums {
  readonly all = new Map<string, Album>()
}

/** Constructed by tsyringe, which knows it only if host and library share one copy of tsyringe. */
@injectable()
class AlbumPack implements Pack {
  readonly name = 'albums'
  readonly kinds: readonly ResourceKind[]
  readonly pieces: readonly Piece[]

  constructor(@inject(Albums) albums: Albums) {
    albums.all.set('birds', { name: 'Birds', captions: ['wren', 'owl'] })
    this.kinds = [kindOf(albums)]
    this.pieces = [captionsOf(albums)]
  }
}

function kindOf(albums: Albums): ResourceKind {
  return {
    kind: 'album',
    table: 'albums',
    key: 'nanoid',
    describe: async ({ id }) => albums.all.get(id),
    shell: {
      create: async ({ ref, name }) => void albums.all.set(ref.id, { name: name ?? '', captions: [] }),
      ready: async () => undefined,
      remove: async ({ id }) => void albums.all.delete(id),
    },
  }
}

function captionsOf(albums: Albums): Piece {
  return {
    contract: 1,
    name: 'album/captions',
    of: 'album',
    version: 1,
    exporter: {
      export: async ({ resource, write }) => {
        const { captions } = albums.all.get(resource.id) ?? { captions: [] }
        const csv = ['caption', ...captions].map((line) => `${line}\n`).join('')
        await write('captions.csv', Buffer.from(csv), () => captions.length)
        return { rows: captions.length }
      },
    },
    importer: {
      import: async ({ resource, entries }) => {
        let rows = 0
        for await (const batch of entries.rows('captions.csv')) {
          albums.all.get(resource.id)?.captions.push(...batch.map(({ caption }) => caption ?? ''))
          rows += batch.length
        }
        return { rows }
      },
    },
  }
}

/** Exports an album, imports it, and resolves to how many rows came back. */
export async function run(): Promise<number | undefined> {
  const piecework = createPiecework({ packs: [AlbumPack], runtime: inProcess() })
  await piecework.start()
  try {
    const principal = { id: 'ann' }
    const exported = await piecework.export({ resource: { kind: 'album', id: 'birds' }, principal })
    const { archive } = await exported.result()
    if (!archive) throw new Error('no archive')
    const imported = await piecework.import({ archive, principal, name: 'Birds again' })
    await imported.result()
    const refused = await piecework.job('none', { principal }).catch((error: unknown) => error)
    if (!isPieceworkError(refused, 'job-not-found')) throw refused
    return (await piecework.job(imported.id, { principal })).counts.rows
  } finally {
    await piecework.stop()
  }
}
