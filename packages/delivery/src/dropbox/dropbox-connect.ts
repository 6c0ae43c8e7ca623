import { createHash, randomBytes } from 'node:crypto'
import { PieceworkError, type Principal } from '@piecework/core'
import {
  type Check,
  check,
  checkOptions,
  type Environment,
  type OptionChecks,
  required,
  type Store,
  systemEnvironment,
} from '@piecework/core/store'
import { z } from 'zod'
import type { Credential, CredentialVault } from '../credentials/credential-vault.js'
import { dropboxDefaults } from '../defaults.js'
import { keyRingCheck, type RingKey } from '../keys/key-ring.js'
import { type ConnectState, stateRing } from './connect-state.js'
import { addressesCheck, type DropboxAddresses, dropboxAddresses } from './dropbox-addresses.js'
import { dropboxCall } from './dropbox-call.js'
import type { DropboxCredential } from './dropbox-credential.js'
import { dropboxError } from './dropbox-error.js'

export interface DropboxConnectOptions {
  readonly vault: Pick<CredentialVault, 'add'>
  /** Of the app that you have registered. */
  readonly appKey: string
  /** Of your page that calls `finish`, as it is registered with the app. */
  readonly redirectUri: string
  /** The first one seals the states, all open them. */
  readonly keys: readonly RingKey[]
  readonly store: Pick<Store, 'revocations'>
  /** Name of the target. Default: `dropbox`. */
  readonly target?: string
  readonly api?: DropboxAddresses
  /** Default: that of this process. */
  readonly environment?: Environment
}

export interface ConnectRequest {
  readonly principal: Principal
  /** Of the credential, for its owner. */
  readonly name: string
  /** Of your site, `/settings?tab=2`: given back by `finish`, percent-encoded. */
  readonly returnTo?: string
}

/** What Dropbox has sent the user back with, and who that is. */
export interface ConnectAnswer {
  readonly principal: Principal
  readonly state: string
  readonly code?: string | undefined
  readonly error?: string | undefined
}

type ConnectFailure =
  | 'denied'
  | 'state-invalid'
  | 'state-expired'
  | 'state-used'
  | 'state-foreign'
  | 'code-refused'

/** OAuth with PKCE: the app has no secret. */
export interface DropboxConnect {
  /** `url`: to be opened by the user, within 10 minutes. Throws `options-invalid`, also where it is more than Dropbox gives back. */
  start(request: ConnectRequest): Promise<{ readonly url: string }>
  /**
   * Throws `dropbox/denied`, `dropbox/state-invalid`, `dropbox/state-expired`, `dropbox/state-used`, `dropbox/state-foreign`
   * (another principal has begun it) and `dropbox/code-refused`.
   */
  finish(answer: ConnectAnswer): Promise<{ readonly credential: Credential; readonly returnTo?: string }>
}

const redirectUri: Check<string> = (value, place) => {
  const text = check.text(value, place)
  if (URL.canParse(text) && /^https?:\/\//.test(text) && !text.includes('#')) return text
  throw new PieceworkError(
    'options-invalid',
    `${place.subject}: ${place.path} must be an address of the web.`,
  )
}

/** Of the same origin, however a browser reads it; as a header can hold it. */
const returnTo: Check<string> = (value, place) => {
  const text = check.shortText(1000)(value, place)
  const encoded = sitePath.test(text) ? asPath(text) : ''
  // `/..//evil` is `//evil`.
  if (sitePath.test(encoded)) return encoded
  throw new PieceworkError('options-invalid', `${place.subject}: ${place.path} must be of the form /path.`)
}

const sitePath = /^\/(?![/\\])[^\p{Cc}\p{Cs}\\]*$/u

/** Percent-encoded where it is not. */
function asPath(text: string): string {
  const { pathname, search, hash } = new URL(text, 'http://site')
  return `${pathname}${search}${hash}`
}

const requestChecks: OptionChecks<ConnectRequest> = {
  principal: required(check.principal),
  name: required(check.shortText(200)),
  returnTo,
}

const answerChecks: OptionChecks<ConnectAnswer> = {
  principal: required(check.principal),
  state: required(check.string),
  code: check.string,
  error: check.string,
}

const exchanged = z.object({
  refresh_token: z.string().min(1).max(1000),
  account_id: z.string().max(200).optional(),
})

const optionChecks: OptionChecks<DropboxConnectOptions> = {
  vault: required(check.having<Pick<CredentialVault, 'add'>>('a vault', 'add')),
  appKey: required(check.shortText(200)),
  redirectUri: required(redirectUri),
  keys: required(keyRingCheck),
  store: required(check.having<Pick<Store, 'revocations'>>('a store', 'revocations')),
  target: check.shortText(100),
  api: addressesCheck,
  environment: check.environment,
}

export function dropboxConnect(given: DropboxConnectOptions): DropboxConnect {
  const options = checkOptions('dropboxConnect()', given, optionChecks)
  const { vault, appKey, keys, store, target = 'dropbox', environment = systemEnvironment } = options
  const { api, www } = { ...dropboxAddresses, ...options.api }
  // One ring may seal the states of several connections.
  const asking = createHash('sha256').update(JSON.stringify([target, appKey, options.redirectUri]))
  const ring = stateRing(keys, asking.digest('base64url').slice(0, 22))

  /** Throws unless it is for this principal, in time, and for the first time. */
  const used = async (text: string, principal: Principal): Promise<ConnectState> => {
    const state = await ring.open(text)
    if (state.principal !== principal.id)
      throw failure('state-foreign', 'Somebody else has begun to connect this Dropbox.')
    if (environment.now() >= state.expiresAt) throw failure('state-expired', 'That took too long.')
    const isNew = await store.revocations.add(`dropbox-state:${state.id}`, new Date(state.expiresAt))
    if (!isNew) throw failure('state-used', 'This answer of Dropbox was taken before.')
    return state
  }

  const exchange = async (code: string, verifier: string): Promise<DropboxCredential> => {
    const answer = await dropboxCall({
      url: `${api}/oauth2/token`,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: `${new URLSearchParams({
        grant_type: 'authorization_code',
        code,
        redirect_uri: options.redirectUri,
        client_id: appKey,
        code_verifier: verifier,
      })}`,
      timeoutMs: dropboxDefaults.callTimeoutMs,
    })
    const read = exchanged.safeParse(answer.body)
    if (answer.status === 200 && read.success) {
      const { refresh_token: refreshToken, account_id: accountId } = read.data
      return { refreshToken, appKey, ...(accountId !== undefined && { accountId }) }
    }
    if (answer.status === 200 || Object(answer.body).error === 'invalid_grant')
      throw failure('code-refused', 'Dropbox does not take its own answer any more.')
    throw dropboxError(answer)
  }

  return {
    start: async (request) => {
      const { principal, name, returnTo } = checkOptions('start()', request, requestChecks)
      const verifier = randomBytes(32).toString('base64url')
      const state = await ring.seal({
        id: environment.uuid(),
        principal: principal.id,
        verifier,
        name,
        returnTo,
        expiresAt: environment.now() + dropboxDefaults.stateMs,
      })
      if (state.length > dropboxDefaults.stateCharacters)
        throw new PieceworkError(
          'options-invalid',
          'start(): name and returnTo are longer together than Dropbox gives back; some 1,000 characters are not.',
          { facts: { characters: state.length, most: dropboxDefaults.stateCharacters } },
        )
      const query = new URLSearchParams({
        client_id: appKey,
        response_type: 'code',
        redirect_uri: options.redirectUri,
        token_access_type: 'offline',
        code_challenge: createHash('sha256').update(verifier).digest('base64url'),
        code_challenge_method: 'S256',
        state,
      })
      return { url: `${www}/oauth2/authorize?${query}` }
    },
    finish: async (answer) => {
      const { principal, state: text, code, error } = checkOptions('finish()', answer, answerChecks)
      const { name, verifier, returnTo } = await used(text, principal)
      if (error === 'access_denied') throw failure('denied', 'The app was not allowed to use the Dropbox.')
      if (error !== undefined || !code) throw failure('code-refused', 'Dropbox has not let the app in.')
      const secret = { ...(await exchange(code, verifier)), label: name }
      const credential = await vault.add({ principal, target, name, secret })
      return { credential, ...(returnTo !== undefined && { returnTo }) }
    },
  }
}

function failure(code: ConnectFailure, why: string): PieceworkError {
  return new PieceworkError(`dropbox/${code}`, `${why} Connect Dropbox again.`)
}
