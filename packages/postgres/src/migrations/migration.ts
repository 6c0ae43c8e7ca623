import { check, contractCheck, required } from '@piecework/core/store'

/** One step of a schema. Its name and text stay as they are from the day a database has run it. */
export interface Migration {
  /** Unique among all that run on one database, after the name of its set: `planning/0001-projects`. */
  readonly name: string
  /** Statements; they run in one transaction. */
  readonly sql: string
}

export const migrationsCheck = check.list(
  contractCheck<Migration>(
    { name: required(check.text), sql: required(check.text) },
    { up: 'the statements are one text: { name, sql }' },
  ),
)
