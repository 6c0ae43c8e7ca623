import { PieceworkError } from '@piecework/core'
import { decodeProtectedHeader, EncryptJWT, jwtDecrypt } from 'jose'
import { z } from 'zod'
import { dropboxDefaults } from '../defaults.js'
import { keyRing, type RingKey } from '../keys/key-ring.js'

/** What goes with the user to Dropbox and back, sealed: these processes alone can read or make it. */
export interface ConnectState {
  readonly id: string
  /** Id of the principal. */
  readonly principal: string
  readonly verifier: string
  /** Of the credential. */
  readonly name: string
  readonly returnTo?: string | undefined
  /** ms since epoch. */
  readonly expiresAt: number
}

const type = 'dropbox-state+jwt'

const sealed = z.object({
  jti: z.string(),
  sub: z.string(),
  exp: z.number(),
  verifier: z.string(),
  name: z.string(),
  returnTo: z.string().optional(),
})

export interface StateRing {
  seal(state: ConnectState): Promise<string>
  /** Throws `dropbox/state-invalid`; of times and principals it knows nothing. */
  open(text: string): Promise<ConnectState>
}

/** The first key seals, all open. `audience`: states of others are none of these. */
export function stateRing(keys: readonly RingKey[], audience: string): StateRing {
  const ring = keyRing('dropboxConnect()', keys, 'dropbox state')
  const { id: kid, key: sealing } = ring.current
  return {
    seal: ({ id, principal, verifier, name, returnTo, expiresAt }) =>
      new EncryptJWT({ verifier, name, ...(returnTo !== undefined && { returnTo }) })
        .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', typ: type, kid })
        .setJti(id)
        .setSubject(principal)
        .setAudience(audience)
        .setExpirationTime(expiresAt / 1000)
        .encrypt(sealing),
    open: async (text) => {
      const key = ring.get(keyOf(text))
      const opened = key && (await decrypted(text, key, audience))
      const read = sealed.safeParse(opened)
      if (!read.success) throw invalid()
      const { jti: id, sub: principal, exp, ...rest } = read.data
      return { id, principal, expiresAt: Math.round(exp * 1000), ...rest }
    },
  }
}

function keyOf(text: string): string {
  try {
    const { kid } = text.length > dropboxDefaults.stateCharacters ? {} : decodeProtectedHeader(text)
    return kid ?? ''
  } catch {
    return ''
  }
}

async function decrypted(text: string, key: Uint8Array, audience: string): Promise<unknown> {
  try {
    const { payload } = await jwtDecrypt(text, key, {
      keyManagementAlgorithms: ['dir'],
      contentEncryptionAlgorithms: ['A256GCM'],
      typ: type,
      audience,
      // The caller judges the time.
      currentDate: new Date(0),
    })
    return payload
  } catch {
    return undefined
  }
}

function invalid(): PieceworkError {
  return new PieceworkError(
    'dropbox/state-invalid',
    'This is no answer to a question that was asked here. Connect Dropbox again.',
  )
}
