import { PieceworkError } from '../contracts/errors.js'
import type { Format } from '../contracts/format.js'
import type { KeyForm } from '../contracts/key-form.js'
import type { Output } from '../contracts/output.js'
import type { Pack } from '../contracts/pack.js'
import type { Piece } from '../contracts/piece.js'
import type { ResourceKind, ResourceRef } from '../contracts/resource.js'
import type { Target } from '../contracts/target.js'
import { meant } from '../options/meant.js'
import { canonicalId } from './canonical-id.js'
import { declarationProblems, targetDeclarationProblems } from './check-declarations.js'
import { checkKinds } from './check-kinds.js'
import { keyFormsOf } from './key-forms-of.js'
import { type DeclaredTables, declaredTables } from './key-names.js'
import { kindLineage } from './kind-lineage.js'
import { outputProblems } from './output-problems.js'
import { type RegisteredKind, registeredKind } from './registered-kind.js'
import { resourceNotFound } from './resource-not-found.js'
import { targetProblems } from './target-problems.js'

/** All kinds, pieces and formats that a host has registered, checked. */
export interface Registry {
  readonly kinds: ReadonlyMap<string, RegisteredKind>
  /** Pieces of archives, by name, in order of registration. */
  readonly pieces: ReadonlyMap<string, Piece>
  readonly formats: ReadonlyMap<string, Format>
  readonly outputs: ReadonlyMap<string, Output>
  /** Where outputs are delivered to. */
  readonly targets: ReadonlyMap<string, Target>
  /** How new keys of each table are made, as kinds and pieces have declared it. */
  readonly keyForms: ReadonlyMap<string, KeyForm>
  /** Tables that pieces declare, which decide under which names ids are remapped. */
  readonly declaredTables: DeclaredTables
  /** Throws `resource-not-found` for an unregistered kind. */
  kind(name: string): RegisteredKind
  /**
   * The resource by the one spelling of its id. Throws `resource-not-found` for an id that none of its kind
   * can have, and for an unregistered kind.
   */
  canonical(ref: ResourceRef): ResourceRef
  /** Kinds whose `parent` is this one, in order of their names. */
  childKinds(parent: string): readonly RegisteredKind[]
  /** A piece by the format that names it; `archive` for the pieces of archives. */
  piece(format: string, name: string): Piece | undefined
}

/**
 * Throws `registry-invalid`, with one finding per problem, if anything registered could not work later.
 * `unsupportedFiles`: why the store takes no files beside rows.
 */
export function createRegistry(
  packs: readonly Pack[],
  given: readonly Target[] = [],
  databases: Iterable<string> = [],
  unsupportedFiles?: string,
): Registry {
  const known = { databases: new Set(databases), unsupportedFiles }
  refuseProblems([...declarationProblems(packs), ...targetDeclarationProblems(given)])
  const problems: string[] = []
  const declared = collect(
    packs.flatMap((pack) => pack.kinds ?? []),
    (kind) => kind.kind,
    'Resource kind',
    problems,
  )
  const pieces = collect(
    packs.flatMap((pack) => pack.pieces ?? []),
    (piece) => piece.name,
    'Piece',
    problems,
  )
  const formats = collect(
    packs.flatMap((pack) => pack.formats ?? []),
    (format) => format.name,
    'Format',
    problems,
  )
  if (formats.has('archive')) problems.push('The format name "archive" is taken.')

  const outputs = collect(
    packs.flatMap((pack) => pack.outputs ?? []),
    (output) => output.name,
    'Output',
    problems,
  )
  problems.push(...outputProblems(outputs.values(), pieces))
  const targets = collect(given, (target) => target.name, 'Target', problems)
  problems.push(...targetProblems(targets.values()))

  checkKinds(declared, problems)
  checkPieces(pieces, pieces, { kinds: declared, ...known }, problems)
  const ofFormats = new Map<string, ReadonlyMap<string, Piece>>([['archive', pieces]])
  for (const format of formats.values()) {
    const own = collect(
      format.pieces,
      (piece) => piece.name,
      `Piece of the format "${format.name}"`,
      problems,
    )
    for (const name of own.keys()) if (pieces.has(name)) problems.push(`Piece "${name}" is registered twice.`)
    checkPieces(own, new Map([...pieces, ...own]), { kinds: declared, ...known }, problems, false)
    ofFormats.set(format.name, own)
  }
  const declaring = [
    ...[...declared.values()].map(keyOfKind),
    ...[...ofFormats.values()].flatMap((own) => [...own.values()]),
  ]
  const keyForms = keyFormsOf(declaring, problems)
  refuseProblems(problems)
  const kinds = new Map(
    [...declared].map(([name, kind]) => [name, registeredKind(kind, (other) => declared.get(other))]),
  )
  for (const own of ofFormats.values()) {
    const together = [...own.values()]
    for (const piece of together) piece.registered?.(together)
  }
  const childKinds = groupByParent(kinds)
  const kindOf = (name: string): RegisteredKind => {
    const kind = kinds.get(name)
    if (kind) return kind
    const message = `No pack registers the resource kind "${name}"${meant(name, kinds.keys())}`
    throw new PieceworkError('resource-not-found', message)
  }
  return {
    kinds,
    pieces,
    formats,
    outputs,
    targets,
    keyForms,
    declaredTables: declaredTables(declaring),
    kind: kindOf,
    canonical: (ref) => {
      const id = canonicalId(kindOf(ref.kind).key, ref.id)
      if (id === undefined) throw resourceNotFound(ref)
      return { kind: ref.kind, id }
    },
    childKinds: (parent) => childKinds.get(parent) ?? [],
    piece: (format, name) => ofFormats.get(format)?.get(name),
  }
}

/** A kind declares the keys of its table, as a piece does. */
const keyOfKind = ({ kind, table, key = 'uuid' }: ResourceKind) => ({
  name: kind,
  keys: { forms: { [table]: key } },
})

function refuseProblems(problems: readonly string[]): void {
  if (problems.length === 0) return
  throw new PieceworkError('registry-invalid', problems.join(' '), {
    findings: problems.map((message) => ({ severity: 'error', code: 'core/registry', piece: '', message })),
  })
}

function collect<T>(items: readonly T[], nameOf: (item: T) => string, what: string, problems: string[]) {
  const byName = new Map<string, T>()
  for (const item of items) {
    const name = nameOf(item)
    if (byName.has(name)) problems.push(`${what} "${name}" is registered twice.`)
    byName.set(name, item)
  }
  return byName
}

/** By name, so that the order of registration shows in no plan and no archive. */
function groupByParent(kinds: ReadonlyMap<string, RegisteredKind>): ReadonlyMap<string, RegisteredKind[]> {
  const byParent = new Map<string, RegisteredKind[]>()
  for (const name of [...kinds.keys()].sort()) {
    const kind = kinds.get(name)
    if (kind?.parent !== undefined) byParent.set(kind.parent, [...(byParent.get(kind.parent) ?? []), kind])
  }
  return byParent
}

interface Declared {
  readonly kinds: ReadonlyMap<string, ResourceKind>
  readonly databases: ReadonlySet<string>
  /** Why the store takes no files beside rows. */
  readonly unsupportedFiles: string | undefined
}

function checkPieces(
  checked: ReadonlyMap<string, Piece>,
  known: ReadonlyMap<string, Piece>,
  { kinds, databases, unsupportedFiles }: Declared,
  problems: string[],
  archived = true,
): void {
  for (const piece of checked.values()) {
    const refuse = (what: string) => problems.push(`Piece "${piece.name}" ${what}.`)
    if (piece.contract !== 1)
      refuse(`is written for contract ${String(piece.contract)}; this version supports contract 1`)
    if (!/^[a-z0-9][a-z0-9-]*\/[a-z0-9][a-z0-9-]*$/.test(piece.name)) refuse('needs a name like "pack/piece"')
    if (!Number.isInteger(piece.version) || piece.version < 1) refuse('needs a version from 1')
    if (!kinds.has(piece.of)) refuse(`is of the kind "${piece.of}", which is not registered`)
    if (piece.database !== undefined && !databases.has(piece.database))
      refuse(
        `has its rows in the database "${piece.database}", which is none of those that the store was given: ${[...databases].join(', ') || 'none'}`,
      )
    if (piece.files && unsupportedFiles !== undefined)
      problems.push(`Piece "${piece.name}" has files beside rows. ${unsupportedFiles}`)
    for (const problem of abilityProblems(piece, archived)) refuse(problem)
    if (piece.keys?.numbered && !piece.keys.reserve)
      refuse('has numbered tables and does not reserve their keys')
    for (const name of piece.after ?? []) {
      const before = known.get(name)
      if (!before) refuse(`comes after "${name}", which is not registered`)
      else if (!kindLineage(piece.of, kinds).includes(before.of)) {
        refuse(`comes after "${name}", which is of neither the kind "${piece.of}" nor an ancestor of it`)
      }
    }
    const cycle = cycleFrom(piece.name, known)
    if (cycle) refuse(`waits for itself: ${cycle.join(' → ')}`)
  }
}

/**
 * What goes into an archive must come back, and what can be imported must be there to be exported and cloned.
 */
function* abilityProblems(
  { importer, exporter, cloner, exportOnly }: Piece,
  archived: boolean,
): Iterable<string> {
  if (exportOnly) {
    if (!exporter) yield 'is export-only and has no exporter'
  } else if (!importer && !cloner) yield 'has neither importer nor cloner'
  else if (!importer) yield 'cannot be imported: it has no importer'
  else if (archived && !exporter) yield 'cannot be exported: it has no exporter'
}

function cycleFrom(start: string, pieces: ReadonlyMap<string, Piece>): string[] | undefined {
  const seen = new Set<string>()
  const walk = (name: string, path: string[]): string[] | undefined => {
    for (const next of pieces.get(name)?.after ?? []) {
      if (next === start) return [...path, name, start]
      if (seen.has(next)) continue
      seen.add(next)
      const found = walk(next, [...path, name])
      if (found) return found
    }
    return undefined
  }
  return walk(start, [])
}
