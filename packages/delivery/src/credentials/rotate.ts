import { check, checkOptions, type OptionChecks } from '@piecework/core/piece'
import type { Credentials, SealedCredential } from '@piecework/core/store'
import { defaults } from '../defaults.js'
import type { KeyRing } from '../keys/key-ring.js'
import { seal } from './seal.js'

export interface RotateOptions {
  readonly signal?: AbortSignal
  /** Called now and then. */
  progress?(rotated: Rotated): void
}

export interface Rotated {
  /** That have the first key now. */
  readonly resealed: number
  /** Ids of those that no key of the ring opens: they stay as they are. */
  readonly lost: readonly string[]
}

const rotateChecks: OptionChecks<RotateOptions> = {
  signal: check.signal,
  progress: check.func<NonNullable<RotateOptions['progress']>>(),
}

interface Sealing {
  boundTo(credential: SealedCredential): string
  /** Throws if it does not open. */
  unsealed(key: Uint8Array, credential: SealedCredential): string
}

/** Page by page, so that it may be ended and run again. What was changed meanwhile is left to the next run. */
export async function rotate(
  credentials: Credentials,
  { current, get }: KeyRing,
  given: RotateOptions | undefined,
  sealing: Sealing,
): Promise<Rotated> {
  const { signal, progress } = checkOptions('rotate()', given, rotateChecks)
  const lost: string[] = []
  let resealed = 0
  for (let after = ''; ; ) {
    const page = await credentials.sealedByOthers(current.id, { after, limit: defaults.rotatedAtOnce })
    for (const one of page) {
      signal?.throwIfAborted()
      const text = textOf(one, get(one.key), sealing)
      if (text === undefined) lost.push(one.id)
      else {
        const to = { key: current.id, sealed: seal(current.key, text, sealing.boundTo(one)) }
        if (await credentials.reseal(one.id, one, to)) resealed += 1
      }
      after = one.id
    }
    progress?.({ resealed, lost })
    if (page.length < defaults.rotatedAtOnce) return { resealed, lost }
  }
}

function textOf(
  one: SealedCredential,
  key: Uint8Array | undefined,
  { unsealed }: Sealing,
): string | undefined {
  try {
    return key && unsealed(key, one)
  } catch {
    return undefined
  }
}
