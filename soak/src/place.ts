import type { ResourceRef } from '@piecework/core'

/** Where the processes of a soak find each other. */
export interface Place {
  readonly database: string
  /** Of the second database. Absent: there is one. */
  readonly geo?: string
  readonly redis: string
  /** Folder of artifacts. */
  readonly artifacts: string
  /** Tells the mood of the artifact store, where it is there. */
  readonly mood: string
  /** Names the principal whose right is withdrawn, where it is there. */
  readonly rights: string
  /** Folder that deliveries go to. */
  readonly delivered: string
  /** Port of what stands in for Dropbox. */
  readonly drive: number
  /** Port of the endpoint of webhooks. */
  readonly hooks: number
  /** Of the processes' own temporary files. */
  readonly temporary: string
}

/** What there is to ask for. */
export interface Sources {
  /** Exported and cloned. */
  readonly project: ResourceRef
  /** An archive of it; a file that no job owns. */
  readonly archive: string
  /** A job that has made what is delivered once more; made anew for each job that needs it. */
  readonly made?: string
  /** Files of a Marxan project by role. */
  readonly uploads: Readonly<Record<string, string>>
}

/** `delivery`: an export with an output of a pack, all of it delivered to each target; `redelivery`: that once more, of a job that has ended. */
export const jobKinds = ['export', 'import', 'clone', 'legacy import', 'delivery', 'redelivery'] as const
export type SoakJob = (typeof jobKinds)[number]

/** Those that claim what they read. */
export const reads = (kind: SoakJob): boolean => ['export', 'clone', 'delivery'].includes(kind)

export const delivers = (kind: SoakJob): boolean => kind === 'delivery' || kind === 'redelivery'
