import {
  type Check,
  check,
  checkDeclaration,
  contractCheck,
  keyFormCheck,
  type OptionChecks,
  required,
  type Schema,
  type Validator,
} from '@piecework/core/piece'
import type { JsonReference, Reference, StableReference, TablePieceSpec, TableSpec } from './spec.js'

const columns = check.list(check.text)

const stableReference = contractCheck<StableReference>(
  { where: required(check.text), stableKey: required(check.text), exportWhere: check.text },
  { key: 'the column that is the same everywhere is "stableKey"' },
)

const referenceChecks: OptionChecks<Reference> = {
  table: required(check.text),
  key: check.text,
  of: check.text,
  shared: stableReference,
  lookup: stableReference,
}

const referenceInstead = {
  column: 'the column of the other table is "key"',
  stableKey: 'rows that travel by a stable key are { shared } or { lookup }',
  where: 'rows that travel by a stable key are { shared } or { lookup }',
} as const

const reference = contractCheck(referenceChecks, referenceInstead)
const jsonReference = contractCheck<JsonReference>(
  { path: required(check.text), ...referenceChecks },
  referenceInstead,
)

const referenceOrTable: Check<string | Reference> = (value, place) =>
  typeof value === 'string' ? check.text(value, place) : reference(value, place)

const table = contractCheck<TableSpec>(
  {
    table: required(check.text),
    key: keyFormCheck,
    owner: required(check.text),
    order: required(columns),
    references: check.record(referenceOrTable),
    secondPass: columns,
    json: check.record(check.list(jsonReference)),
    columns,
    ignore: columns,
    set: check.record(check.func()),
    keepShellValue: columns,
    inheritedBy: columns,
    triggers: columns,
  },
  {
    where: 'the rows of a table are those that "owner" leads to',
    filter: 'the rows of a table are those that "owner" leads to',
    orderBy: 'the columns that order rows are "order"',
    foreignKeys: 'columns that hold keys of other tables are "references"',
    exclude: 'columns that do not travel are "ignore"',
    omit: 'columns that do not travel are "ignore"',
    primaryKey: 'the primary key is read from the database, and "key" says how new ones are made',
    schema: 'the schema is that of the whole piece',
  },
)

const spec = contractCheck<TablePieceSpec>(
  {
    name: required(check.text),
    of: required(check.text),
    version: required(check.count),
    tables: required(check.list(table)),
    schema: check.text,
    after: check.list(check.text),
    options: check.having<Schema<unknown>>('a schema', 'parse'),
    applies: check.func(),
    exportOnly: check.isTrue,
    extraEntries: check.list(check.text),
    validators: check.list(check.having<Validator>('a validator', 'validate')),
    upgrades: check.record(check.func()),
  },
  {
    table: 'tables are a list: { tables: [{ table, owner, order }] }',
    contract: 'tablePiece() adds it',
    exporter: 'a table piece has one; to wrap it, spread the piece: { ...tablePiece(spec), exporter }',
    importer: 'a table piece has one; to wrap it, spread the piece: { ...tablePiece(spec), importer }',
    cloner: 'a table piece has one; to wrap it, spread the piece: { ...tablePiece(spec), cloner }',
    remover: 'a table piece has one; to wrap it, spread the piece: { ...tablePiece(spec), remover }',
    comparer: 'a table piece has one; to wrap it, spread the piece: { ...tablePiece(spec), comparer }',
  },
)

/**
 * Throws `registry-invalid` for a name that a declaration does not have, and for a value that is not what it
 * must be.
 */
export function checkSpecNames<Options>(given: TablePieceSpec<Options>): void {
  const name = typeof given?.name === 'string' ? ` "${given.name}"` : ''
  checkDeclaration(`Table piece${name}`, given, spec)
}
