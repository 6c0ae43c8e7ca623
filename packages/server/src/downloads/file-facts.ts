import type { Job } from '@piecework/core'

/** What is known of a file before it is opened. */
export interface FileFacts {
  readonly size: number
  /** Strong: of its bytes. */
  readonly etag: string
  readonly mediaType: string
  readonly fileName: string
}

/** Undefined if the job has none of that name, or does not keep it any more. */
export function fileFacts({ tree, result }: Job, output: string | undefined): FileFacts | undefined {
  const { archive, outputs = [] } = result
  const made = [
    ...(archive
      ? [{ ...archive, name: 'archive', mediaType: 'application/zip', fileName: archiveName(tree) }]
      : []),
    ...outputs,
  ]
  const wanted = output ?? (made.length === 1 ? made[0]?.name : 'archive')
  const found = made.find(({ name }) => name === wanted)
  if (!found || found.deletedAt || found.expiresAt.getTime() <= Date.now()) return undefined
  const { size, sha256, mediaType, fileName } = found
  return { size, etag: `"${sha256}"`, mediaType, fileName }
}

/** Of ids that may hold anything, only what every disk takes. */
function archiveName({ kind, id }: Job['tree']): string {
  return `${kind}-${id}.zip`.replace(/[^\p{L}\p{N}._-]+/gu, '_').slice(-200)
}
