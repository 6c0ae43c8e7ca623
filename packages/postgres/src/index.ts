export { assertSchemaCovered, type SchemaCoverage } from './coverage/assert-schema-covered.js'
export { BinaryRows } from './database/binary-rows.js'
export { fromKnex, type KnexLike } from './database/from-knex.js'
export { fromPg, type PgPool } from './database/from-pg.js'
export { quoteIdent } from './database/quote-ident.js'
export type { SessionOptions } from './database/settings.js'
export { textLiteral } from './database/text-literal.js'
export { uuidLiteral } from './database/uuid-literal.js'
export { type GuardedSegment, type GuardedTable, guardTriggers } from './guard/guard-triggers.js'
export { type ForeignTablesOptions, foreignTables } from './migrations/foreign-tables.js'
export { type KnexMigrationSource, toKnexMigrationSource } from './migrations/knex-migration-source.js'
export { migrate } from './migrations/migrate.js'
export type { Migration } from './migrations/migration.js'
export { type PostgresStore, type PostgresStoreOptions, postgresStore } from './store/postgres-store.js'
export { type CheckTablesOptions, checkTables } from './table-piece/check-tables.js'
export { claimTables } from './table-piece/claim-tables.js'
export type { ClaimingPiece, TableClaim, TableClaims } from './table-piece/claims.js'
export type { TableFinding } from './table-piece/facts/problem.js'
export { idExpression } from './table-piece/id-expression.js'
export type {
  FileColumn,
  FindContext,
  JsonReference,
  NewFile,
  PolymorphicReference,
  Reference,
  RowCondition,
  SetContext,
  SharedReference,
  StableReference,
  TablePiece,
  TablePieceSpec,
  TableSpec,
  TextReference,
} from './table-piece/spec.js'
export { tablePiece } from './table-piece/table-piece.js'
export { uuidExpression } from './table-piece/uuid-expression.js'
