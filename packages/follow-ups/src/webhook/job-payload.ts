import type { FollowUpContext } from '@piecework/core'

/** About the job, in the form that Standard Webhooks recommends. The same in each attempt. */
export function jobPayload({ job, failed }: FollowUpContext): unknown {
  const { id, kind, status, error, result, changes, tree } = job
  const { archive, resource } = result
  return {
    type: `job.${status}`,
    timestamp: (changes.at(-1)?.at ?? job.createdAt).toISOString(),
    data: {
      job: id,
      kind,
      status,
      source: { kind: tree.kind, id: tree.id },
      ...(resource && { resource }),
      ...(archive && {
        archive: { size: archive.size, digest: archive.digest, expiresAt: archive.expiresAt.toISOString() },
      }),
      ...(error && { error: { code: error.code, message: error.message } }),
      ...(failed && { failed }),
    },
  }
}
