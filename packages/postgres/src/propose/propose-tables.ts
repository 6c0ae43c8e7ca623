import { isPieceworkError, type KeyForm, PieceworkError, type Queryable } from '@piecework/core/piece'
import { alternatives } from '../table-piece/as-reference.js'
import type { Table } from '../table-piece/catalogue.js'
import { checkTables } from '../table-piece/check-tables.js'
import type { TableFinding } from '../table-piece/facts/problem.js'
import type { TablePieceSpec } from '../table-piece/spec.js'
import { writtenName } from '../table-piece/table-name.js'
import { tablePiece } from '../table-piece/table-piece.js'
import { withIdQuestions } from './ask-about-ids.js'
import { groupPieces } from './group-pieces.js'
import { kindSource } from './kind-source.js'
import { type LeftBehind, leftBehind } from './left-behind.js'
import { foreignOf, ownedTables } from './owned-tables.js'
import type { Below, ProposedTable, Question } from './proposal.js'
import { kindNames, type ProposedPiece, proposalSource } from './proposal-source.js'
import { proposeOrder } from './propose-order.js'
import { proposeTable, type UnorderedTable } from './propose-table.js'
import { readSchema, rootTable } from './read-schema.js'
import { sampledRows } from './sampled-rows.js'
import { withDocuments } from './with-documents.js'

export interface Proposal {
  readonly root: string
  readonly tables: readonly { readonly table: string; readonly owner: string }[]
  readonly questions: readonly Question[]
  /** Tables of the same schemas that the proposal leaves out. */
  readonly leftBehind: readonly LeftBehind[]
  /** What `checkTables` says of it. */
  readonly findings: readonly TableFinding[]
  /** TypeScript. */
  readonly source: string
}

/** A declaration for a table and those below it. Reads only. Throws `options-invalid` if there is no such table. */
export async function proposeTables(db: Queryable, rootName: string): Promise<Proposal> {
  const reading = await readSchema(db)
  const root = rootTable(reading, rootName)
  const [key, ...more] = root.primaryKey
  if (key === undefined || more.length > 0)
    throw new PieceworkError(
      'options-invalid',
      `The primary key of "${root.schema}"."${root.name}" has ${more.length > 0 ? 'several columns' : 'no column'}, so its rows have no id that a resource could have.`,
    )
  const above = foreignOf(root, key)
  if (above && !above.likely)
    throw new PieceworkError(
      'options-invalid',
      `The rows of "${root.schema}"."${root.name}" have the keys of other rows, those of "${above.schema}"."${above.table}", and no copy can be made without them: take that table, or one above it.`,
    )
  const owned = ownedTables(reading.catalogue, root, key)
  const below: Below = { reading, owned, root, key, ...sampledRows(db) }
  const unordered: UnorderedTable[] = []
  for (const table of owned.keys()) unordered.push(await proposeTable(below, table))
  const names = kindNames(root)
  const { tables: declared, findings } = await withDocuments(ordered(unordered, root), async (some) => {
    const made = piecesOf(below, some, names.kind)
    return { tables: some, pieces: made, findings: await findingsOf(db, made) }
  })
  const tables = await withIdQuestions(db, below, declared)
  const pieces = piecesOf(below, tables, names.kind)
  const kindQuestions: Question[] = []
  const kind = await kindSource(
    db,
    below,
    { ...names, key: resourceKeyForm(below, tables) },
    (text, column, must) =>
      void kindQuestions.push({
        table: `${root.schema}.${root.name}`,
        ...(column !== undefined && { column }),
        text,
        ...must,
      }),
  )
  const left = leftBehind(below)
  return {
    root: `${root.schema}.${root.name}`,
    tables: tables.map(({ table, spec }) => ({ table: `${table.schema}.${table.name}`, owner: spec.owner })),
    questions: [...kindQuestions, ...tables.flatMap(({ questions }) => questions)],
    leftBehind: left,
    findings: findings.filter((finding) => !isAsked(tables, finding)),
    source: proposalSource({ root, kind, kindQuestions, pieces, leftBehind: left }),
  }
}

/** A question says what to write, and for which numbers. */
const isAsked = (tables: readonly ProposedTable[], { code, table, column, ids }: TableFinding): boolean =>
  code === 'tables/ids-in-values' &&
  ids === undefined &&
  tables.some(
    ({ spec, questions }) => spec.table === table && questions.some((question) => question.column === column),
  )

/** A kind says it of its resources, also where the table's own sequence does. */
function resourceKeyForm(
  { reading, root, key }: Below,
  tables: readonly ProposedTable[],
): KeyForm | undefined {
  const sequence = reading.sequences.of(root, key)
  return tables.find(({ table }) => table === root)?.spec.key ?? (sequence && { sequence: sequence.text })
}

/** With the order of each, and a question where no key of the database says that it is one. */
function ordered(tables: readonly UnorderedTable[], root: Table): readonly ProposedTable[] {
  const of = (table: Table) => tables.find((one) => one.table === table && table !== root)?.orderable
  return tables.map(({ orderable: _, ...one }) => {
    if (one.table === root) return one
    const { order, isSure } = proposeOrder(of, one.table)
    if (isSure) return { ...one, spec: { ...one.spec, order } }
    const text =
      order.length > 0
        ? `no unique key gives the rows an order: are they known by ${order.join(', ')} in every installation?`
        : 'nothing but ids gives the rows an order: comparisons do not find them again. Is there a column?'
    const questions = [...one.questions, { table: `${one.table.schema}.${one.table.name}`, text }]
    return { ...one, questions, spec: { ...one.spec, order } }
  })
}

function piecesOf(
  { owned, root, reading }: Below,
  tables: readonly ProposedTable[],
  kind: string,
): readonly ProposedPiece[] {
  const isBelow = (table: Table): boolean => table !== root && owned.has(table)
  const leadsTo = ({ table, spec }: ProposedTable): ReadonlySet<Table> => {
    const written = Object.values(spec.references ?? {}).flatMap((one) =>
      alternatives(one).flatMap(({ reference }) => (reference.shared ? [] : [reference.table])),
    )
    const inside = Object.values(spec.json ?? {}).flatMap((ids) => ids.map((one) => one.table))
    written.push(...inside)
    const named = tables.filter((one) => written.includes(writtenName(one.table, table.schema)))
    const foreign = table.foreignKeys.flatMap(
      ({ schema, table: name }) => reading.catalogue.get({ schema, name }) ?? [],
    )
    return new Set([...named.map((one) => one.table), ...foreign].filter((to) => to !== table && isBelow(to)))
  }
  const groups = groupPieces(tables, leadsTo)
  const names = new Set<string>()
  return groups.map((group): ProposedPiece => {
    const schema = group[0]?.table.schema ?? 'public'
    const base =
      schema === root.schema
        ? 'tables'
        : schema
            .toLowerCase()
            .replaceAll(/[^a-z0-9]+/g, '-')
            .replaceAll(/^-|-$/g, '') || 'tables'
    let name = `${kind}/${base}`
    for (let at = 2; names.has(name); at++) name = `${kind}/${base}-${at}`
    const after = [...names]
    names.add(name)
    const exportOnly = tables.some(({ table, spec }) => table === root && spec.key === 'natural')
    return { name, kind, schema, after, tables: group, exportOnly }
  })
}

async function findingsOf(db: Queryable, pieces: readonly ProposedPiece[]): Promise<readonly TableFinding[]> {
  try {
    const made = pieces.map(({ name, kind, schema, after, tables, exportOnly }) =>
      tablePiece({
        name,
        of: kind,
        version: 1,
        schema,
        after,
        ...(exportOnly && { exportOnly }),
        tables: tables.map(({ spec, set }) => ({
          ...spec,
          ...(Object.keys(set).length > 0 && { set: unset(set) }),
        })),
      } satisfies TablePieceSpec),
    )
    return await checkTables(db, made)
  } catch (error) {
    if (!isPieceworkError(error, 'registry-invalid')) throw error
    return error.findings.length > 0
      ? error.findings
      : [{ piece: '', severity: 'error', code: 'tables/declaration', message: error.message }]
  }
}

/** One value for all rows, as the functions of the proposal give. */
const unset = (set: Readonly<Record<string, string>>): Record<string, () => string> =>
  Object.fromEntries(Object.keys(set).map((name) => [name, () => '']))
