import { isPieceworkError } from '@piecework/core/piece'
import { defaults } from '../defaults.js'
import type { StagedTable } from './dangling.js'
import type { FillContext } from './fill-context.js'
import { type SettledValues, settleUnique, tellSettled } from './settle-unique.js'

/** What becomes of staged values that are taken, while tables are filled. */
export class UniqueValues {
  readonly #staged: readonly StagedTable[]
  readonly #context: FillContext
  /** Each time that values were settled, in the order of the tables. */
  readonly #settled: (readonly SettledValues[])[] = []

  constructor(staged: readonly StagedTable[], context: FillContext) {
    this.#staged = staged.filter(({ plan }) => plan.unique.length > 0)
    this.#context = context
  }

  /**
   * Runs `fill`. A value that another transaction takes in the same moment is found by the unique index, when
   * that transaction has committed: then what is taken is decided anew.
   */
  async settleAnd<T>(fill: () => Promise<T>): Promise<T> {
    if (this.#staged.length === 0) return fill()
    const { tx, written } = this.#context
    const before = written.length
    await this.#settle()
    for (let races = 0; ; races++) {
      await tx.query('SAVEPOINT piecework_unique')
      try {
        const filled = await fill()
        await tx.query('RELEASE SAVEPOINT piecework_unique')
        return filled
      } catch (error) {
        if (!isUniqueViolation(error) || races === defaults.uniqueRaces) throw error
        await tx.query('ROLLBACK TO SAVEPOINT piecework_unique')
        written.splice(before)
        // The index is of other columns if none of these values is taken.
        if (!(await this.#settle())) throw error
      }
    }
  }

  /** Tells how many values were taken. */
  tell(): void {
    for (const [index, { plan }] of this.#staged.entries()) {
      tellSettled(
        plan,
        this.#settled.flatMap((values) => values[index] ?? []),
        this.#context,
      )
    }
  }

  /** Whether a value was taken. */
  async #settle(): Promise<boolean> {
    const settled: SettledValues[] = []
    for (const { plan, stage } of this.#staged) settled.push(await settleUnique(plan, stage, this.#context))
    this.#settled.push(settled)
    return settled.some((values) => values.size > 0)
  }
}

const isUniqueViolation = (error: unknown): boolean =>
  isPieceworkError(error, 'database') && error.facts.sqlState === '23505'
