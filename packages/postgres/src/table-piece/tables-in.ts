import type { Queryable, ResourceRef, Transaction } from '@piecework/core/piece'
import { defaults } from '../defaults.js'
import type { Catalogue } from './catalogue.js'
import { catalogueOf, type Reading, readDeclared } from './read-declared.js'
import { resolveTables } from './resolve-tables.js'
import { type Declared, type Siblings, siblingsOf } from './siblings.js'
import type { TablePlan } from './table-plan.js'

type Plans = readonly TablePlan[]

interface KnownIn {
  readonly readings: Map<Siblings, Promise<Reading>>
  readonly catalogues: Map<Siblings, Promise<Catalogue>>
  /** By name of the piece. */
  readonly plans: Map<string, Plans>
}

const inTransaction = new WeakMap<Transaction, KnownIn>()

function knownIn(tx: Transaction): KnownIn {
  const known = inTransaction.get(tx) ?? { readings: new Map(), catalogues: new Map(), plans: new Map() }
  inTransaction.set(tx, known)
  return known
}

/** `resolveTables`, once for a piece in a transaction; the catalogue is read once for all pieces. */
export async function tablesIn(
  tx: Transaction,
  piece: Declared,
  read: () => Promise<Plans> = async () => resolveTables(tx, piece, await readingIn(tx, piece)),
): Promise<Plans> {
  const { plans: known } = knownIn(tx)
  const plans = known.get(piece.name) ?? (await read())
  known.set(piece.name, plans)
  return plans
}

function readingIn(tx: Transaction, piece: Declared): Promise<Reading> {
  return once(knownIn(tx).readings, siblingsOf(piece), ({ declarations }) => readDeclared(tx, declarations))
}

/** Of the piece and its siblings, once in a transaction. */
export function catalogueIn(tx: Transaction, piece: Declared): Promise<Catalogue> {
  return once(knownIn(tx).catalogues, siblingsOf(piece), ({ declarations }) => catalogueOf(tx, declarations))
}

function once<T>(known: Map<Siblings, T>, siblings: Siblings, read: (siblings: Siblings) => T): T {
  const found = known.get(siblings) ?? read(siblings)
  known.set(siblings, found)
  return found
}

/** What some nodes of a job that do the same work go by. */
interface JobReading {
  readonly job: string
  readonly at: number
  /** Pieces, resources, and parts of them, for which it was used. */
  readonly of: Set<string>
  readonly reading: Promise<Reading>
}

/** By name of the piece. */
const ofReadings = new WeakMap<Reading, Map<string, Plans>>()

interface ReadingNode {
  readonly work: 'export' | 'validate' | 'keys' | 'import' | 'clone'
  readonly job: string
  readonly resource: ResourceRef | undefined
  /** Number of a part of it; with `plan`: the node that plans it and more. */
  readonly part?: number | 'plan' | `plan ${number}` | undefined
}

const ofJobs = new WeakMap<Siblings, Map<ReadingNode['work'], JobReading>>()

/**
 * `resolveTables` for a node of a job of perhaps many pieces and resources: what was read a moment ago for another
 * node, or is being read, is true of this one. An attempt that is repeated reads anew.
 */
export async function tablesOfNode(db: Queryable, piece: Declared, node: ReadingNode): Promise<Plans> {
  const reading = await readingOfNode(db, piece, node)
  const known = ofReadings.get(reading) ?? new Map<string, Plans>()
  ofReadings.set(reading, known)
  const plans = known.get(piece.name) ?? (await resolveTables(db, piece, reading))
  known.set(piece.name, plans)
  return plans
}

async function readingOfNode(
  db: Queryable,
  piece: Declared,
  { work, job, resource, part }: ReadingNode,
): Promise<Reading> {
  const siblings = siblingsOf(piece)
  const readings = ofJobs.get(siblings) ?? new Map<ReadingNode['work'], JobReading>()
  ofJobs.set(siblings, readings)
  const one = JSON.stringify([piece.name, resource?.kind, resource?.id, part])
  const last = readings.get(work)
  if (last?.job === job && !last.of.has(one) && performance.now() - last.at < defaults.catalogueMs) {
    last.of.add(one)
    // It may have failed with the attempt that read it.
    const found = await last.reading.catch(() => undefined)
    if (found) return found
  }
  const reading = readDeclared(db, siblings.declarations)
  readings.set(work, { job, at: performance.now(), of: new Set([one]), reading })
  return reading
}
