import type { DeliverContext } from '@piecework/core/piece'
import { s3Defaults } from '../defaults.js'
import { ending, ownNameOf } from '../names.js'
import { look, markOf } from './objects.js'
import type { S3Calls } from './s3-calls.js'
import type { S3Destination } from './s3-destination.js'

/** Where a file goes in its bucket. */
export interface Place {
  readonly name: string
  readonly key: string
  /** Nothing stands there, as far as is known: what has come there meanwhile must stay. */
  readonly isNew: boolean
  /** The whole file stands there already: an earlier attempt has come to its end. */
  readonly isDone: boolean
}

interface PlaceOptions {
  /** One that an earlier attempt has begun to deliver to. */
  readonly begun?: string | undefined
  /** The server cannot tell whether it replaces something: only a name of this delivery's own is safe. */
  readonly ownName?: boolean
}

/**
 * The first of `name`, `name (2)` … where nothing stands, or what the same delivery has put there. Where the credential may
 * not look, a name that no other delivery has.
 */
export async function placeOf(
  calls: S3Calls,
  { file, key: delivery, destination }: DeliverContext<S3Destination>,
  { begun, ownName = false }: PlaceOptions = {},
): Promise<Place> {
  const wanted = wantedName(destination, file.fileName)
  const own = ownNameOf(wanted, delivery)
  const numbered = Array.from({ length: s3Defaults.numberedNames }, (_, at) =>
    at === 0 ? wanted : ending(wanted, ` (${at + 1})`),
  )
  const names = [...(begun === undefined ? [] : [begun]), ...(ownName ? [] : numbered)]
  for (const name of names) {
    const key = keyOf(destination, name)
    const seen = await look(calls, key)
    if (seen === 'denied') {
      if (name === own) return { name, key, isNew: false, isDone: false }
      break
    }
    if (seen === 'absent') return { name, key, isNew: true, isDone: false }
    if (seen.delivery === markOf(delivery))
      return { name, key, isNew: false, isDone: seen.size === file.size && seen.sha256 === file.sha256 }
  }
  const key = keyOf(destination, own)
  const seen = await look(calls, key)
  const isDone = typeof seen === 'object' && seen.size === file.size && seen.sha256 === file.sha256
  return { name: own, key, isNew: false, isDone }
}

export const keyOf = ({ prefix }: S3Destination, name: string): string =>
  prefix === undefined ? name : `${prefix}/${name}`

/** The name that a user expects. */
export const wantedName = ({ fileName }: S3Destination, given: string): string => fileName ?? given
