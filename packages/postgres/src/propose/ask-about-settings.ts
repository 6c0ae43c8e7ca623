import type { Queryable } from '@piecework/core/piece'
import type { Column, Table } from '../table-piece/catalogue.js'
import { holdsDocuments } from '../table-piece/document-sql.js'
import { placesIn, wholePlaces } from '../table-piece/facts/id-places.js'
import { ledPlaces } from '../table-piece/facts/led-places.js'
import { snakeCase } from '../table-piece/facts/looks-secret.js'
import { keyFamily } from '../table-piece/key-family.js'
import { type Asking, asQuestion, listSource, referenceTo } from './id-question.js'
import { memberSource, textSource, valueSource } from './source-text.js'

export const textual = /^(?:text|varchar|bpchar|citext)$/
const settingName =
  /^(?:key|name|code|slug|setting|option|property|attribute|param(?:eter)?|variable|field|meta_key)$|_(?:key|name)$/
const settingValue = /^(?:value|val|setting|data)$|_value$/

/** The column that says what the value of a row is. */
export function settingsKey(table: Table, column: Column): Column | undefined {
  if (!settingValue.test(snakeCase(column.name))) return undefined
  if (!textual.test(column.base) && keyFamily(column) !== 'integer' && !holdsDocuments(column.base))
    return undefined
  const texts = [...table.columns.values()].filter(
    ({ base, name }) => textual.test(base) && name !== column.name,
  )
  return texts.find(({ name }) => settingName.test(snakeCase(name)))
}

/** By the key that each row has: what is a key of rows for one is a number of something for the next. */
export async function aboutSettings(
  db: Queryable,
  below: Asking,
  table: Table,
  key: Column,
  value: Column,
): Promise<string | undefined> {
  const rows = await below.differentRows(table, [key.name, value.name])
  const read = (text: string, add: Parameters<ReturnType<typeof wholePlaces>>[1]): void => {
    const [named = '', held = ''] = JSON.parse(text) as readonly string[]
    // What is no word may be data, which no proposal shows.
    if (/^[A-Za-z_][\w .:-]{0,62}$/.test(named)) wholePlaces(named, named)(held.replaceAll(/^"|"$/g, ''), add)
  }
  const places = placesIn(
    rows.map((row) => JSON.stringify(row)),
    read,
  )
  const led = await ledPlaces(db, below.leading, table, places)
  return asQuestion(led, (some) => {
    if (!holdsDocuments(value.base)) {
      const to = (one: Table) => {
        const { shared, ...reference } = referenceTo(below, table, one)
        return shared ? { ...reference, shared } : reference.table
      }
      const tables = Object.fromEntries(some.map((place) => [place.at, to(place.table)]))
      return `references: { ${memberSource(value.name)}: ${valueSource({ by: key.name, tables, other: 'keep' })} }`
    }
    const [first] = some
    const keys = some.filter((one) => one.table === first?.table).map(({ at }) => at)
    const condition = `${key.name} IN (${keys.map((one) => `'${one}'`).join(', ')})`
    const path = first ? { path: '', ...referenceTo(below, table, first.table) } : {}
    return `where: { sql: ${textSource(condition)} }, json: { ${memberSource(value.name)}: ${listSource([path])} }, and a piece of its own for the other keys`
  })
}
