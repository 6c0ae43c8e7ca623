import { asMember, asText } from './as-source.js'
import type { Catalogue, ForeignKey, Table } from './catalogue.js'

/** What to write for a foreign key, if its rows travel, and if all resources share them. */
export function referenceHint(
  column: string,
  { schema, table: name, keys, columns }: ForeignKey,
  { schema: own }: Table,
  catalogue: Catalogue,
): string {
  const to = schema === own ? name : `${schema}.${name}`
  const written = `Write references: { ${asMember(column)}: ${asText(to)} }, if its rows travel too`
  const target = catalogue.get({ schema, name })
  const isKey = (one: string) => one === keys[columns.indexOf(column)] || target?.columns.get(one)?.serial
  const stable = target?.uniqueKeys.find((key) => !key.columns.some(isKey))
  if (!stable) return `${written}.`
  const by = stable.columns.map(asText).join(', ')
  return `${written}, or { ${asMember(column)}: { table: ${asText(to)}, shared: { where: 'true', by: [${by}] } } }, if all resources share them.`
}
