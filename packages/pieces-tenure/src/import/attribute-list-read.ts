import type { AttributeKind } from '../attributes/attribute-kind.js'
import { mostAttributeRows } from '../defaults.js'
import { askedOfAll, attributeList } from '../output/attribute-list.js'
import { valueOfCell } from './cell-values.js'
import type { PlacedProblem, Problem, RawTable, RawTables } from './raw-table.js'

export interface ListedColumn {
  readonly attribute: string
  readonly kind: AttributeKind
}

interface ImportedSchema {
  readonly contentType: string
  readonly selector: string | null
  readonly fields: readonly unknown[]
}

/** How attributes are read, and what is asked. */
export interface AttributeList {
  /** Whether the export has the table. */
  readonly isThere: boolean
  /** Of a table, by the names of its columns. */
  columns(table: string): ReadonlyMap<string, ListedColumn>
  readonly schemas: readonly ImportedSchema[]
  readonly problems: readonly PlacedProblem[]
}

const contentTypes: Readonly<Record<string, string>> = {
  locations: 'location',
  parties: 'party',
  relationships: 'relationship',
}
const kinds: readonly string[] = ['text', 'number', 'boolean', 'list', 'json'] satisfies AttributeKind[]
const selectors: readonly string[] = [askedOfAll, 'IN', 'CO', 'GR']

/** Throws a `FileProblem` if the table cannot be read at all. */
export async function readAttributeList(tables: RawTables): Promise<AttributeList> {
  const table = await tables.table(attributeList.name)
  const reader = new ListReader()
  if (table) await reader.read(table)
  return {
    isThere: table !== undefined,
    columns: (name) => reader.columns.get(name) ?? new Map(),
    schemas: [...reader.schemas.values()],
    problems: reader.problems,
  }
}

class ListReader {
  readonly columns = new Map<string, Map<string, ListedColumn>>()
  readonly schemas = new Map<string, ImportedSchema & { readonly fields: unknown[] }>()
  readonly problems: PlacedProblem[] = []

  async read({ file, line, columns, rows }: RawTable): Promise<void> {
    const missing = attributeList.columns.filter((name) => name !== 'id' && !columns.includes(name))
    for (const column of missing)
      this.#add(
        { code: 'tenure/column-missing', column, message: `There is no column ${column}.` },
        file,
        line,
      )
    if (missing.length > 0) return
    let count = 0
    for await (const batch of rows())
      for (const row of batch) {
        const place = [row.file ?? file, row.line] as const
        if (++count > mostAttributeRows) {
          const message = `There are more than ${mostAttributeRows} rows.`
          this.#add({ code: 'tenure/rows-limit', message }, ...place)
          return
        }
        if (row.problem) this.#add(row.problem, ...place)
        else this.#row(Object.fromEntries(columns.map((name, at) => [name, textOf(row.cells[at])])), ...place)
      }
  }

  #row(row: Readonly<Record<string, string | null>>, file: string, line: number): void {
    const { table = null, column = null, attribute, kind = null, asked_of: askedOf = null, field } = row
    const wrong = (name: string, message: string) =>
      this.#add({ code: 'tenure/value-invalid', column: name, message }, file, line)
    const contentType = contentTypes[table ?? '']
    if (table === null || contentType === undefined) {
      wrong('table', `The table is none of ${Object.keys(contentTypes).join(', ')}.`)
      return
    }
    if (column !== null) {
      if (kind === null || !kinds.includes(kind)) wrong('kind', `The kind is none of ${kinds.join(', ')}.`)
      else this.#column(table, column, { attribute: attribute ?? column, kind: kind as AttributeKind }, wrong)
    }
    if (askedOf === null) return
    if (!selectors.includes(askedOf) || (askedOf !== askedOfAll && contentType !== 'party'))
      wrong('asked_of', `It is none of ${contentType === 'party' ? selectors.join(', ') : askedOfAll}.`)
    else this.#field(contentType, askedOf === askedOfAll ? null : askedOf, field ?? null, wrong)
  }

  #column(
    table: string,
    name: string,
    column: ListedColumn,
    wrong: (name: string, message: string) => void,
  ): void {
    const known = this.columns.get(table) ?? new Map<string, ListedColumn>()
    this.columns.set(table, known)
    const before = known.get(name)
    if (before && (before.attribute !== column.attribute || before.kind !== column.kind))
      wrong('column', 'Another row says something else of this column.')
    known.set(name, column)
  }

  #field(
    contentType: string,
    selector: string | null,
    json: string | null,
    wrong: (name: string, message: string) => void,
  ): void {
    const key = `${contentType} ${selector}`
    const schema = this.schemas.get(key) ?? { contentType, selector, fields: [] }
    this.schemas.set(key, schema)
    if (json === null) return
    try {
      schema.fields.push(valueOfCell('json', json))
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error
      wrong('field', `The field cannot be read: ${error.message}.`)
    }
  }

  #add(problem: Problem, file: string, line: number): void {
    this.problems.push({ ...problem, file, line })
  }
}

const textOf = (cell: RawCell): string | null => (cell === null || cell === undefined ? null : String(cell))
type RawCell = string | number | boolean | null | undefined
