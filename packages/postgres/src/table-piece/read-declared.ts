import { isSequenceForm, type Queryable } from '@piecework/core/piece'
import { defaults } from '../defaults.js'
import { alternatives } from './as-reference.js'
import { type Catalogue, readCatalogue } from './catalogue.js'
import { readTableFacts, type TableFacts } from './facts/table-facts.js'
import { likelySequences } from './keys/number-problems.js'
import { readSequences, type Sequences } from './keys/sequences.js'
import type { TablePieceSpec } from './spec.js'
import { referencedName, type TableName } from './table-name.js'

type Tables = Pick<TablePieceSpec, 'schema' | 'tables'>

/** What the catalogue says of the tables of some declarations, and of those that they lead to. */
export interface Reading {
  readonly catalogue: Catalogue
  readonly sequences: Sequences
  /** Undefined for a table that the declarations do not lead to. */
  factsOf(table: TableName): TableFacts | undefined
}

export async function readDeclared(db: Queryable, declarations: readonly Tables[]): Promise<Reading> {
  const catalogue = await catalogueOf(db, declarations)
  const named = declarations.flatMap((one) => namedSequences(one, catalogue))
  const sequences = await readSequences(db, catalogue.tables, named)
  const facts = await readTableFacts(db, catalogue.tables)
  const factsOf = new Map(catalogue.tables.map((table, index) => [keyOf(table), facts[index]]))
  return { catalogue, sequences, factsOf: (table) => factsOf.get(keyOf(table)) }
}

/** The tables of the declarations and those that they refer to. */
export const catalogueOf = (db: Queryable, declarations: readonly Tables[]): Promise<Catalogue> =>
  readCatalogue(
    db,
    declarations.flatMap(tablesOf),
    Math.max(defaults.followedKeys, ...declarations.map(hopsOf)),
  )

const keyOf = ({ schema, name }: TableName): string => JSON.stringify([schema, name])

/** Those that a declaration names or may mean. */
const namedSequences = ({ schema = 'public', tables }: Tables, catalogue: Catalogue): readonly string[] =>
  tables.flatMap(({ table, key }) =>
    isSequenceForm(key)
      ? [key.sequence]
      : (catalogue
          .get({ schema, name: table })
          ?.primaryKey.flatMap((column) => likelySequences(table, column)) ?? []),
  )

function tablesOf({ schema = 'public', tables }: Tables): readonly TableName[] {
  const referenced = tables.flatMap(({ references = {}, json = {}, text = {} }) => [
    ...Object.values(references).flatMap((column) =>
      alternatives(column).map((each) => each.reference.table),
    ),
    ...[...Object.values(json), ...Object.values(text)].flatMap((ids) => ids.map(({ table }) => table)),
  ])
  return [
    ...tables.map(({ table }) => ({ schema, name: table })),
    ...referenced.map((name) => referencedName(name, schema, tables)),
  ]
}

const hopsOf = ({ tables }: Tables): number =>
  Math.max(
    0,
    ...tables.flatMap(({ owner, order }) => [owner, ...order].map((path) => path.split('.').length - 1)),
  )
