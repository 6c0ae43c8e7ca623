import { PieceworkError } from '@piecework/core'
import type { Environment } from '@piecework/core/store'
import { z } from 'zod'
import type { CredentialSource } from '../credentials/credential-source.js'
import { dropboxDefaults } from '../defaults.js'
import { dropboxCall } from './dropbox-call.js'
import { dropboxError } from './dropbox-error.js'

/** Short-lived ones, for the refresh tokens of users. In memory only. */
export interface AccessTokens {
  /**
   * `not`: one that Dropbox has refused. Throws `delivery-auth`, and marks the credential, if the user has withdrawn the app's
   * access; it stays as it is where the app itself is refused, or is another one.
   */
  get(owner: TokenOwner, signal?: AbortSignal, not?: string): Promise<string>
}

interface TokenOwner {
  /** Of the credential. */
  readonly id: string
  readonly refreshToken: string
  /** Of the app that the user has let in; undefined: it was not kept. */
  readonly appKey?: string | undefined
}

interface Kept {
  readonly token: string
  readonly refreshToken: string
  readonly until: number
}

const answered = z.object({ access_token: z.string().min(1), expires_in: z.number().optional() })

/** Dropbox adds what it means: `invalid_client: Invalid client_id or client_secret`. */
const appRefused = /^(?:invalid_client|unauthorized_client)\b/

const ofApp = 'Dropbox refuses the app of this service. Ask its operator to check the key of the app.'
const otherApp = 'Dropbox was connected for another app. Connect Dropbox again.'
const connectAgain = 'Dropbox no longer lets the app in. Connect Dropbox again.'

export function accessTokens(deps: {
  readonly api: string
  readonly appKey: string
  readonly credentials: CredentialSource
  readonly environment: Environment
}): AccessTokens {
  const { api, appKey, credentials, environment } = deps
  const kept = new Map<string, Kept>()

  const refreshed = async (owner: TokenOwner, signal?: AbortSignal): Promise<string> => {
    const { id, refreshToken } = owner
    if (owner.appKey !== undefined && owner.appKey !== appKey)
      throw new PieceworkError('delivery-auth', otherApp)
    const answer = await dropboxCall({
      url: `${api}/oauth2/token`,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: `${new URLSearchParams({ grant_type: 'refresh_token', refresh_token: refreshToken, client_id: appKey })}`,
      timeoutMs: dropboxDefaults.callTimeoutMs,
      signal,
    })
    const read = answered.safeParse(answer.body)
    if (answer.status === 200 && read.success) {
      const { access_token: token, expires_in: seconds = 0 } = read.data
      const [oldest = ''] = kept.size >= dropboxDefaults.keptTokens ? kept.keys() : []
      kept.delete(oldest)
      kept.set(id, { token, refreshToken, until: environment.now() + seconds * 1000 })
      return token
    }
    const { error } = Object(answer.body) as { readonly error?: unknown }
    if (answer.status === 400 && error === 'invalid_grant') {
      await credentials.revoked(id, connectAgain)
      throw new PieceworkError('delivery-auth', connectAgain)
    }
    if (typeof error === 'string' && appRefused.test(error))
      throw new PieceworkError('delivery-unreachable', ofApp, { facts: { status: answer.status } })
    throw dropboxError(answer)
  }

  return {
    get: (owner, signal, not) => {
      const known = kept.get(owner.id)
      const isGood =
        known?.refreshToken === owner.refreshToken &&
        known.token !== not &&
        known.until - dropboxDefaults.tokenMarginMs > environment.now()
      if (known && isGood) return Promise.resolve(known.token)
      kept.delete(owner.id)
      return refreshed(owner, signal)
    },
  }
}
