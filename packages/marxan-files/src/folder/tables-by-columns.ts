import { join } from 'node:path'
import { maxTablesLookedAt, tableHeadBytes } from '../defaults.js'
import { resultName } from '../results/file-name.js'
import { fileKeys, type TableRole } from './file-keys.js'
import { headOf } from './head-of.js'
import type { ListedFile, Listing } from './listing.js'
import { alike } from './similar-files.js'
import { tableRole } from './table-role.js'

/** Paths below the folder, those that fit best first. */
export type TablesByRole = Readonly<Record<TableRole, readonly string[]>>

/** Tables that every project has. */
export const neededRoles = ['pu.dat', 'spec.dat', 'puvspr.dat'] as const

interface Table extends ListedFile {
  readonly role: TableRole
}

/** The tables of a folder by their columns, whatever their names; one of the usual name also if its columns are wrong. */
export async function tablesByColumns(dir: string, files: Listing): Promise<TablesByRole> {
  const tables: Table[] = []
  const readable = files.all().filter(({ name, path }) => isTable(name) && canBeNamed(path))
  for (const one of readable.slice(0, maxTablesLookedAt)) {
    const role = tableRole(await headOf(join(dir, one.path), tableHeadBytes))
    if (role !== undefined) tables.push({ ...one, role })
  }
  const rolesIn = (folder: string) =>
    new Set(tables.flatMap((table) => (table.folder === folder ? [table.role] : []))).size
  const rank = ({ folder, name, role }: Table) =>
    100 * rolesIn(folder) + alike(name, role) - 10 * isSorted(name)
  const pathsOf = (role: TableRole): readonly string[] => {
    const own = tables.filter((table) => table.role === role).sort((a, b) => rank(b) - rank(a))
    const usual = own.length === 0 ? files.anywhere(role) : undefined
    return usual === undefined ? own.map(({ path }) => path) : [usual]
  }
  return Object.fromEntries(
    (Object.keys(fileKeys) as TableRole[]).map((role) => [role, pathsOf(role)]),
  ) as unknown as TablesByRole
}

/** Whether input.dat can hold the path: it has one name on a line. */
export const canBeNamed = (path: string): boolean => !/\p{Cc}/u.test(path)

/** CLUZ keeps its own columns in targets.csv. */
const isTable = (name: string): boolean =>
  /\.(?:dat|csv|txt)$/i.test(name) && !resultName(name) && !/^targets\.csv$/i.test(name)

/** puvspr.dat in the order of species, which Marxan has in addition. */
const isSorted = (name: string): number => Number(/sp_?order/i.test(name))
