import { collected } from '../archive/entries.js'
import { jsonSteps } from '../archive/json-steps.js'
import { stageEntry } from '../archive/stage.js'
import { stagedBytes } from '../archive/staged-bytes.js'
import { inSteps } from '../archive/steps.js'
import { PieceworkError } from '../contracts/errors.js'
import type { StagedEntry } from '../contracts/nodes.js'
import type { NodePart } from '../contracts/parts.js'
import type { ResourceRef } from '../contracts/resource.js'
import { planDefaults } from '../defaults.js'
import { planId } from '../plan/nodes.js'
import type { AttemptContext } from './attempt-context.js'
import { boundedJson } from './plain-json.js'
import { stagingKey } from './staging.js'

const path = 'plan.json'

/** Stores what is planned for all parts of a piece once, beside the node that has planned it. */
export async function stagePlan(attempt: AttemptContext, piece: string, plan: unknown): Promise<StagedEntry> {
  const json = Buffer.from(boundedJson(`Piece ${piece}: the plan of its parts`, plan, planDefaults.planBytes))
  const { artifacts, signal } = attempt
  const bytes = (async function* () {
    yield json
  })()
  return stageEntry({ artifacts, key: `${stagingKey(attempt)}/${path}`, path, bytes, signal })
}

/** What was planned for all parts of which this is one. Undefined if that is nothing. */
export async function planOf(
  { artifacts, store, lease }: Pick<AttemptContext, 'artifacts' | 'store' | 'lease'>,
  part: NodePart | undefined,
  { resource, piece }: { readonly resource?: ResourceRef; readonly piece?: string } = lease.node,
): Promise<{ readonly value: unknown } | undefined> {
  if (part?.planSha256 === undefined || !resource || piece === undefined) return undefined
  const planned = await store.reports.node(lease.job.id, planId(resource, piece))
  const staged = planned?.entries?.find(({ sha256 }) => sha256 === part.planSha256)
  const what = `The plan of ${piece}`
  if (!staged) throw new PieceworkError('internal', `${what} is not there.`)
  const bytes = await collected(what, stagedBytes(artifacts, staged), planDefaults.planBytes)
  return { value: await inSteps(jsonSteps(what, bytes)) }
}
