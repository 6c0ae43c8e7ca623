import type { Column, Table } from '../catalogue.js'
import type { TablePlan } from '../table-plan.js'
import type { Problem } from './problem.js'

/** Columns that lead to rows of one table, as declared, where another column may say of which table each key is. */
export function untyped({ spec, table, references, ownerColumn, ownerPath }: TablePlan): Problem[] {
  if (spec.where) return []
  const first = ownerPath[0]?.column ?? ownerColumn
  const leading = new Set([
    ...references.filter(({ when }) => !when).map(({ column }) => column.name),
    ...(first ? [first.name] : []),
  ])
  const isCertain = (name: string): boolean => table.foreignKeys.some(({ columns }) => columns.includes(name))
  return [...leading].flatMap((name): Problem[] => {
    const type = isCertain(name) ? undefined : typeBeside(table, { name })
    if (type === undefined) return []
    return [
      {
        severity: 'warning',
        code: 'tables/type-beside',
        table: spec.table,
        column: name,
        text: `column "${type}" of table "${spec.table}" may say to which table "${name}" leads, and rows of all types are taken for one`,
        hint: `Declare "by": '${type}', or the rows of this type alone by "where".`,
      },
    ]
  })
}

/** The column that says which table's key another one holds: `record_type` of `record_id`. */
export function typeBeside({ columns }: Table, { name }: Pick<Column, 'name'>): string | undefined {
  const stem = /^(.*?)(_?)(id|uuid|pk)$/i.exec(name)
  if (!stem) return undefined
  const [, words = '', line = '', end = ''] = stem
  if (words === '') return undefined
  const ends = /^[A-Z]/.test(end) && line === '' ? ['Type', 'Kind', 'Model'] : ['_type', '_kind', '_model']
  return [
    ...ends.map((type) => `${words}${type}`),
    words,
    `${words.replace(/object$/i, 'content_type')}_id`,
    'content_type_id',
    'contentTypeId',
  ].find((type) => type !== name && columns.has(type) && (type !== words || isText(columns.get(type))))
}

const isText = (column: Column | undefined): boolean =>
  column !== undefined && /^(?:text|varchar|bpchar)$/.test(column.base)
