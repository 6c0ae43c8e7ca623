import { isPieceworkError, PieceworkError } from '../contracts/errors.js'
import { messageDefaults } from '../defaults.js'

/**
 * Serialisation failure, deadlock, lost connection, server shutting down or too busy: the same may succeed
 * later.
 */
const passing = /^(40001|40P01|55P03|08...|57P0[1-35]|25P0[34]|53...)$/

/** Settings of a role, a database or a server that end statements and connections, by what they end them with. */
const endedBy: Readonly<Record<string, string>> = {
  '55P03': 'lock_timeout',
  '57P05': 'idle_session_timeout',
  '25P03': 'idle_in_transaction_session_timeout',
  '25P04': 'transaction_timeout',
}

/** Whether the database has no disk, memory or connections left: it can record nothing, though no process has died. */
export function isOutOfResources(error: unknown): boolean {
  const state = isPieceworkError(error, 'database') ? error.facts.sqlState : sqlStateOf(error)
  return typeof state === 'string' && state.startsWith('53')
}

/**
 * What a database driver threw, as `database`. The message is PostgreSQL's own with its SQLSTATE, table,
 * column and constraint; `facts` has them too. No message holds values of rows, addresses, names of users or
 * passwords. DETAIL, HINT and CONTEXT are in `cause` alone. Errors of ours pass unchanged.
 */
export function databaseError(cause: unknown): PieceworkError {
  if (isPieceworkError(cause)) return cause
  const sqlState = sqlStateOf(cause)
  if (sqlState === undefined) return connectionError(cause)
  const { schema, table, column, constraint } = textsOf(cause)
  const names = { table, column, constraint }
  const named = Object.entries(names).flatMap(([what, name]) =>
    name === undefined ? [] : `${what} "${name}"`,
  )
  const place = [`SQLSTATE ${sqlState}`, ...named].join(', ')
  return new PieceworkError('database', `The database refused ${refusal(sqlState, cause)} (${place}).`, {
    cause,
    facts: { sqlState, schema, ...names },
    retryable: passing.test(sqlState),
  })
}

/** The SQLSTATE of an error that a server sent, whatever driver threw it. */
export function sqlStateOf(error: unknown): string | undefined {
  const { code } = textsOf(error)
  return code !== undefined && /^[0-9A-Z]{5}$/.test(code) && !/^E[A-Z]+$/.test(code) ? code : undefined
}

/** What was refused, and why. */
function refusal(sqlState: string, cause: unknown): string {
  if (sqlState.startsWith('28')) return 'the connection: its user or password is not accepted'
  if (sqlState === '3D000') return 'the connection: there is no such database'
  const { message = 'it gave no reason' } = textsOf(cause)
  const setting = settingOf(sqlState, message)
  if (setting)
    return `to go on: ${message}, by the setting ${setting} of the role, the database or the server`
  return `a statement: ${(sqlState.startsWith('22') ? withoutValues(message) : message).slice(0, messageDefaults.causeCharacters)}`
}

/** The messages of the server may be of any language; names of settings are not. */
function settingOf(sqlState: string, message: string): string | undefined {
  if (sqlState === '57014' && /statement.timeout/i.test(message)) return 'statement_timeout'
  // NOWAIT has the same code.
  if (sqlState === '55P03' && /could not obtain lock/.test(message)) return undefined
  return endedBy[sqlState]
}

/**
 * Data exceptions quote the value that they are about, and it may hold quotation marks: all from the first of
 * them on goes. Names that come before it stay. Other words may be of any language, as the server's messages
 * are.
 */
function withoutValues(message: string): string {
  const names =
    /^(?:[^"'`„“”«»]*\b(?:column|encoding|enum|function|relation|table|type|parameter) "[^"]*")*[^"'`„“”«»]*/
  const [before = ''] = names.exec(message) ?? []
  const rest = message.slice(before.length)
  const [behind = ''] = / is out of range for type [a-z ]+$/.exec(rest) ?? []
  return rest === '' ? before : `${before}"…"${behind}`
}

/** By the codes of Node.js. */
const causes: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens at its address',
  ECONNRESET: 'it was cut',
  EPIPE: 'it was cut',
  ETIMEDOUT: 'there was no answer in time',
  ENOTFOUND: 'the name of its host is not known',
  EAI_AGAIN: 'the name of its host cannot be looked up now',
  EHOSTUNREACH: 'its host cannot be reached',
  ENETUNREACH: 'its host cannot be reached',
  ENOENT: 'there is no socket at its path',
  EACCES: 'its socket may not be used',
  ERR_INVALID_URL: 'its address is not a URL',
}

/** What pg and knex say without a code. */
const sentences: readonly (readonly [RegExp, string])[] = [
  [/timeout exceeded when trying to connect|Timeout acquiring a connection/, 'none was free in time'],
  [/Connection terminated|connection error and is not queryable/, 'it was cut'],
  [/after calling end on the pool|Unable to acquire a connection/, 'its pool has been ended'],
  [/password must be a/, 'it was given no password'],
]

function connectionError(cause: unknown): PieceworkError {
  const codes = [...new Set(errorsIn(cause).flatMap((error) => textsOf(error).code ?? []))]
  const known = codes.filter((code) => /^[A-Z][A-Z0-9_]+$/.test(code))
  const { message = '' } = textsOf(cause)
  const why =
    known.length > 0
      ? known.map((code) => (causes[code] ? `${causes[code]} (${code})` : code)).join(', ')
      : sentences.find(([pattern]) => pattern.test(message))?.[1]
  const details = {
    facts: known.length > 0 ? { osCode: known.join(' ') } : {},
    retryable: !known.some(isLasting),
  }
  // What Node.js says of a URL holds the URL, with the password.
  const shown = known.includes('ERR_INVALID_URL') ? {} : { cause }
  return new PieceworkError('database', `The connection to the database failed${why ? `: ${why}` : ''}.`, {
    ...details,
    ...shown,
  })
}

/** An address that has an IPv4 and an IPv6 half fails with both errors in one. */
function errorsIn(cause: unknown): readonly unknown[] {
  return cause instanceof AggregateError ? [cause, ...cause.errors.flatMap(errorsIn)] : [cause]
}

const isLasting = (code: string): boolean => code.startsWith('ERR_')

interface ErrorTexts {
  readonly message?: string
  readonly code?: string
  readonly schema?: string
  readonly table?: string
  readonly column?: string
  readonly constraint?: string
}

function textsOf(error: unknown): ErrorTexts {
  if (typeof error !== 'object' || error === null) return {}
  const names = ['message', 'code', 'schema', 'table', 'column', 'constraint'] as const
  const values = error as Readonly<Record<string, unknown>>
  return Object.fromEntries(
    names.flatMap((name) => (typeof values[name] === 'string' ? [[name, values[name]]] : [])),
  )
}
