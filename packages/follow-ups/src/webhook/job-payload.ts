import type { FollowUpContext, KeptOutput } from '@piecework/core/piece'

/** About the job, in the form that Standard Webhooks recommends. The same in each attempt. */
export function jobPayload({ job, failed }: FollowUpContext): unknown {
  const { id, kind, status, error, result, changes, tree } = job
  const { archive, outputs, deliveries, resource } = result
  return {
    type: `job.${status}`,
    timestamp: (changes.at(-1)?.at ?? job.createdAt).toISOString(),
    data: {
      job: id,
      kind,
      status,
      source: { kind: tree.kind, id: tree.id },
      ...(resource && { resource }),
      ...(archive && { archive: { digest: archive.digest, ...kept(archive) } }),
      ...(outputs && {
        outputs: outputs.map((output) => ({ name: output.name, fileName: output.fileName, ...kept(output) })),
      }),
      ...(deliveries && {
        deliveries: deliveries.map(({ target, output, deliveredAt }) => ({
          target,
          output,
          deliveredAt: deliveredAt.toISOString(),
        })),
      }),
      ...(error && { error: { code: error.code, message: error.message } }),
      ...(failed && { failed }),
    },
  }
}

function kept({ size, sha256, expiresAt }: Pick<KeptOutput, 'size' | 'sha256' | 'expiresAt'>) {
  return { size, sha256, expiresAt: expiresAt.toISOString() }
}
