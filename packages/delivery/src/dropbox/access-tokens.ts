import { PieceworkError } from '@piecework/core'
import type { Environment } from '@piecework/core/store'
import { z } from 'zod'
import type { CredentialSource } from '../credentials/credential-source.js'
import { dropboxDefaults } from '../defaults.js'
import { dropboxCall } from './dropbox-call.js'
import { dropboxError } from './dropbox-error.js'

/** Short-lived ones, for the refresh tokens of users. In memory only. */
export interface AccessTokens {
  /** `not`: one that Dropbox has refused. Throws `delivery-auth` if the user has withdrawn the app's access. */
  get(owner: TokenOwner, signal?: AbortSignal, not?: string): Promise<string>
}

interface TokenOwner {
  /** Of the credential. */
  readonly id: string
  readonly refreshToken: string
}

interface Kept {
  readonly token: string
  readonly refreshToken: string
  readonly until: number
}

const answered = z.object({ access_token: z.string().min(1), expires_in: z.number().optional() })

const connectAgain = 'Dropbox no longer lets the app in. Connect Dropbox again.'

export function accessTokens(deps: {
  readonly api: string
  readonly appKey: string
  readonly credentials: CredentialSource
  readonly environment: Environment
}): AccessTokens {
  const { api, appKey, credentials, environment } = deps
  const kept = new Map<string, Kept>()

  const refreshed = async ({ id, refreshToken }: TokenOwner, signal?: AbortSignal): Promise<string> => {
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
    if (Object(answer.body).error === 'invalid_grant') {
      await credentials.revoked(id, connectAgain)
      throw new PieceworkError('delivery-auth', connectAgain)
    }
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
