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
  const results = async (text: string, values: readonly unknown[] = []) => {
    try {
      return resultsOf(await client.query({ text, values: values.map(bindValue), types }))
    } catch (error) {
      const reason = lostBy()
      throw sqlStateOf(error) === undefined && sqlStateOf(reason) !== undefined ? reason : error
    }
  }
  return {
    query: async (text, values) => (await results(text, values)).at(-1) ?? noResult,
    script: (text) => results(text),
    copyIn: (target: CopyTarget, records, signal, around) =>
      pgCopyIn(client, target, records, { ...around, signal }),
    copyOut: (select, signal, idle) => pgCopyOut(client, select, signal, idle),
    cancel: () => cancelStatement(client),
  }
}

const noResult: StatementResult = { rows: [], rowCount: 0, command: '' }

/** Several statements give a list of results. */
const resultsOf = (result: PgResult | PgResult[]): readonly StatementResult[] =>
  (Array.isArray(result) ? result : [result]).map(({ rows, rowCount, command }) => ({
    rows,
    rowCount: rowCount ?? 0,
    command,
  }))
