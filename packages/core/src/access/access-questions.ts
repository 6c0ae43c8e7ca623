import type { Action } from '../contracts/action.js'
import { PieceworkError } from '../contracts/errors.js'
import type { AskedBy } from '../contracts/principal.js'
import type { ResourceDescription, ResourceRef } from '../contracts/resource.js'
import type { Store } from '../contracts/store.js'
import type { UnitMap } from '../contracts/unit-map.js'
import { existingJob } from '../handle/existing-job.js'
import { jobArguments } from '../handle/job-arguments.js'
import { check } from '../options/check.js'
import { checkArgument, checkOptions } from '../options/check-options.js'
import type { Registry } from '../plan/registry.js'
import { resourceNotFound } from '../plan/resource-not-found.js'
import { type Allow, isAllowed } from './allow.js'
import { allowJob } from './allow-job.js'
import { allowResource } from './allow-resource.js'

/** What an action is about: nothing of it, a resource, or a job with what it reads or makes. */
interface AccessSubject {
  readonly resource?: ResourceRef
  /** Id. */
  readonly job?: string
}

/** For hosts that have to know before they call, as before they take a file in. */
export interface AccessQuestions {
  /**
   * Asks the access policy and does nothing else; the call itself asks again. Throws `forbidden`; of what may not be
   * viewed either `job-not-found` or `resource-not-found`. No call asks about `discard`: it is for hosts, such as `@piecework/server`.
   */
  checkAllowed(action: Action, about: AccessSubject, by: AskedBy): Promise<void>
  /** Throws `resource-not-found` if there is none that the host's users see, or it may not be viewed. */
  describe(resource: ResourceRef, by: AskedBy): Promise<ResourceDescription>
  /** What of it people see, kind by kind, in the order of an export. Throws `resource-not-found`. */
  childrenOf(resource: ResourceRef, by: AskedBy): Promise<readonly NamedResource[]>
  /** Throws `unsupported` for a kind without a map, `resource-not-found`. */
  unitMap(resource: ResourceRef, by: AskedBy): Promise<UnitMap>
}

interface NamedResource extends ResourceRef {
  readonly name: string
}

/** All of them: one that is missing does not compile. */
const known: Readonly<Record<Action, true>> = {
  export: true,
  import: true,
  'clone-from': true,
  cancel: true,
  retry: true,
  view: true,
  download: true,
  deliver: true,
  share: true,
  'issue-token': true,
  draft: true,
  discard: true,
  forget: true,
  'follow-up': true,
  record: true,
  erase: true,
  claim: true,
  edit: true,
  release: true,
}
const actions = Object.keys(known) as Action[]

interface AccessQuestionDeps {
  readonly store: Store
  readonly registry: Registry
  readonly allow: Allow
  canonical(ref: ResourceRef): Promise<ResourceRef>
}

export function createAccessQuestions({
  store,
  registry,
  allow,
  canonical,
}: AccessQuestionDeps): AccessQuestions {
  /** That there is such a resource, and it may be viewed. */
  const seen = async (subject: string, given: ResourceRef, by: AskedBy) => {
    const resource = await canonical(checkArgument(subject, 'resource', given, check.resource))
    await allowResource(allow, jobArguments.principal(subject, by), 'view', resource)
    const found = await registry.kind(resource.kind).describe(resource, store.database)
    if (!found) throw resourceNotFound(resource)
    return { resource, name: found.name }
  }
  return {
    checkAllowed: async (given, about, by) => {
      const action = checkArgument('checkAllowed()', 'the action', given, check.oneOf(...actions))
      const { resource, job } = checkOptions('checkAllowed()', about, {
        resource: check.resource,
        job: check.text,
      })
      const principal = jobArguments.principal('checkAllowed()', by)
      if (job !== undefined) return allowJob(allow, principal, action, await existingJob(store, job))
      await allowResource(allow, principal, action, resource && (await canonical(resource)))
    },
    describe: async (given, by) => ({ name: (await seen('describe()', given, by)).name }),
    childrenOf: async (given, by) => {
      const { resource } = await seen('childrenOf()', given, by)
      const found: NamedResource[] = []
      for (const kind of registry.childKinds(resource.kind))
        for (const ref of (await kind.listUnder?.(resource, store.database)) ?? []) {
          if (!(await isAllowed(allow(jobArguments.principal('childrenOf()', by), 'view', ref)))) continue
          const described = await kind.describe(ref, store.database)
          if (described) found.push({ ...ref, name: described.name })
        }
      return found
    },
    unitMap: async (given, by) => {
      const { resource } = await seen('unitMap()', given, by)
      const kind = registry.kind(resource.kind)
      if (!kind.unitMap) throw new PieceworkError('unsupported', `The kind ${resource.kind} has no map.`)
      const map = await kind.unitMap(resource, store.database)
      if (!map) throw resourceNotFound(resource)
      return map
    },
  }
}
