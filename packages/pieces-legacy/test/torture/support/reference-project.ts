import {
  type ReferenceTable,
  referenceInteger,
  referenceNumber,
  referenceTable,
} from '@piecework/test-support/fixtures/reference-table.js'
import type { TableName } from './project.js'

/** Everything of a project's tables that an import puts into a database, by its key. */
export interface Imported {
  readonly units: ReadonlyMap<string, readonly unknown[]>
  readonly features: ReadonlyMap<string, readonly unknown[]>
  /** By feature and unit. */
  readonly amounts: ReadonlyMap<string, number>
  /** By pair of units, the lower first. */
  readonly boundaries: ReadonlyMap<string, readonly number[]>
}

export type Tables = Readonly<Record<TableName, Buffer>>

const MAX_ID = 2 ** 31 - 1
const kept = ['target2', 'targetocc', 'sepnum', 'sepdistance', 'type']

/** What the rules say of these tables, with a grid of these ids. Undefined: to be refused. */
export function referenceProject(tables: Tables, grid: readonly number[]): Imported | undefined {
  const units = unitsOf(tables['pu.dat'])
  const features = featuresOf(tables['spec.dat'])
  if (!units || !features || grid.some((id) => !units.has(String(id)))) return undefined
  const inGrid = (id: number | undefined) => id !== undefined && grid.includes(id)
  const amounts = new Map<string, number>()
  const seen = new Set<string>()
  const rows = read(tables['puvspr.dat'], ['species', 'pu', 'amount', 'prob'])
  for (const row of rows ?? []) {
    const species = referenceInteger(row('species'), 0, MAX_ID)
    const pu = referenceInteger(row('pu'), 0, MAX_ID)
    const amount = atLeast0(row('amount'))
    const key = `${species} ${pu}`
    if (species === undefined || pu === undefined || amount === undefined) return undefined
    if (seen.has(key) || !features.has(String(species))) return undefined
    seen.add(key)
    if (inGrid(pu)) amounts.set(key, amount)
  }
  const boundaries = boundariesOf(tables['bound.dat'], units, inGrid)
  if (!rows || !boundaries) return undefined
  for (const [id, [, target]] of features) {
    const own = [...amounts].filter(([key]) => key.startsWith(`${id} `))
    if (Number(target) > 0 && own.every(([, amount]) => amount === 0)) return undefined
  }
  return { units: new Map([...units].filter(([id]) => inGrid(Number(id)))), features, amounts, boundaries }
}

type Row = (column: string) => string

/** Rows whose cells are asked for by name; '' for a column that the table has not. */
function read(bytes: Buffer, columns: readonly string[], required = columns.slice(0, 3)): Row[] | undefined {
  const table = referenceTable(bytes, columns)
  return table && required.every((name) => table.header.includes(name)) ? rowsOf(table) : undefined
}

const rowsOf = ({ header, rows }: ReferenceTable): Row[] =>
  rows.map((cells) => (column) => cells[header.indexOf(column)] ?? '')

function atLeast0(text: string): number | undefined {
  const value = referenceNumber(text)
  return value !== undefined && value >= 0 ? value : undefined
}

const atLeast0OrUnset = (text: string): number | undefined =>
  referenceNumber(text) === -1 ? -1 : atLeast0(text)

function unitsOf(bytes: Buffer): Map<string, unknown[]> | undefined {
  const table = referenceTable(bytes, ['id', 'cost', 'status', 'xloc', 'yloc', 'prob'])
  if (!table?.header.includes('id')) return undefined
  const units = new Map<string, unknown[]>()
  for (const row of rowsOf(table)) {
    const id = referenceInteger(row('id'), 0, MAX_ID)
    const cost = table.header.includes('cost') ? atLeast0(row('cost')) : 1
    const status = table.header.includes('status') ? referenceInteger(row('status'), 0, 3) : 0
    const location = locationOf(row, table.header)
    if (id === undefined || cost === undefined || status === undefined || !location || units.has(String(id)))
      return undefined
    units.set(String(id), [cost, status, ...location])
  }
  return units
}

/** NaN for both where neither is given, or a column is missing. */
function locationOf(row: Row, header: readonly string[]): readonly number[] | undefined {
  const columns = ['xloc', 'yloc'].filter((column) => header.includes(column))
  const given = columns.map(row).filter((text) => text !== '')
  const numbers = given.map(referenceNumber).filter((value) => value !== undefined)
  if (numbers.length < given.length) return undefined
  if (columns.length < 2 || numbers.length === 0) return [Number.NaN, Number.NaN]
  return numbers.length === 2 ? numbers : undefined
}

function featuresOf(bytes: Buffer): Map<string, unknown[]> | undefined {
  const table = referenceTable(bytes, ['id', 'prop', 'target', 'spf', 'fpf', 'name', ...kept])
  if (!table?.header.includes('id')) return undefined
  const { header } = table
  if (!header.includes('prop') && !header.includes('target')) return undefined
  if (header.includes('spf') && header.includes('fpf')) return undefined
  const features = new Map<string, unknown[]>()
  const names = new Set<string>()
  let unnamed = 0
  for (const row of rowsOf(table)) {
    const id = referenceInteger(row('id'), 0, MAX_ID)
    const spf = header.includes('spf') || header.includes('fpf') ? atLeast0(row('spf') || row('fpf')) : 1
    const goal = goalOf(row('prop'), row('target'))
    const numbers = kept.map((column) =>
      header.includes(column) ? atLeast0OrUnset(row(column)) : Number.NaN,
    )
    const given = decoded(row('name')).trim()
    if (id === undefined || spf === undefined || !goal || numbers.includes(undefined)) return undefined
    if (features.has(String(id)) || (given !== '' && names.has(given))) return undefined
    let name = given
    while (name === '' || (given === '' && names.has(name))) {
      unnamed += 1
      name = `Unnamed Feature #${unnamed}`
    }
    names.add(name)
    features.set(String(id), [...goal, spf, name, ...numbers])
  }
  return features
}

/** prop and target, of which one is NaN. */
function goalOf(propText: string, targetText: string): [number, number] | undefined {
  const [prop, target] = [propText, targetText].map((text) => (text === '' ? -1 : referenceNumber(text)))
  if (prop === undefined || target === undefined) return undefined
  if ((prop < 0 && prop !== -1) || prop > 1 || (target < 0 && target !== -1)) return undefined
  if ((prop > 0 && target > 0) || (prop === -1 && target === -1)) return undefined
  return target > 0 || prop === -1 ? [Number.NaN, target] : [prop, Number.NaN]
}

function decoded(latin1: string): string {
  const bytes = Buffer.from(latin1, 'latin1')
  const text = bytes.toString('utf8')
  return Buffer.from(text).equals(bytes) ? text : new TextDecoder('windows-1252').decode(bytes)
}

function boundariesOf(
  bytes: Buffer,
  units: ReadonlyMap<string, unknown>,
  inGrid: (id: number) => boolean,
): Map<string, number[]> | undefined {
  const table = referenceTable(bytes, ['id1', 'id', 'id2', 'boundary', 'amount', 'bound'])
  if (!table) return undefined
  const places = [['id1', 'id'], ['id2'], ['boundary', 'amount', 'bound']].map((names) =>
    table.header.flatMap((name, at) => (names.includes(name) ? [at] : [])),
  )
  if (places.some((found) => found.length > 1)) return undefined
  if (places.some((found) => found.length === 0)) {
    // By position, where no name that is known stands elsewhere.
    const words = table.header.slice(0, 3).filter((name) => /\p{L}/u.test(decoded(name)))
    if (words.length < 3 || places.some((found, at) => found.some((place) => place !== at))) return undefined
  }
  const cell = (cells: readonly string[], at: number) =>
    cells[places.every(({ length }) => length === 1) ? (places[at]?.[0] ?? at) : at] ?? ''
  const boundaries = new Map<string, number[]>()
  for (const cells of table.rows) {
    const ids = [0, 1].map((at) => referenceInteger(cell(cells, at), 0, MAX_ID))
    const boundary = atLeast0(cell(cells, 2))
    const [low, high] = ids.filter((id) => id !== undefined).sort((a, b) => a - b)
    if (low === undefined || high === undefined || boundary === undefined) return undefined
    if (!units.has(String(low)) || !units.has(String(high))) return undefined
    if (!inGrid(low) || !inGrid(high)) continue
    const key = `${low} ${high}`
    boundaries.set(key, [...(boundaries.get(key) ?? []), boundary])
  }
  return boundaries
}
