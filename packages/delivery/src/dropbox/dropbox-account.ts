import type { Principal } from '@piecework/core'
import { PieceworkError } from '@piecework/core'
import type { CredentialSource } from '../credentials/credential-source.js'
import { dropboxDefaults } from '../defaults.js'
import { timeToSend } from '../time-to-send.js'
import type { AccessTokens } from './access-tokens.js'
import { type DropboxAnswer, dropboxCall } from './dropbox-call.js'
import { readDropboxCredential } from './dropbox-credential.js'
import { tagsOf } from './dropbox-error.js'

/** Calls in the name of one user. Answers that are no success are given back; the access token is renewed once. */
export interface DropboxAccount {
  /** `files/get_metadata`, with its argument; none for those that take none. */
  ask(route: string, argument?: object): Promise<DropboxAnswer>
  /** The same with bytes of a file. */
  send(route: string, argument: object, bytes: Uint8Array): Promise<DropboxAnswer>
}

export interface AccountDeps {
  readonly api: string
  readonly content: string
  readonly tokens: AccessTokens
  readonly credentials: CredentialSource
  readonly target: string
}

/** Throws `delivery-auth`. */
export async function dropboxAccount(
  { api, content, tokens, credentials, target }: AccountDeps,
  by: { readonly credential: string; readonly principal: Principal; readonly signal?: AbortSignal },
): Promise<DropboxAccount> {
  const { credential: id, principal, signal } = by
  const opened = readDropboxCredential(await credentials.open(id, { principal, target }))
  if (!opened)
    throw new PieceworkError(
      'delivery-auth',
      'The credential holds no access to Dropbox. Connect Dropbox again.',
    )
  const owner = { id, refreshToken: opened.refreshToken, appKey: opened.appKey }

  const call = async (
    url: string,
    headers: Readonly<Record<string, string>>,
    body: string | Uint8Array | undefined,
    timeoutMs: number,
  ): Promise<DropboxAnswer> => {
    const withToken = (token: string) =>
      dropboxCall({
        url,
        headers: { ...headers, authorization: `Bearer ${token}` },
        timeoutMs,
        signal,
        ...(body !== undefined && { body }),
      })
    const token = await tokens.get(owner, signal)
    const answer = await withToken(token)
    const [tag = ''] = tagsOf(answer)
    if (answer.status !== 401 || !renewable.has(tag)) return answer
    return withToken(await tokens.get(owner, signal, token))
  }
  return {
    ask: (route, argument) =>
      call(
        `${api}/2/${route}`,
        argument ? { 'content-type': 'application/json' } : {},
        argument && JSON.stringify(argument),
        dropboxDefaults.callTimeoutMs,
      ),
    send: (route, argument, bytes) =>
      call(
        `${content}/2/${route}`,
        { 'content-type': 'application/octet-stream', 'dropbox-api-arg': headerSafe(argument) },
        bytes,
        bytes.length === 0 ? dropboxDefaults.finishTimeoutMs : timeToSend(bytes.length),
      ),
  }
}

const renewable: ReadonlySet<string> = new Set(['expired_access_token', 'invalid_access_token'])

/**
 * JSON of ASCII alone.
 * @see https://www.dropbox.com/developers/reference/json-encoding
 */
function headerSafe(argument: object): string {
  return JSON.stringify(argument).replace(
    /[\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
