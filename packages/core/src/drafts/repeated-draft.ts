import { PieceworkError } from '../contracts/errors.js'
import type { Job } from '../contracts/jobs.js'
import type { Upload } from '../contracts/upload.js'
import { isTerminal } from '../engine/machine.js'
import { followUpsOf } from '../follow-ups/with-follow-ups.js'
import { uploadsPrefix } from '../requests/uploads.js'
import { assertKept } from '../retention/expiry.js'
import { jobPrefix } from '../tasks/staging.js'
import { joinedArtifacts } from '../uploads/joined-artifacts.js'
import type { DraftRequest } from './draft.js'
import type { DraftDeps } from './draft-context.js'
import { givenUploads } from './draft-state.js'

interface RepeatedDraft {
  readonly request: Omit<DraftRequest, 'principal' | 'requestKey'>
  /** Copies its files for a new job. */
  copies(job: string): Promise<readonly Upload[]>
}

/** What the draft of a job that has run and not succeeded was asked for. Throws `unsupported`, `expired`. */
export async function repeatedDraft(
  deps: DraftDeps,
  job: Job,
  signal: AbortSignal | undefined,
): Promise<RepeatedDraft> {
  const { input, name = '', description, into, keepUploads } = job.request
  const refuse = (why: string) => new PieceworkError('unsupported', `This import ${why}.`)
  if (!isTerminal(job.status)) throw refuse('has not ended: its own files can be replaced, or it goes on')
  if (job.status === 'succeeded' || !input) throw refuse('has succeeded: nothing of it is to be repeated')
  if (keepUploads !== 'failed' || job.result.retryUntil === undefined)
    throw new PieceworkError('expired', 'The files of this import are not kept: begin another one.')
  const uploads = givenUploads(input)
  await assertKept(deps, { ...job, request: { ...job.request, input: { ...input, uploads } } })
  return {
    request: {
      format: input.format,
      name,
      ...(description !== undefined && { description }),
      ...(into && { into }),
      keepUploads,
      ...followUpsOf(job.request),
    },
    copies: async (id) => {
      const { artifacts } = deps
      const kept = joinedArtifacts(artifacts, uploads)
      const made: Upload[] = []
      try {
        for (const { parts: _, ...upload } of uploads) {
          signal?.throwIfAborted()
          const artifact = `${uploadsPrefix(id)}/${upload.id}`
          await artifacts.put(artifact, kept.open(upload.artifact))
          made.push({ ...upload, artifact })
        }
      } catch (error) {
        await artifacts.delete(jobPrefix(id)).catch(() => undefined)
        throw error
      }
      return made
    },
  }
}
