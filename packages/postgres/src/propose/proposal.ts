import type { Column, Table } from '../table-piece/catalogue.js'
import type { Reading } from '../table-piece/read-declared.js'
import type { TableSpec } from '../table-piece/spec.js'
import type { Owned, OwnedTables } from './owned-tables.js'

/** Something that the catalogue does not say, and what the proposal takes for granted until it is answered. */
export interface Question {
  readonly table: string
  readonly column?: string
  readonly text: string
  /** Until it is answered, no copy can be made. */
  readonly mustAnswer?: true
}

/** Takes what is asked of the table that is proposed. */
export type Ask = (text: string, column?: string, must?: Pick<Question, 'mustAnswer'>) => void

/** A declaration as data; `set` as the source of its functions. */
export interface ProposedTable {
  readonly table: Table
  readonly owned: Owned
  readonly spec: Omit<TableSpec, 'set'>
  readonly set: Readonly<Record<string, string>>
  readonly questions: readonly Question[]
}

/** What all tables are proposed by. */
export interface Below {
  readonly reading: Reading
  readonly owned: OwnedTables
  readonly root: Table
  /** Column of the root that is the resource's id. */
  readonly key: string
  /** Keys that are texts, some of each table: what their form is seen by. */
  someKeys(table: Table, column: string): Promise<readonly string[]>
  /** Rows as texts, those with NULL left out: types that rows say their tables by. */
  someRows(table: Table, columns: readonly string[]): Promise<readonly (readonly string[])[]>
  /** What different rows have among the first ones, as short texts; those with NULL left out. */
  differentRows(table: Table, columns: readonly string[]): Promise<readonly (readonly string[])[]>
  /** Values of the first rows as texts, each document of an array for itself. */
  someValues(table: Table, column: Column): Promise<readonly string[]>
}
