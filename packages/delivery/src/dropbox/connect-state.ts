import { hkdfSync } from 'node:crypto'
import { PieceworkError } from '@piecework/core'
import { type Check, check, checkArgument, objectCheck, required } from '@piecework/core/store'
import { decodeProtectedHeader, EncryptJWT, jwtDecrypt } from 'jose'
import { z } from 'zod'

/** What states are sealed with. */
export interface ConnectKey {
  /** Never give it to another key. */
  readonly id: string
  /** 32 random bytes. */
  readonly secret: Uint8Array
}

/** What goes with the user to Dropbox and back, sealed: nobody but these processes can read or make it. */
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
const mostCharacters = 8192

const sealed = z.object({
  jti: z.string(),
  sub: z.string(),
  exp: z.number(),
  verifier: z.string(),
  name: z.string(),
  returnTo: z.string().optional(),
})

const secret: Check<Uint8Array> = (value, place) => {
  if (value instanceof Uint8Array && value.byteLength === 32) return value
  throw new PieceworkError('options-invalid', `${place.subject}: ${place.path} must be 32 bytes.`, {
    facts: { option: place.path },
  })
}
const keyCheck = objectCheck<ConnectKey>({ id: required(check.shortText(100)), secret: required(secret) })

export interface StateRing {
  seal(state: ConnectState): Promise<string>
  /** Throws `dropbox/state-invalid`; of times and principals it knows nothing. */
  open(text: string): Promise<ConnectState>
}

/** The first key seals, all open. */
export function stateRing(subject: string, given: readonly ConnectKey[]): StateRing {
  const keys = checkArgument(subject, 'keys', given, check.list(keyCheck))
  const [first] = keys
  const ring = new Map(keys.map(({ id, secret }) => [id, derived(secret)]))
  const sealing = first && ring.get(first.id)
  if (!sealing || ring.size < keys.length)
    throw new PieceworkError(
      'options-invalid',
      `${subject}: keys must be one or more, each with an id of its own.`,
      {
        facts: { option: 'keys' },
      },
    )
  return {
    seal: ({ id, principal, verifier, name, returnTo, expiresAt }) =>
      new EncryptJWT({ verifier, name, ...(returnTo !== undefined && { returnTo }) })
        .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', typ: type, kid: first.id })
        .setJti(id)
        .setSubject(principal)
        .setExpirationTime(expiresAt / 1000)
        .encrypt(sealing),
    open: async (text) => {
      const key = ring.get(keyOf(text))
      const opened = key && (await decrypted(text, key))
      const read = sealed.safeParse(opened)
      if (!read.success) throw invalid()
      const { jti: id, sub: principal, exp, ...rest } = read.data
      return { id, principal, expiresAt: Math.round(exp * 1000), ...rest }
    },
  }
}

/** The ring's secrets may serve other purposes, too. */
function derived(secret: Uint8Array): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, '', 'piecework: state of a connection to Dropbox', 32))
}

function keyOf(text: string): string {
  try {
    const { kid } = text.length > mostCharacters ? {} : decodeProtectedHeader(text)
    return kid ?? ''
  } catch {
    return ''
  }
}

async function decrypted(text: string, key: Uint8Array): Promise<unknown> {
  try {
    const { payload } = await jwtDecrypt(text, key, {
      keyManagementAlgorithms: ['dir'],
      contentEncryptionAlgorithms: ['A256GCM'],
      typ: type,
      // Whoever calls judges the time.
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
