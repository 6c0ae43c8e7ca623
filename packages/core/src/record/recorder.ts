import { AsyncResource } from 'node:async_hooks'
import { isRefusal } from '../access/refusals.js'
import type { Action } from '../contracts/action.js'
import { type ErrorCode, isPieceworkError } from '../contracts/errors.js'
import type { Job } from '../contracts/jobs.js'
import type { Principal } from '../contracts/principal.js'
import type { NewRecordEntry } from '../contracts/records.js'
import type { ResourceRef } from '../contracts/resource.js'
import type { Store } from '../contracts/store.js'
import { nameDefaults } from '../defaults.js'
import type { PieceworkEmitter } from '../events.js'

/** What a call is about. */
export interface Recorded {
  readonly principal: Principal | undefined
  readonly action: Action
  readonly resource?: ResourceRef | undefined
  readonly job?: Pick<Job, 'id'> | undefined
  readonly recipient?: string | undefined
}

/** Keeps who has asked for what. */
export interface Recorder {
  /** Before it is done: what cannot be recorded is not done. Resolves to the entry's id. */
  allowed(about: Recorded): Promise<string>
  /** What came of it; that it cannot be recorded is an event. */
  end(id: string, end: Pick<NewRecordEntry, 'outcome' | 'bytes' | 'code'>): Promise<void>
  /** Of what the policy has refused; that it cannot be recorded is an event. */
  refused(about: Recorded): Promise<void>
  /** The same of a request that failed for another reason; what it throws is thrown on. */
  failing<T>(about: Recorded, work: Promise<T>): Promise<T>
}

/** To look at something, and to edit, is no request. */
const unrecorded: ReadonlySet<Action> = new Set(['view', 'edit'])

/**
 * A refusal has been recorded where it was made; what cannot be read has asked for nothing; a database that is away
 * would only be waited for again; and who downloads too much is counted elsewhere.
 */
const unrecordedCodes: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'forbidden',
  'options-invalid',
  'database',
  'too-many-downloads',
])

export function createRecorder({ store, events }: RecorderDeps): Recorder {
  const failed = async (entry: NewRecordEntry): Promise<void> => {
    if (unrecorded.has(entry.action)) return
    await store.records.add(shortened(entry)).catch((error: unknown) => void events.emit('error', error))
  }
  return recorderWith({ store, events }, failed)
}

/**
 * Of requests in a transaction of the host, which may have the only connection: what is refused and what fails is written
 * when there is one, and not waited for. To be made outside of any such transaction.
 */
export function createJoinedRecorder(deps: RecorderDeps): Recorder {
  const { store, events } = deps
  // In the context of this call: the embedded database knows queries from inside a transaction by theirs.
  const add = AsyncResource.bind((entry: NewRecordEntry) => {
    store.records.add(entry).catch((error: unknown) => void events.emit('error', error))
  })
  return recorderWith(deps, async (entry) => {
    if (!unrecorded.has(entry.action)) add(shortened(entry))
  })
}

interface RecorderDeps {
  readonly store: Store
  readonly events: PieceworkEmitter
}

/** `failed` keeps what was refused, and what has failed. */
function recorderWith(
  { store, events }: RecorderDeps,
  failed: (entry: NewRecordEntry) => Promise<void>,
): Recorder {
  return {
    allowed: (about) => store.records.add(recordEntry(about, 'allowed')),
    end: (id, end) => store.records.end(id, end).catch((error: unknown) => void events.emit('error', error)),
    refused: (about) => failed({ ...recordEntry(about, 'refused'), code: 'forbidden' }),
    failing: async (about, work) => {
      try {
        return await work
      } catch (error) {
        const code = isPieceworkError(error) ? error.code : ('internal' as const)
        if (!unrecordedCodes.has(code) && !isRefusal(error))
          await failed({ ...recordEntry(about, 'failed'), code })
        throw error
      }
    },
  }
}

/** What was asked for in vain may have any id. */
function shortened({ resource, job, ...entry }: NewRecordEntry): NewRecordEntry {
  const isShort = (id: string) => id.length <= nameDefaults.recordedIdCharacters
  return {
    ...entry,
    ...(resource && isShort(resource.kind) && isShort(resource.id) && { resource }),
    ...(job !== undefined && isShort(job) && { job }),
  }
}

export function recordEntry(
  { principal, action, resource, job, recipient }: Recorded,
  outcome: NewRecordEntry['outcome'],
): NewRecordEntry {
  return {
    principal: principal?.id ?? '',
    action,
    outcome,
    ...(resource && { resource: { kind: resource.kind, id: resource.id } }),
    ...(job && { job: job.id }),
    ...(recipient !== undefined && { recipient }),
    ...(principal?.token !== undefined && { token: principal.token }),
  }
}
