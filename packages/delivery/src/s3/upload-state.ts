import { z } from 'zod'

const uploadState = z.strictObject({
  uploadId: z.string().min(1).max(2000),
  name: z.string(),
  size: z.number(),
  sha256: z.string(),
  partBytes: z.number(),
  /** Of the parts that were taken, in their order; null for those that were not. */
  etags: z.array(z.string().nullable()),
})

/** What is kept of an upload in parts, so that another process goes on. */
export interface UploadState {
  readonly uploadId: string
  readonly name: string
  readonly size: number
  readonly sha256: string
  readonly partBytes: number
  /** Of the parts that were taken, in their order; null for those that were not. */
  readonly etags: readonly (string | null)[]
}

/** What was kept, if it is of an upload of this version. */
export function keptUpload(state: unknown): UploadState | undefined {
  const { data } = uploadState.safeParse(state)
  return data
}

/** Whether its parts are those that would be made now. */
export function fits(kept: UploadState, now: Pick<UploadState, 'size' | 'sha256' | 'partBytes'>): boolean {
  const { size, sha256, partBytes } = now
  return (
    kept.size === size &&
    kept.sha256 === sha256 &&
    kept.partBytes === partBytes &&
    kept.etags.length === partsOf(now)
  )
}

export const partsOf = ({ size, partBytes }: Pick<UploadState, 'size' | 'partBytes'>): number =>
  Math.ceil(size / partBytes)
