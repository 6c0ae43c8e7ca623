import {
  type Check,
  check,
  checkDeclaration,
  contractCheck,
  type FileStore,
  keyFormCheck,
  type OptionChecks,
  required,
  type Schema,
  type Validator,
} from '@piecework/core/piece'
import type {
  FileColumn,
  JsonReference,
  PolymorphicReference,
  Reference,
  RowCondition,
  SharedReference,
  StableReference,
  TablePieceSpec,
  TableSpec,
  TextReference,
} from './spec.js'

const columns = check.list(check.text)

const stable = { where: required(check.text), by: required(columns), exportWhere: check.text }
const stableInstead = {
  stableKey: 'the columns that are the same everywhere are "by"',
  key: 'the columns that are the same everywhere are "by"',
}

const lookup = contractCheck<StableReference>(stable, stableInstead)
const takesPlace = contractCheck<{ readonly row: string }>({ row: required(check.text) })
const missing: Check<NonNullable<SharedReference['missing']>> = (value, place) =>
  typeof value === 'object'
    ? takesPlace(value, place)
    : check.oneOf('refuse', 'null', 'create', 'importer')(value, place)
const find: Check<NonNullable<SharedReference['find']>> = (value, place) =>
  typeof value === 'function' ? check.func<never>()(value, place) : check.record(check.text)(value, place)

const shared = contractCheck<SharedReference>({ ...stable, missing, find }, stableInstead)

const referenceChecks: OptionChecks<Omit<Reference, 'none'>> = {
  table: required(check.text),
  key: check.text,
  of: check.text,
  shared,
  lookup,
}

const referenceInstead = {
  column: 'the column of the other table is "key"',
  schema: "a table in another schema is { table: 'schema.table' }",
  by: 'rows that travel by a stable key are { shared } or { lookup }',
  where: 'rows that travel by a stable key are { shared } or { lookup }',
} as const

const anyText: Check<string> = (value, place) => (value === '' ? value : check.text(value, place))

const reference = contractCheck<Reference>(
  { ...referenceChecks, none: check.list(anyText) },
  referenceInstead,
)
const jsonReference = contractCheck<JsonReference>(
  { path: required(check.text), ...referenceChecks },
  referenceInstead,
)
const sharedInText =
  'ids in texts lead to rows that travel, and those of shared rows stay as they are: without the pattern, or as a column of its own in "references"'

const textReference = contractCheck<TextReference>(
  { pattern: required(check.text), table: required(check.text), key: check.text, of: check.text },
  { shared: sharedInText, lookup: sharedInText },
)

const referenceOrTable: Check<string | Reference> = (value, place) =>
  typeof value === 'string' ? check.text(value, place) : reference(value, place)

const polymorphic = contractCheck<PolymorphicReference>({
  by: required(check.text),
  tables: required(check.record(referenceOrTable)),
  other: check.oneOf('refuse', 'keep'),
})

const anyReference: Check<string | Reference | PolymorphicReference> = (value, place) =>
  isMeantForSeveral(value) ? polymorphic(value, place) : referenceOrTable(value, place)

/** Also where `tables` is misspelled. */
const isMeantForSeveral = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  ('tables' in value ||
    (('by' in value || 'other' in value) && !('table' in value && typeof value.table === 'string')))

/** What `$1` of a condition may stand for. */
const boundValue: Check<string | number | boolean | null> = (value, place) => {
  if (value === null || (typeof value === 'number' && Number.isFinite(value))) return value
  return typeof value === 'string' ? value : check.flag(value, place)
}

const rowCondition = contractCheck<RowCondition>({
  sql: required(check.text),
  values: check.list(boundValue),
})

const fileColumn = contractCheck<FileColumn>({
  store: required(check.having<FileStore>('a store of files', 'open', 'put', 'delete')),
  key: check.func(),
  missing: check.oneOf('refuse', 'null'),
})

const table = contractCheck<TableSpec>(
  {
    table: required(check.text),
    key: keyFormCheck,
    owner: required(check.text),
    order: required(columns),
    references: check.record(anyReference),
    json: check.record(check.list(jsonReference)),
    text: check.record(check.list(textReference)),
    files: check.record(fileColumn),
    where: rowCondition,
    unique: check.record(check.oneOf('suffix', 'fail', 'null')),
    columns,
    ignore: columns,
    set: check.record(check.func()),
    keepShellValue: columns,
    inheritedBy: columns,
    triggers: columns,
  },
  {
    filter: 'a condition on the rows is { where: { sql } }',
    secondPass: 'tables that lead to each other need no word',
    late: 'tables that lead to each other need no word',
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
    database: check.text,
    partRows: check.count,
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
