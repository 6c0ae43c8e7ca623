import type { Database, Transaction } from '@piecework/core/store'

/** What is told of each step: a statement before it is sent, `COMMIT`; nothing where an answer comes. */
export interface Steps {
  step(sql?: string): void | Promise<void>
}

/** The process dies before or behind one of its steps: what it sends and what it hears of, whichever the database. */
export class Life implements Steps {
  #left: number
  #dead = false

  constructor(steps = Number.POSITIVE_INFINITY) {
    this.#left = steps
  }

  get isOver(): boolean {
    return this.#dead
  }

  step(): void {
    if (this.#dead || this.#left === 0) {
      this.#dead = true
      throw new Error('This process is dead.')
    }
    this.#left -= 1
  }
}

/** A database as this process uses it: statements, commits and answers are steps. */
export function livedThrough(database: Database, life: Steps): Database {
  const lived =
    <Tx extends Pick<Transaction, 'query'>>(db: Tx): Transaction['query'] =>
    async (sql, values) => {
      await life.step(sql)
      const answer = await db.query(sql, values)
      await life.step()
      return answer as never
    }
  return {
    query: lived(database),
    transaction: async (work, options) => {
      await life.step('BEGIN')
      const value = await database.transaction(async (tx) => {
        const done = await work({
          query: lived(tx),
          copyIn: (...copied) => tx.copyIn(...copied),
          copyOut: (select) => tx.copyOut(select),
        })
        // Before the COMMIT.
        await life.step('COMMIT')
        return done
      }, options)
      // The answer to the COMMIT never comes.
      await life.step()
      return value
    },
  }
}
