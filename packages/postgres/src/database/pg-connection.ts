import { type CopyTarget, sqlStateOf } from '@piecework/core/store'
import { defaults } from '../defaults.js'
import { bindValue } from './bind-value.js'
import { cancelStatement } from './cancel-statement.js'
import type { Connection, HeldConnection, StatementResult } from './connection.js'
import { valueParser } from './parse-value.js'
import type { PgClient, PgResult } from './pg-client.js'
import { pgCopyIn } from './pg-copy-in.js'
import { pgCopyOut } from './pg-copy-out.js'

const types = { getTypeParser: valueParser }

/** Keeps an error listener: without one, a connection that is lost ends the process. */
export function holdPgClient(client: PgClient, release: (broken: boolean) => void): HeldConnection {
  let lost = false
  let reason: Error | undefined
  const onError = (error: Error): void => {
    lost = true
    reason ??= error
  }
  client.on('error', onError)
  return {
    connection: pgConnection(client, () => reason),
    cancelTimeoutMs: defaults.statementCancelTimeoutMs,
    lost: () => lost,
    release: (broken) => {
      client.removeListener('error', onError)
      release(broken)
    },
  }
}

/** `lostBy`: why the server has ended the connection, where it has said so while nothing ran on it. */
function pgConnection(client: PgClient, lostBy: () => Error | undefined): Connection {
  const query: Connection['query'] = async (text, values = []) =>
    lastOf(await client.query({ text, values: values.map(bindValue), types }))
  return {
    query: (text, values) =>
      query(text, values).catch((error: unknown) => {
        const reason = lostBy()
        throw sqlStateOf(error) === undefined && sqlStateOf(reason) !== undefined ? reason : error
      }),
    copyIn: (target: CopyTarget, records, signal, around) =>
      pgCopyIn(client, target, records, { ...around, signal }),
    copyOut: (select, signal, idle) => pgCopyOut(client, select, signal, idle),
    cancel: () => cancelStatement(client),
  }
}

/** Several statements give a list of results. */
function lastOf(result: PgResult | PgResult[]): StatementResult {
  const last = Array.isArray(result) ? result.at(-1) : result
  return { rows: last?.rows ?? [], rowCount: last?.rowCount ?? 0, command: last?.command ?? '' }
}
