import { check, type OptionChecks } from '@piecework/core/store'
import { defaults } from '../defaults.js'
import { quoteIdent } from './quote-ident.js'
import { keepHostPathSql, keepOwnPathSql } from './search-path.js'

export interface SessionOptions {
  /** Schemas in which unqualified names are looked up, those of PostGIS too. Default `public`. */
  readonly searchPath?: readonly string[]
}

export const sessionChecks: OptionChecks<SessionOptions> = { searchPath: check.list(check.text) }

/**
 * Settings that decide what is read and written: the same for all connections, whatever the host's pool, role
 * or database has set.
 */
export function sessionSettings(options: SessionOptions = {}): Readonly<Record<string, string>> {
  return {
    search_path: (options.searchPath ?? ['public']).map(quoteIdent).join(', '),
    client_encoding: 'UTF8',
    TimeZone: 'UTC',
    DateStyle: 'ISO, YMD',
    IntervalStyle: 'postgres',
    extra_float_digits: '1',
    bytea_output: 'hex',
    lc_monetary: 'C',
    xmloption: 'content',
    array_nulls: 'on',
    standard_conforming_strings: 'on',
    transform_null_equals: 'off',
    quote_all_identifiers: 'off',
    // Rows that a policy hides make a statement fail, and are not left out.
    row_security: 'off',
    // Another value lets a GIN index leave rows out.
    gin_fuzzy_search_limit: '0',
    // Limits are the job's: its deadline, its lease and `cancel`.
    statement_timeout: '0',
    lock_timeout: '0',
    idle_in_transaction_session_timeout: '0',
    transaction_timeout: '0',
    // Our statements are long and run once: to compile them costs more than it saves.
    jit: 'off',
  }
}

/** Settings that only some versions of PostgreSQL have: `transaction_timeout` since 17. */
const optional: ReadonlySet<string> = new Set(['transaction_timeout'])

/** One SELECT that sets all of them until the transaction ends, and keeps both search paths beside them. */
export function applySettings(settings: Readonly<Record<string, string>>): string {
  return `SELECT ${[keepHostPathSql, ...setCalls(settings), keepOwnPathSql].join(', ')}`
}

/** SQL of a value that raises the memory for sorts and hashes until the transaction ends, unless the server gives more. */
export const raiseWorkMemSql = `CASE WHEN pg_catalog.pg_size_bytes(pg_catalog.current_setting('work_mem')) < ${defaults.workMemMegabytes} * 1024 * 1024 THEN pg_catalog.set_config('work_mem', '${defaults.workMemMegabytes}MB', true) END`

/** One SELECT that sets again what `readSettings` has read. */
export function restoreSettings(settings: Readonly<Record<string, string | null>>): string {
  const known = Object.entries(settings).flatMap(([name, value]) => (value === null ? [] : [[name, value]]))
  return `SELECT ${setCalls(Object.fromEntries(known)).join(', ')}`
}

/** One SELECT with a column for each; NULL for one that the server does not have. */
export const readSettings = (settings: Readonly<Record<string, string>>): string =>
  `SELECT ${Object.keys(settings)
    .map((name) => `pg_catalog.current_setting(${text(name)}, true) AS ${quoteIdent(name)}`)
    .join(', ')}`

function setCalls(settings: Readonly<Record<string, string>>): string[] {
  return Object.entries(settings).map(([name, value]) => {
    const set = `pg_catalog.set_config(${text(name)}, ${text(value)}, true)`
    if (!optional.has(name)) return set
    return `CASE WHEN pg_catalog.current_setting(${text(name)}, true) IS NOT NULL THEN ${set} END`
  })
}

const text = (value: string): string => `'${value.replaceAll("'", "''")}'`
