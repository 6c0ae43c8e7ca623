import type { Queryable } from '@piecework/core/piece'
import type { Column } from '../table-piece/catalogue.js'
import { holdsDocuments } from '../table-piece/document-sql.js'
import { documentPlaces, linkPlaces, placesIn, wholePlaces } from '../table-piece/facts/id-places.js'
import { type Leading, type LedPlace, ledPlaces, namedTable } from '../table-piece/facts/led-places.js'
import { looksLikeId } from '../table-piece/facts/looks-like-id.js'
import { looksSecret, snakeCase } from '../table-piece/facts/looks-secret.js'
import { tableName } from '../table-piece/joins.js'
import { parseJsonPath } from '../table-piece/json-path.js'
import { keyFamily } from '../table-piece/key-family.js'
import { pathsOverlap, patternsOverlap } from '../table-piece/overlaps.js'
import type { Reference } from '../table-piece/spec.js'
import { aboutSettings, settingsKey, textual } from './ask-about-settings.js'
import {
  type Asking,
  asQuestion,
  listSource,
  mostShown,
  referenceSource,
  referenceTo,
  shownPlaces,
} from './id-question.js'
import type { Below, ProposedTable } from './proposal.js'
import { memberSource } from './source-text.js'

/** Names have words before numbers: `Chapter 7`. */
const nameOfRow = /(?:^|_)(?:name|title|label|subject|caption|heading|summary)$/
const wordBefore = / \{\}$/

/**
 * With questions about ids in values that travel as they are: links in texts, numbers in documents, settings. By the first rows, and by
 * names: a number may be anything, so none is declared without an answer.
 */
export async function withIdQuestions(
  db: Queryable,
  below: Below,
  tables: readonly ProposedTable[],
): Promise<readonly ProposedTable[]> {
  const asking = { ...below, leading: await leadingOf(db, below) }
  const asked: ProposedTable[] = []
  for (const one of tables) {
    const texts = new Map<string, string>()
    for (const column of openColumns(one, below)) {
      const text = await questionOf(db, asking, one, column)
      if (text !== undefined) texts.set(column.name, text)
    }
    const table = `${one.table.schema}.${one.table.name}`
    const questions = [...texts].map(([column, text]) => ({ table, column, text }))
    asked.push({ ...one, questions: [...one.questions, ...questions] })
  }
  return asked
}

/** Columns whose values travel as they are, apart from what `json` declares already. */
function openColumns({ table, spec, set, owned }: ProposedTable, { reading }: Below): readonly Column[] {
  const { references = {}, ignore = [] } = spec
  const leads = new Set([...table.foreignKeys.flatMap(({ columns }) => columns), ...table.primaryKey])
  return [...table.columns.values()].filter(
    (column) =>
      !leads.has(column.name) &&
      !Object.hasOwn(references, column.name) &&
      !Object.hasOwn(set, column.name) &&
      !ignore.includes(column.name) &&
      column.name !== owned.path[0] &&
      !column.generated &&
      reading.sequences.of(table, column.name) === undefined &&
      !looksSecret(column),
  )
}

async function questionOf(
  db: Queryable,
  below: Asking,
  one: ProposedTable,
  column: Column,
): Promise<string | undefined> {
  const { table } = one
  const key = settingsKey(table, column)
  const found = [
    key && (await aboutSettings(db, below, table, key, column)),
    await aboutValues(db, below, one, column, key !== undefined),
  ]
  const texts = found.filter((text) => text !== undefined)
  return texts.length > 0 ? texts.join(' And as a value of any row it ') : undefined
}

/** `isSetting`: what stands alone in a value is asked about with the key of its row. */
async function aboutValues(
  db: Queryable,
  below: Asking,
  { table, spec }: ProposedTable,
  column: Column,
  isSetting: boolean,
): Promise<string | undefined> {
  const { name, base } = column
  const tables = below.leading
  const led = async (read: Parameters<typeof placesIn>[1]) =>
    ledPlaces(db, tables, table, placesIn(await below.someValues(table, column), read))
  const to = (place: LedPlace): Reference => referenceTo(below, table, place.table)
  if (holdsDocuments(base)) {
    const declared = spec.json?.[name] ?? []
    const overlap = (a: string, b: string) => pathsOverlap(parseJsonPath(a), parseJsonPath(b))
    const places = (await led(documentPlaces(name, base.endsWith('jsonb')))).filter(
      ({ at }) => !(isSetting && at === '') && !declared.some(({ path }) => overlap(path, at)),
    )
    return asQuestion(withoutOverlaps(places, overlap), (some) => {
      const paths = some.map((place) => ({ path: place.at, ...to(place) }))
      return `json: { ${memberSource(name)}: ${listSource([...declared, ...paths])} }`
    })
  }
  if (textual.test(base)) {
    const all = [...tables.own, ...tables.others]
    const isTable = (word: string) => namedTable(all, table, word, ['1']) !== undefined
    const whole = wholePlaces(name)
    const links = linkPlaces(isTable)
    const places = await led((value, add) => {
      if (!isSetting) whole(value, add)
      links(value, add)
    })
    const kept = withoutOverlaps(places, patternsOverlap).map((place) =>
      wordBefore.test(place.at) && nameOfRow.test(snakeCase(name)) ? { ...place, isLikely: false } : place,
    )
    const isOwn = (place: LedPlace): boolean => below.owned.has(place.table)
    const [part] = kept.filter(({ isPart }) => isPart)
    if (part)
      return aboutSome(
        part,
        isOwn(part),
        `text: { ${memberSource(name)}: ${listSource([{ pattern: part.at, ...to(part) }])} }`,
      )
    const question = asQuestion(kept.filter(isOwn), (some) => {
      const patterns = some.map((place) => ({ pattern: place.at, ...to(place) }))
      return `text: { ${memberSource(name)}: ${listSource(patterns)} }`
    })
    const far = kept.filter((place) => !isOwn(place) && place.isLikely).slice(0, mostShown)
    if (far.length === 0) return question
    const said = `holds what looks like ids of rows that stay where they are: ${shownPlaces(far)}. In another installation these ids are of other rows, and no pattern can say which: does the text say it otherwise, or is it left out by "ignore"? Else a piece by hand writes it.`
    return question === undefined ? said : `${question} And it ${said}`
  }
  const names = tables.own.map((one) => one.name)
  if (isSetting || keyFamily(column) !== 'integer' || !looksLikeId(column, names)) return undefined
  const places = await led(wholePlaces(name, ''))
  return asQuestion(places, ([only]) =>
    only ? `references: { ${memberSource(name)}: ${referenceSource(to(only))} }` : '',
  )
}

/** Of values that are ids in some rows, and anything else in others. */
function aboutSome({ table }: LedPlace, isOwn: boolean, declare: string): string {
  const found = `has keys of rows of "${table.name}" in some rows, perhaps by chance. Does a column, or a row that this one leads to, say in which?`
  return isOwn
    ? `${found} Then write a piece for those rows, by "where", with ${declare}; else they stay as they are.`
    : `${found} Those rows stay where they are, so that in another installation the ids are of others: then a piece by hand writes these values.`
}

/** Without tables that this role may not read. */
async function leadingOf(db: Queryable, { owned, reading }: Below): Promise<Leading> {
  const others = reading.catalogue.tables.filter((table) => !owned.has(table))
  const { rows } = await db.query<{ at: number }>(
    "SELECT (t.at - 1)::int AS at FROM unnest($1::text[]) WITH ORDINALITY t(name, at) WHERE has_table_privilege(t.name, 'SELECT')",
    [others.map((table) => tableName(table))],
  )
  return { own: [...owned.keys()], others: rows.flatMap(({ at }) => others[at] ?? []) }
}

/** An id that two patterns find would get a new one twice. */
function withoutOverlaps(
  places: readonly LedPlace[],
  overlap: (a: string, b: string) => boolean,
): readonly LedPlace[] {
  const kept: LedPlace[] = []
  for (const place of [...places].sort((a, b) => Number(b.isLikely) - Number(a.isLikely)))
    if (!kept.some(({ at }) => overlap(at, place.at))) kept.push(place)
  return kept
}
