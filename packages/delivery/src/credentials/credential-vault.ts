import { randomUUID } from 'node:crypto'
import { PieceworkError, type Principal } from '@piecework/core'
import { check, checkOptions, type OptionChecks, required, type Schema } from '@piecework/core/piece'
import type { AskedBy, SealedCredential, Store } from '@piecework/core/store'
import { defaults } from '../defaults.js'
import { keyRing, keyRingCheck, type RingKey } from '../keys/key-ring.js'
import type { CredentialSource } from './credential-source.js'
import { type Rotated, type RotateOptions, rotate } from './rotate.js'
import { seal, unseal } from './seal.js'

/** What is told of a credential: nothing of what it holds. */
export interface Credential {
  readonly id: string
  readonly target: string
  readonly name: string
  readonly createdAt: Date
  /** Why it works no more, and what its owner can do. */
  readonly revoked?: string
}

export interface NewCredential extends AskedBy {
  /** Name of the target that it is for. */
  readonly target: string
  /** For its owner: `Photos of the office`. */
  readonly name: string
  /** What the target's form takes. */
  readonly secret: unknown
}

export interface CredentialVaultOptions {
  readonly store: Pick<Store, 'credentials'>
  /** The first one seals, the others open what they have sealed until it is sealed anew. */
  readonly keys: readonly RingKey[]
  /** By name of a target, what its credentials hold: `{ s3: s3Credential, dropbox: dropboxCredential }`. */
  readonly forms: Readonly<Record<string, Schema<unknown>>>
}

/** Credentials of users, sealed at rest. What they hold comes out for targets alone. */
export interface CredentialVault extends CredentialSource {
  /** Throws `options-invalid` for what the target's form does not take; the message names no value. */
  add(credential: NewCredential): Promise<Credential>
  /** The principal's own, oldest first. */
  list(filter: AskedBy & { readonly target?: string }): Promise<readonly Credential[]>
  /** Throws `credential/not-found` for one that is not the principal's. */
  remove(id: string, by: AskedBy): Promise<void>
  /** Seals with the first key what others have sealed. May be run at any time, and again. */
  rotate(options?: RotateOptions): Promise<Rotated>
}

const vaultChecks: OptionChecks<CredentialVaultOptions> = {
  store: required(check.having<Pick<Store, 'credentials'>>('a store', 'credentials')),
  keys: required(keyRingCheck),
  forms: required(check.record(check.having<Schema<unknown>>('a schema', 'parse'))),
}

const newChecks: OptionChecks<NewCredential> = {
  principal: required(check.principal),
  target: required(check.text),
  name: required(check.text),
  secret: required(check.anything),
}

const listChecks: OptionChecks<AskedBy & { readonly target?: string }> = {
  principal: required(check.principal),
  target: check.text,
}

export function credentialVault(given: CredentialVaultOptions): CredentialVault {
  const { store, keys, forms } = checkOptions('credentialVault()', given, vaultChecks)
  const { credentials } = store
  const ring = keyRing('credentialVault()', keys, 'credential')
  const refuseMore = async ({ id: owner }: Principal, most: number): Promise<void> => {
    const { length } = await credentials.list({ owner })
    if (length < most) return
    throw new PieceworkError(
      'credential/too-many',
      `There are ${length} credentials already: remove one first.`,
    )
  }
  return {
    add: async (request) => {
      const { principal, target, name, secret } = checkOptions('add()', request, newChecks)
      const text = JSON.stringify(parsedSecret(forms, target, secret))
      await refuseMore(principal, defaults.credentialsPerOwner)
      const bound = { id: randomUUID(), owner: principal.id, target }
      const { id: key, key: bytes } = ring.current
      const sealed = seal(bytes, text, boundTo(bound))
      const added = await credentials.add({ ...bound, name: name.slice(0, 200), key, sealed })
      // Others may have been added at the same time.
      await refuseMore(principal, defaults.credentialsPerOwner + 1).catch(async (error: unknown) => {
        await credentials.remove(added.id, principal.id)
        throw error
      })
      return shown(added)
    },
    list: async (filter) => {
      const { principal, target } = checkOptions('list()', filter, listChecks)
      const own = await credentials.list({ owner: principal.id, ...(target !== undefined && { target }) })
      return own.map(shown)
    },
    remove: async (id, by) => {
      const { principal } = checkOptions<AskedBy>('remove()', by, { principal: required(check.principal) })
      if (await credentials.remove(id, principal.id)) return
      throw new PieceworkError('credential/not-found', `There is no credential ${id.slice(0, 100)}.`)
    },
    open: async (id, { principal, target }) => {
      const found = await credentials.get(id)
      if (!found || !isFor(found, principal, target))
        throw refused(`There is no credential ${id.slice(0, 100)} for the target "${target}".`)
      if (found.revoked !== undefined) throw refused(found.revoked)
      const key = ring.get(found.key)
      if (!key) throw refused(`The credential "${found.name}" cannot be opened any more: add it again.`)
      return forms[target]?.parse(JSON.parse(unsealed(key, found)))
    },
    revoked: (id, why) => credentials.mark(id, why.slice(0, 1000)),
    rotate: (options) => rotate(credentials, ring, options, { boundTo, unsealed }),
  }
}

const isFor = (found: SealedCredential, { id }: Principal, target: string): boolean =>
  found.owner === id && found.target === target

/** Of what is not taken, neither the message nor the cause says what it was. */
function parsedSecret(forms: CredentialVaultOptions['forms'], target: string, secret: unknown): unknown {
  const form = Object.hasOwn(forms, target) ? forms[target] : undefined
  const refuse = (why: string) => new PieceworkError('options-invalid', why, { facts: { option: 'secret' } })
  if (!form) {
    const known = Object.keys(forms).join(', ')
    throw refuse(`No credentials are kept for the target "${target}"; there are ${known || 'none'}.`)
  }
  let parsed: unknown
  try {
    parsed = form.parse(secret)
  } catch (error) {
    const places = issuePlaces(error)
    throw refuse(`The credential is not what the target "${target}" takes${places && `: ${places}`}.`)
  }
  if (JSON.stringify(parsed).length <= defaults.secretCharacters) return parsed
  throw refuse(`The credential is longer than ${defaults.secretCharacters} characters.`)
}

/** Names of fields, by which zod says what is wrong; messages might repeat values. */
function issuePlaces(error: unknown): string {
  const issues = Object(error).issues as readonly {
    path?: readonly PropertyKey[]
    keys?: readonly string[]
  }[]
  if (!Array.isArray(issues)) return ''
  const names = issues.flatMap(({ path = [], keys = [] }) =>
    keys.length > 0 ? keys : [path.map(String).join('.')],
  )
  return [...new Set(names)].filter(Boolean).join(', ').slice(0, 200)
}

/** A text that was moved to another row, owner or target does not open. */
function boundTo({ id, owner, target }: Pick<SealedCredential, 'id' | 'owner' | 'target'>): string {
  return JSON.stringify([id, owner, target])
}

function unsealed(key: Uint8Array, found: SealedCredential): string {
  try {
    return unseal(key, found.sealed, boundTo(found))
  } catch {
    throw refused(`The credential "${found.name}" was altered since it was added: add it again.`)
  }
}

function shown({ id, target, name, createdAt, revoked }: SealedCredential): Credential {
  return { id, target, name, createdAt, ...(revoked !== undefined && { revoked }) }
}

const refused = (message: string): PieceworkError => new PieceworkError('delivery-auth', message)
