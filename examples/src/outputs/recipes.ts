import type { Pack, ResourceKind } from '@piecework/core'
import type { Output, Piece } from '@piecework/core/piece'

const recipes = new Map([['soup', { name: 'Soup: a classic', steps: ['Boil water.', 'Add salt.'] }]])

const kind: ResourceKind = {
  kind: 'recipe',
  table: 'recipes',
  key: 'nanoid',
  describe: async ({ id }) => recipes.get(id),
}

const steps: Piece = {
  contract: 1,
  name: 'cookbook/steps',
  of: 'recipe',
  version: 1,
  exportOnly: true,
  exporter: {
    export: async ({ resource, write }) => {
      const all = recipes.get(resource.id)?.steps ?? []
      await write('steps.txt', Buffer.from(all.map((step) => `${step}\n`).join('')))
      return { rows: 0 }
    },
  },
}

/** The steps as one page. */
const page: Output = {
  name: 'cookbook/page',
  mediaType: 'text/plain; charset=utf-8',
  pieces: ['cookbook/steps'],
  fileName: ({ name, resource }) => `${name ?? resource.id}.txt`,
  assemble: async function* ({ pieces }) {
    yield Buffer.from('What to do:\n')
    for (const { entries } of pieces) yield* entries.open('steps.txt')
  },
}

/** The same beside a note, for people who want files. */
const files: Output = {
  name: 'cookbook/files',
  mediaType: 'application/zip',
  pieces: ['cookbook/steps'],
  fileName: ({ name, resource }) => `${name ?? resource.id}.zip`,
  assemble: ({ pieces, resource, zip }) =>
    zip([
      { name: 'READ ME.txt', open: () => note(resource.id) },
      ...pieces.map(({ entries }) => ({ name: 'soup/steps.txt', open: () => entries.open('steps.txt') })),
    ]),
}

async function* note(id: string) {
  yield Buffer.from(`The recipe ${id}.\n`)
}

export const cookbook: Pack = { name: 'cookbook', kinds: [kind], pieces: [steps], outputs: [page, files] }
