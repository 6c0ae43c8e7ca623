import type { ResourceRef } from '@piecework/core'

/** Where the processes of a soak find each other. */
export interface Place {
  readonly database: string
  readonly redis: string
  /** Folder of artifacts. */
  readonly artifacts: string
  /** Tells the mood of the artifact store, where it is there. */
  readonly mood: string
  /** Of the processes' own temporary files. */
  readonly temporary: string
}

/** What there is to ask for. */
export interface Sources {
  /** Exported and cloned. */
  readonly project: ResourceRef
  /** An archive of it; a file that no job owns. */
  readonly archive: string
  /** Files of a Marxan project by role. */
  readonly uploads: Readonly<Record<string, string>>
}

export const jobKinds = ['export', 'import', 'clone', 'legacy import'] as const
export type SoakJob = (typeof jobKinds)[number]
