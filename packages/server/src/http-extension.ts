import type { Piecework } from '@piecework/core'
import type { Route } from './http/route.js'
import type { Statuses } from './problems/statuses.js'

/** What routes of other packages are made from. */
export interface ExtensionContext {
  readonly piecework: Piecework
  /** Where the routes are for clients: `https://maps.example.org/api/v1`. */
  readonly address: string
  /** Segments of kinds and of formats, as the host has named them. */
  readonly paths: Readonly<Record<string, string>>
  readonly formats: Readonly<Record<string, string>>
  /** Names of follow-ups that requests may name. */
  readonly followUps: readonly string[]
}

/** Routes beside our own: they pass the same checks, and are described in the same document. */
export interface HttpExtension {
  /** With which its paths begin: no kind may have them. */
  readonly segments: readonly string[]
  /** Of its own codes; those that are not listed are 422. */
  readonly statuses?: Statuses
  routes(context: ExtensionContext): readonly Route[]
}
