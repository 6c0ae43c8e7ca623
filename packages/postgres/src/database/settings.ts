import { check, type OptionChecks } from '@piecework/core/store'
import { quoteIdent } from './quote-ident.js'

export interface SessionOptions {
  /** Schemas in which unqualified names are looked up, those of PostGIS too. Default `public`. */
  readonly searchPath?: readonly string[]
}

export const sessionChecks: OptionChecks<SessionOptions> = { searchPath: check.list(check.text) }

/**
 * Settings that decide how values are printed and read: the same for all connections, whatever the host's
 * pool has set.
 */
export function sessionSettings(options: SessionOptions = {}): Readonly<Record<string, string>> {
  return {
    search_path: (options.searchPath ?? ['public']).map(quoteIdent).join(', '),
    TimeZone: 'UTC',
    DateStyle: 'ISO, YMD',
    IntervalStyle: 'postgres',
    extra_float_digits: '1',
    bytea_output: 'hex',
    standard_conforming_strings: 'on',
    // Our statements are long and run once: to compile them costs more than it saves.
    jit: 'off',
  }
}

/** One SELECT that sets all of them, for the transaction or for the session. */
export function applySettings(
  settings: Readonly<Record<string, string>>,
  scope: 'local' | 'session',
): string {
  const calls = Object.entries(settings).map(
    ([name, value]) => `set_config(${text(name)}, ${text(value)}, ${scope === 'local'})`,
  )
  return `SELECT ${calls.map((call) => `pg_catalog.${call}`).join(', ')}`
}

const text = (value: string): string => `'${value.replaceAll("'", "''")}'`
