import type { CsvRow, Entries, Upgrade } from '@piecework/core/piece'
import type { PackAge } from './simulation-plan.js'

/** What a row of a part is spelled as in an archive: the part `a` has had three versions, the others one. */
interface Spelling {
  readonly columns: readonly string[]
  spell(part: string, text: string): string
  /** Row of an entry, as it is in the host's table. */
  read(part: string, row: CsvRow): { readonly position: string; readonly text: string }
}

const plain: Spelling = {
  columns: ['position', 'text'],
  spell: (_part, text) => text,
  read: (_part, { position, text }) => ({ position: position ?? '', text: text ?? '' }),
}

const spellings: readonly Spelling[] = [
  {
    columns: ['position', 'text'],
    spell: (part, text) => text.slice(part.length + 1),
    read: (part, { position, text }) => ({ position: position ?? '', text: `${part}:${text}` }),
  },
  plain,
  {
    columns: ['position', 'words'],
    spell: (_part, text) => text,
    read: (_part, { position, words }) => ({ position: position ?? '', text: words ?? '' }),
  },
]

/** The one part whose spelling has changed. */
const changedPart = 'a'

export function spellingOf(part: string, version: number): Spelling {
  return part === changedPart ? (spellings[version - 1] as Spelling) : plain
}

/** What a pack of this age writes. */
export function versionIn(age: PackAge, part: string): number {
  if (part !== changedPart) return 1
  return age === 'older' ? 1 : age === 'newer' ? 3 : 2
}

/** What a pack of this age reads of before; the newer one has given up the first version. */
export function upgradesIn(age: PackAge, part: string): Readonly<Record<number, Upgrade>> {
  if (part !== changedPart || age === 'older') return {}
  return age === 'newer' ? { 2: upgradeFrom(2) } : { 1: upgradeFrom(1) }
}

function upgradeFrom(version: number): Upgrade {
  const before = spellingOf(changedPart, version)
  const after = spellingOf(changedPart, version + 1)
  return (entries: Entries): Entries => ({
    paths: entries.paths,
    facts: (path) => entries.facts(path),
    open: (path, range) => entries.open(path, range),
    json: (path, schema) => entries.json(path, schema),
    rows: async function* (path) {
      for await (const rows of entries.rows(path))
        yield rows.map((row) => {
          const { position, text } = before.read(changedPart, row)
          const [first = '', second = ''] = after.columns
          return { [first]: position, [second]: after.spell(changedPart, text) }
        })
    },
  })
}
