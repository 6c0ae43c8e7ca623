import type { ResourceRef } from '@piecework/core'

/** What a request of the host's own is about to change. */
export type ResourceOf<Host> = (
  host: Host,
) => ResourceRef | undefined | null | Promise<ResourceRef | undefined | null>
