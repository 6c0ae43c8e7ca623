import type { Column, Table } from '../table-piece/catalogue.js'

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
