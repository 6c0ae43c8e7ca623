import { randomUUID } from 'node:crypto'
import type { Allow } from '../access/allow.js'
import { PieceworkError } from '../contracts/errors.js'
import type { JobRequest } from '../contracts/jobs.js'
import type { ResourceRef } from '../contracts/resource.js'
import { resourcePath } from '../guard/paths.js'
import { check } from '../options/check.js'
import { checkArgument, checkOptions } from '../options/check-options.js'
import { finishOnly } from '../plan/nodes.js'
import { resourceNotFound } from '../plan/source.js'
import { sameResource } from '../plan/tree.js'
import { checkParent } from '../requests/input-requests.js'
import type { JobLimits } from '../requests/job-limits.js'
import { makeShells, refuseShelless } from '../tasks/shells-of.js'
import { type EngineDeps, newRefOf } from '../tasks/work.js'
import { type DraftRequest, draftChecks, draftInstead, type ImportDraft, type ImportDrafts } from './draft.js'
import { draftHandle, type JobControl } from './draft-handle.js'

export function createDrafts(
  parts: EngineDeps,
  allow: Allow,
  terms: JobLimits,
  hands: JobControl,
): ImportDrafts {
  const { store, registry, inputs } = parts

  const createDraft = async (given: DraftRequest): Promise<ImportDraft> => {
    const request = checkOptions('createDraft()', given, draftChecks, draftInstead)
    const { principal, name, description, into, keepUploads } = request
    if (name.trim() === '') throw new PieceworkError('options-invalid', 'What is prepared needs a name.')
    await allow(principal, 'import', into)
    const format = inputs.format(request.format)
    const { tree } = format
    if (!tree) {
      throw new PieceworkError('unsupported', `What the format "${format.name}" makes cannot be prepared.`)
    }
    refuseShelless(registry, tree)
    const line = await checkParent(registry, tree, into, store.database)
    const id = randomUUID()
    const target = newRefOf(registry, { id }, tree)
    const asked: JobRequest = {
      options: {},
      name,
      input: { format: format.name, uploads: [] },
      ...(description !== undefined && { description }),
      ...(into && { into }),
      ...(keepUploads && { keepUploads }),
    }
    const claims = [resourcePath([...line, target])]
    const job = {
      id,
      kind: 'import' as const,
      tree,
      target,
      principal,
      request: asked,
      claims,
      ...finishOnly(),
    }
    const created = store.drafts.create(job, (tx) => makeShells(registry, job, tx))
    await hands.accept(created)
    return draftHandle(parts, terms, hands, await created)
  }

  const draft = async (given: ResourceRef): Promise<ImportDraft> => {
    const resource = checkArgument('draft()', 'resource', given, check.resource)
    for (const job of await store.jobs.list({ resource })) {
      const { kind, target, request } = job
      if (kind !== 'import' || request.input?.format === 'archive') continue
      if (target && sameResource(target, resource)) return draftHandle(parts, terms, hands, job)
    }
    throw resourceNotFound(resource)
  }

  return { createDraft, draft }
}
