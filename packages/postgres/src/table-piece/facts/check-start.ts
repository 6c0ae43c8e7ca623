import type { Queryable } from '@piecework/core/piece'
import type { TablePiece } from '../spec.js'
import type { TablePlan } from '../table-plan.js'
import { defaultsToNowhere } from './defaults-to-nowhere.js'
import { foreignProblems } from './foreign-problems.js'
import { idsInValues } from './ids-in-values.js'
import { namedInValues, numberedTables } from './named-in-values.js'
import { isError, type Problem } from './problem.js'
import { rowsApart } from './rows-apart.js'
import { sessionProblems } from './session-facts.js'
import { soughtKeys } from './sought-keys.js'
import { readStartFacts } from './start-facts.js'
import { startProblems } from './start-problems.js'

/** A piece that the catalogue has been asked about. */
export interface Checked {
  readonly piece: TablePiece
  /** None if its declaration does not fit. */
  readonly plans: readonly TablePlan[]
  readonly problems: Problem[]
}

/** Pieces whose rows are in one database. */
export interface CheckedIn {
  readonly db: Queryable
  readonly checked: readonly Checked[]
}

/**
 * Adds to the problems of each piece what matters once, at the start; returns those of the role and its
 * connection. `claimed`: names of the tables that pieces by hand carry; `beside`: other databases, of whose rows ids may stand
 * in these.
 */
export async function checkStart(
  { db, checked }: CheckedIn,
  claimed: ReadonlySet<string>,
  beside: readonly CheckedIn[],
): Promise<readonly Problem[]> {
  const session = await sessionProblems(db, checked.some(needsStaging))
  const tables = [...checked, ...beside.flatMap((other) => other.checked)].flatMap(({ plans }) =>
    plans.map(({ table }) => table.name),
  )
  for (const { piece, plans, problems } of checked) {
    const facts = await readStartFacts(db, plans)
    for (const [index, plan] of plans.entries()) {
      const found = facts[index]
      if (found) problems.push(...startProblems(plan, found, piece.exportOnly ?? false, tables))
      problems.push(...(await foreignProblems(db, plan, beside)))
    }
  }
  // Reads rows, which may be refused if something else is.
  if (checked.some(({ problems }) => problems.some(isError))) return session
  const { byPattern, words } = await soughtKeys(db, plansOf(checked))
  const sought = { byPattern: [...byPattern], words }
  const numbered = [numberedTables(db, plansOf(checked))]
  for (const other of beside) {
    // Words are compared inside one database.
    sought.byPattern.push(...(await soughtKeys(other.db, plansOf(other.checked))).byPattern)
    numbered.push(numberedTables(other.db, plansOf(other.checked)))
  }
  const apart = await rowsApart(db, checked, claimed)
  for (const one of checked) {
    const { piece, plans, problems } = one
    problems.push(...(apart.get(one) ?? []))
    for (const plan of plans) {
      if (!piece.exportOnly) problems.push(...(await defaultsToNowhere(db, plan)))
      problems.push(...(await idsInValues(db, plan, sought)))
      for (const tables of numbered) problems.push(...(await namedInValues(db, plan, tables)))
    }
  }
  return session
}

const plansOf = (checked: readonly Checked[]): readonly TablePlan[] => checked.flatMap(({ plans }) => plans)

/** Whether an import or clone of the piece needs temporary tables in any case. */
const needsStaging = ({ piece, plans }: Checked): boolean =>
  !piece.exportOnly &&
  plans.some(
    ({ ownRow, numbers, containers, polymorphic, unique }) =>
      ownRow ||
      numbers.key !== undefined ||
      numbers.travelling.length + containers.length + polymorphic.length + unique.length > 0,
  )
