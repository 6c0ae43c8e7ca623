import { memoryStore } from '@piecework/core'
import type { Database, Moments, Queryable, Store, Transaction } from '@piecework/core/store'

/** Two processes on one store in memory, whose database holds a number: what the laws of moments need. */
export const numberedStore = {
  make: (): readonly [Store, Store] => {
    const cell = { n: 0 }
    const snapshot = () => databaseOver({ ...cell }).transaction
    const database: Database = { ...databaseOver(cell), ...{ snapshot } }
    const store = memoryStore({ database })
    const { moments } = store
    const beside = moments && 'beside' in moments ? (moments.beside as () => Moments)() : undefined
    return [store, { ...store, ...(beside && { moments: beside }) }]
  },
  write: async ({ database }: Pick<Store, 'database'>): Promise<void> => void (await database.query('write')),
  read: async (tx: Transaction): Promise<number> => {
    const { rows } = await tx.query<{ n: number }>('read')
    return rows[0]?.n ?? Number.NaN
  },
}

/** Of two statements. */
function databaseOver(cell: { n: number }): Database {
  return {
    query: transactionOver(cell).query,
    transaction: async (work, { readOnly, signal } = {}) => {
      signal?.throwIfAborted()
      return work(transactionOver(readOnly ? { ...cell } : cell))
    },
  }
}

function transactionOver(cell: { n: number }): Transaction {
  const query = async (sql: string) => {
    if (sql === 'write') cell.n += 1
    return { rows: [{ ...cell }], rowCount: 1 }
  }
  const noStream = (): never => {
    throw new Error('A number is no stream.')
  }
  return { query: query as Queryable['query'], copyIn: noStream, copyOut: noStream }
}
