import type { Queryable } from '../contracts/database.js'
import { PieceworkError } from '../contracts/errors.js'
import type { DrawnId, NewJob } from '../contracts/jobs.js'
import type { ResourceTree } from '../contracts/resource.js'
import { databaseError } from '../engine/database-error.js'
import type { RegisteredKind } from './registered-kind.js'
import { type SequenceFacts, sequenceFacts } from './sequence-facts.js'
import { walkTree } from './tree.js'

/** Kinds by name, with what says where their ids come from: a registry. */
interface KeyedKinds {
  kind(name: string): Pick<RegisteredKind, 'kind' | 'table' | 'key'>
}

/**
 * New ids for those resources of the tree whose ids come from a sequence, by one statement. What is drawn is
 * used up, also if the job is refused. Throws `keys-exhausted`, and `sequence-behind` if a row has one of
 * these ids already.
 */
export async function drawTargets(
  kinds: KeyedKinds,
  db: Queryable,
  tree: ResourceTree,
): Promise<Pick<NewJob, 'targets'>> {
  const byKind = new Map<string, SequenceFacts | undefined>()
  const wanted: { readonly source: DrawnId['source']; readonly facts: SequenceFacts }[] = []
  for (const { ref } of walkTree(tree)) {
    if (!byKind.has(ref.kind)) byKind.set(ref.kind, await sequenceFacts(kinds.kind(ref.kind), db))
    const facts = byKind.get(ref.kind)
    if (facts) wanted.push({ source: ref, facts })
  }
  if (wanted.length === 0) return {}
  const ids = await nextValues(
    db,
    wanted.map(({ facts }) => facts.name),
  )
  const targets = wanted.map(({ source, facts }, index): DrawnId => {
    const id = BigInt(ids[index] ?? '')
    if (id < facts.least || id > facts.most) throw exhausted(facts.name)
    return { source, id: String(id) }
  })
  for (const [kind, facts] of byKind) {
    if (facts) await refuseTaken(db, facts, idsOfKind(targets, kind))
  }
  return { targets }
}

/**
 * Throws `sequence-behind` if a row has one of the ids that were drawn: before the shells are made, there is
 * none.
 */
export async function assertNotTaken(
  kinds: KeyedKinds,
  db: Queryable,
  targets: readonly DrawnId[],
): Promise<void> {
  for (const kind of new Set(targets.map(({ source }) => source.kind))) {
    const facts = await sequenceFacts(kinds.kind(kind), db)
    if (facts) await refuseTaken(db, facts, idsOfKind(targets, kind))
  }
}

const idsOfKind = (targets: readonly DrawnId[], kind: string): readonly string[] =>
  targets.filter(({ source }) => source.kind === kind).map(({ id }) => id)

async function nextValues(db: Queryable, sequences: readonly string[]): Promise<readonly string[]> {
  try {
    const { rows } = await db.query<{ id: string }>(
      `SELECT pg_catalog.nextval(s.name::pg_catalog.regclass)::text AS id
       FROM pg_catalog.unnest($1::text[]) WITH ORDINALITY AS s(name, place) ORDER BY s.place`,
      [sequences],
    )
    return rows.map(({ id }) => id)
  } catch (error) {
    // Several sequences are named: which of them it was, the database says in the cause.
    if (databaseError(error).facts.sqlState === '2200H')
      throw exhausted([...new Set(sequences)].join(' or '), error)
    throw error
  }
}

function exhausted(sequence: string, cause?: unknown): PieceworkError {
  const message = `The sequence ${sequence} has no number left that the column of its ids can hold.`
  return new PieceworkError('keys-exhausted', message, { cause, facts: { sequence } })
}

/** A shell of such an id would be a resource of the host's. */
async function refuseTaken(
  db: Queryable,
  { name, column }: SequenceFacts,
  ids: readonly string[],
): Promise<void> {
  const twice = new Set(ids).size < ids.length
  if (!twice && !(column && (await isTaken(db, column, ids)))) return
  const mend = column
    ? `; SELECT setval('${name.replaceAll("'", "''")}', (SELECT max(${column.name}) FROM ${column.table})) moves it`
    : ''
  const message = `The sequence ${name} gives numbers that rows have already${mend}.`
  throw new PieceworkError('sequence-behind', message, { facts: { sequence: name } })
}

async function isTaken(
  db: Queryable,
  { table, name }: NonNullable<SequenceFacts['column']>,
  ids: readonly string[],
): Promise<boolean> {
  const { rows } = await db.query<{ taken: boolean }>(
    `SELECT EXISTS (SELECT FROM ${table} WHERE ${name} = ANY ($1::bigint[])) AS taken`,
    [ids],
  )
  return rows[0]?.taken === true
}
