import type { Column, Table } from '../table-piece/catalogue.js'
import type { TableSpec } from '../table-piece/spec.js'
import type { Ask } from './proposal.js'

/**
 * What becomes of values that are unique beyond the resource. `asIs`: columns whose values a copy keeps; `files`: those that
 * may name files, which another value would lead nowhere.
 */
export function proposeUnique(
  table: Table,
  asIs: (name: string) => boolean,
  files: ReadonlySet<string>,
  ask: Ask,
): NonNullable<TableSpec['unique']> {
  const unique = new Map<string, 'suffix' | 'fail' | 'null'>()
  const keys = table.uniqueKeys.filter(({ columns }) => columns.join('\0') !== table.primaryKey.join('\0'))
  for (const { columns } of keys) {
    if (!columns.every(asIs)) continue
    const [name = '', ...more] = columns
    const column = table.columns.get(name)
    if (more.length > 0 || !column)
      ask(
        'are unique together, and a second copy here could not stand beside the first: which changes (unique)?',
        columns.join(', '),
      )
    else if (!unique.has(name)) {
      unique.set(name, settled(column, files.has(name)))
      if (!files.has(name)) ask('is unique: what becomes of a value that is taken here?', name)
    }
  }
  return Object.fromEntries(unique)
}

const settled = ({ base, notNull }: Column, isFile: boolean): 'suffix' | 'fail' | 'null' => {
  if (!isFile && /^(?:text|varchar|citext)$/.test(base)) return 'suffix'
  return notNull ? 'fail' : 'null'
}
