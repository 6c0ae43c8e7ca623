import {
  check,
  checkOptions,
  type Database,
  declaredTables,
  isPieceworkError,
  type KeyForm,
  keyFormsOf,
  keyName,
  type OptionChecks,
  type Piece,
  PieceworkError,
  type Queryable,
} from '@piecework/core/piece'
import { checkClaims } from './check-claims.js'
import { type ClaimingPiece, isClaimingPiece, tableClaims } from './claims.js'
import { type Checked, checkStart } from './facts/check-start.js'
import { fillOrderProblems } from './facts/fill-order.js'
import { findingOf, isError, type Problem, type TableFinding } from './facts/problem.js'
import { replicaProblem } from './facts/session-facts.js'
import { uncarriedReferences } from './facts/uncarried.js'
import { databasesOf, type OneDatabase } from './pieces-of.js'
import { readDeclared } from './read-declared.js'
import { matchTables } from './resolve-tables.js'
import { registerSiblings } from './siblings.js'
import { isTablePiece, tableSpec } from './spec.js'
import { tableKey } from './table-name.js'
import { unformedReferences } from './unformed-references.js'

export interface CheckTablesOptions {
  /** The databases of pieces that are not in the one which is given, as the store is given them: all are checked. */
  readonly databases?: Readonly<Record<string, Database>>
  /** In place of `databases`: the name of the database that is given, whose pieces alone are checked. Absent: the store's. */
  readonly database?: string
}

const optionChecks: OptionChecks<CheckTablesOptions> = {
  databases: check.record(check.having<Database>('a database', 'query', 'transaction')),
  database: check.text,
}

/**
 * Checks whether the table pieces and claims among `pieces` fit the database and its role; for the start of a
 * host, after its migrations, and for a test. `pieces`: all of the host, also those of other databases. Resolves to
 * warnings: what a job or a second copy would meet later. Throws one `registry-invalid` that names everything that does
 * not fit; its `findings` are errors and warnings.
 */
export async function checkTables(
  db: Queryable,
  pieces: readonly Piece[],
  options?: CheckTablesOptions,
): Promise<readonly TableFinding[]> {
  const given = checkOptions('checkTables()', options, optionChecks)
  // For what a declaration says of a table of another database.
  registerSiblings(pieces, true)
  const refused: string[] = []
  const forms = keyFormsOf(pieces, refused)
  const session: Problem[] = []
  const all: CheckedIn[] = []
  for (const one of databasesOf(db, pieces, given)) {
    const replica = await replicaProblem(one.db)
    if (replica) session.push(inDatabase(one.name, replica))
    else all.push({ ...one, checked: await checkDeclared(one, pieces, forms, refused) })
  }
  for (const one of all) {
    const beside = all.filter((other) => other !== one)
    const problems = await checkStart(one, claimedTables(one.pieces), beside)
    session.push(...problems.map((problem) => inDatabase(one.name, problem)))
  }
  return report(
    session,
    all.flatMap(({ checked }) => checked),
    refused,
  )
}

interface CheckedIn extends OneDatabase {
  readonly checked: readonly Checked[]
}

const inDatabase = (name: string | undefined, problem: Problem): Problem =>
  name === undefined ? problem : { ...problem, text: `database "${name}": ${problem.text}` }

/** Of the pieces of one database, without what is asked once. */
async function checkDeclared(
  { db, pieces: here }: OneDatabase,
  pieces: readonly Piece[],
  forms: ReadonlyMap<string, KeyForm>,
  refused: string[],
): Promise<readonly Checked[]> {
  const checked: Checked[] = []
  const tablePieces = here.filter(isTablePiece)
  for (const piece of here.filter(isClaimingPiece)) refused.push(...(await claimProblems(db, piece)))
  const specs = tablePieces.map((piece) => piece[tableSpec])
  const reading = await readDeclared(db, specs)
  for (const piece of tablePieces) {
    const { plans, problems } = await matchTables(db, piece[tableSpec], reading, specs)
    checked.push({ piece, plans: problems.length > 0 ? [] : plans, problems: [...problems] })
  }
  for (const one of checked)
    if (!one.piece.exportOnly) one.problems.push(...fillOrderProblems(one, checked, pieces))
  const declared = declaredTables(pieces)
  const carried = new Set(
    pieces.flatMap(({ keys }) => keys?.tables?.map((one) => keyName(one, declared)) ?? []),
  )
  for (const { piece, plans, problems } of checked)
    for (const plan of piece.exportOnly ? [] : plans)
      problems.push(...uncarriedReferences(plan, (table) => carried.has(keyName(table, declared))))
  const formOf = (table: string) => forms.get(keyName(table, declared))
  for (const { plans, problems } of checked) problems.push(...unformedReferences(plans, formOf, checked))
  return checked
}

const claimedTables = (pieces: readonly Piece[]): ReadonlySet<string> =>
  new Set(
    pieces
      .filter(isClaimingPiece)
      .map((piece) => piece[tableClaims])
      .flatMap(({ schema = 'public', tables }) =>
        tables.map(({ table }) => tableKey({ schema, name: table })),
      ),
  )

async function claimProblems(db: Queryable, piece: ClaimingPiece): Promise<readonly string[]> {
  try {
    await checkClaims(db, piece.name, piece[tableClaims])
    return []
  } catch (error) {
    if (!isPieceworkError(error, 'registry-invalid')) throw error
    return [error.message]
  }
}

/** `refused`: whole sentences. */
function report(
  session: readonly Problem[],
  checked: readonly Checked[],
  refused: readonly string[],
): readonly TableFinding[] {
  const findings = [
    ...session.map((problem) => ({ ...findingOf('', problem), message: sentence(problem.text) })),
    ...checked.flatMap(({ piece, problems }) => problems.map((problem) => findingOf(piece.name, problem))),
    ...refused.map((message) => ({
      piece: '',
      severity: 'error' as const,
      code: 'tables/declaration',
      message,
    })),
  ]
  const problems = [
    ...session.filter(isError).map(({ text }) => sentence(text)),
    ...checked.flatMap(({ piece, problems: found }) => {
      const errors = found.filter(isError).map(({ text }) => text)
      return errors.length > 0 ? [`Piece "${piece.name}" cannot be run: ${errors.join('; ')}.`] : []
    }),
    ...refused,
  ]
  if (problems.length === 0) return findings
  throw new PieceworkError('registry-invalid', problems.join(' '), { facts: { problems }, findings })
}

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
