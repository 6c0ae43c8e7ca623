import { PieceworkError } from '../contracts/errors.js'
import type { Ids } from '../contracts/ids.js'
import type { DrawnId, Job } from '../contracts/jobs.js'
import type { ResourceRef } from '../contracts/resource.js'
import { type IdsOptions, jobIds } from '../ids.js'
import { isSequenceForm } from '../key-forms.js'
import { keyName } from './key-names.js'
import type { Registry } from './registry.js'

type IdentifiedJob = Pick<Job, 'id' | 'targets'>

/** The new id of a resource of the job's tree. */
export function newRefOf(registry: Registry, job: IdentifiedJob, source: ResourceRef): ResourceRef {
  return newRefs(registry, job)(source)
}

/** The same for several resources. */
export function newRefs(registry: Registry, job: IdentifiedJob): (source: ResourceRef) => ResourceRef {
  const known = knownRefs(registry, job)
  return (source) => {
    const ref = known(source)
    if (ref) return ref
    throw new PieceworkError('internal', `Job ${job.id} has no new id for ${source.kind} ${source.id}.`)
  }
}

/** The same; undefined if the id comes from a sequence and was not drawn, as in a validation. */
export function newRefIfKnown(
  registry: Registry,
  job: IdentifiedJob,
  source: ResourceRef,
): ResourceRef | undefined {
  return knownRefs(registry, job)(source)
}

function knownRefs(registry: Registry, job: IdentifiedJob): (source: ResourceRef) => ResourceRef | undefined {
  const ids = idsOf(registry, job)
  return ({ kind, id }) => {
    const { table } = registry.kind(kind)
    const drawn = ids.drawn(table)
    if (drawn && !drawn.has(id)) return undefined
    return { kind, id: ids.idOf(table, id) }
  }
}

/** New ids of all rows of the job. `reserved`: keys, if they are there. */
export function idsOf(
  registry: Registry,
  { id, targets = noTargets }: IdentifiedJob,
  reserved: Pick<IdsOptions, 'ranges' | 'relation'> = {},
): Ids {
  const { declaredTables } = registry
  const drawn = drawnBy.get(targets) ?? drawnOf(registry, targets)
  if (targets.length > 0) drawnBy.set(targets, drawn)
  return jobIds(id, { forms: registry.keyForms, declaredTables, drawn, ...reserved })
}

type Drawn = NonNullable<IdsOptions['drawn']>

const noTargets: readonly DrawnId[] = []
/** A job of many resources asks for each of them. */
const drawnBy = new WeakMap<readonly DrawnId[], Drawn>()

function drawnOf(registry: Registry, targets: readonly DrawnId[]): Drawn {
  const drawn = new Map<string, Map<string, string>>()
  const { declaredTables } = registry
  const nameOf = (table: string) => keyName(table, declaredTables)
  for (const { table, key } of registry.kinds.values())
    if (isSequenceForm(key)) drawn.set(nameOf(table), new Map())
  for (const { source, id: own } of targets)
    drawn.get(nameOf(registry.kind(source.kind).table))?.set(source.id, own)
  return drawn
}
