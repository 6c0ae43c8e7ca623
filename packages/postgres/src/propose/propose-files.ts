import type { Column, Table } from '../table-piece/catalogue.js'
import { namedLike } from '../table-piece/facts/likely-keys.js'
import { looksSecret } from '../table-piece/facts/looks-secret.js'
import { describesFiles, type FileLook, fileLooks } from './looks-like-file.js'
import type { Ask, Below } from './proposal.js'
import { memberSource } from './source-text.js'

/**
 * Asks about columns that look as if they held keys of files. None is declared as such, because no catalogue says where the
 * files are. Returns the columns.
 */
export function proposeFiles(
  below: Below,
  table: Table,
  open: readonly Column[],
  ask: Ask,
): ReadonlySet<string> {
  const tables = [...below.owned.keys()]
  const likely = open.filter((column) => !looksSecret(column) && !namedLike(tables, table, column))
  const looks = fileLooks(table, likely)
  for (const look of looks) askOf(table, look, ask)
  if (looks.length === 0 && describesFiles(table))
    ask(
      'its rows describe files, and no column looks like their key: where are the bytes? If their place follows from the id of a row, a copy has none there: give the table a column with the key, for "files".',
    )
  return new Set(looks.map(({ column }) => column.name))
}

function askOf(table: Table, { column, isAddress }: FileLook, ask: Ask): void {
  const { name, notNull } = column
  const isUnique = table.unique.has(name)
  const said = [
    `looks like the ${isAddress ? 'address' : 'key'} of a stored file, and travels as it is: a copy here names the file of the first one, and a copy elsewhere a file that is not there.`,
    `If it is, write${isUnique ? ' instead of "unique"' : ''}: ${filesSource(column, isAddress)};`,
    isAddress
      ? 'the store is an object with open, put and delete, which takes whole addresses.'
      : "folderFiles is in '@piecework/core'; of a bucket the store is an object with open, put and delete.",
    isAddress
      ? 'What is not known here: where the files are, and whether some of these are addresses of other sites.'
      : 'What is not known here: where the files are, and whether this text is their whole key.',
  ]
  // No copy can stand beside the first until it is answered.
  ask(said.join(' '), name, isUnique && notNull ? { mustAnswer: true } : undefined)
}

function filesSource({ name, notNull }: Column, isAddress: boolean): string {
  const members = [
    isAddress ? 'store: addresses' : "store: folderFiles('/srv/app/uploads')",
    ...(isAddress ? ["key: ({ id, extension }) => 'https://files.example.org/' + id + extension"] : []),
    ...(notNull ? [] : ["missing: 'null'"]),
  ]
  return `files: { ${memberSource(name)}: { ${members.join(', ')} } }`
}
