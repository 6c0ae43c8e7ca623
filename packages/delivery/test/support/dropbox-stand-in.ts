import { createHash, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A file as users see it. */
export interface StoredFile {
  readonly name: string
  readonly id: string
  readonly rev: string
  readonly path: string
  readonly bytes: Buffer
}

interface Session {
  readonly parts: Buffer[]
  size: number
  closed: boolean
}

interface Grant {
  readonly challenge: string
  readonly redirectUri: string
  /** Whether there is a refresh token for it. */
  readonly lasts: boolean
}

export interface Fault {
  /** `files/upload`, `oauth2/token`. */
  readonly route: string
  /** Calls of the route that go well before. Default 0. */
  readonly after?: number
  /** Default 1. */
  readonly times?: number
  readonly status: number
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

type Answer = readonly [status: number, body: unknown, headers?: Readonly<Record<string, string>> | undefined]
type Json = Readonly<Record<string, unknown>>

export const appKey = 'app-key-1'

/** An HTTP server that speaks what is documented of Dropbox's API, for one account. */
export class DropboxStandIn {
  readonly files = new Map<string, StoredFile>()
  readonly sessions = new Map<string, Session>()
  readonly refreshTokens = new Set<string>()
  readonly accessTokens = new Map<string, 'valid' | 'expired'>()
  readonly faults: (Fault & { seen: number })[] = []
  /** Bytes of files that have come, of calls that were cut too; at each of these the connection is cut. */
  received = 0
  readonly cuts: number[] = []
  /** Bytes of files of calls that were heard to their end. */
  taken = 0
  /** Routes, in order. */
  readonly calls: string[] = []
  allocation: Json = { '.tag': 'individual', allocated: 1e12 }
  used = 0
  /** Called when bytes were appended. */
  appended: () => void = () => {}
  /** What is stored is not what was sent. */
  alters = false
  private readonly grants = new Map<string, Grant>()
  private readonly server = createServer((request, response) => {
    this.answer(request, response).catch(() => request.destroy())
  })

  static async open(): Promise<DropboxStandIn> {
    const one = new DropboxStandIn()
    await once(one.server.listen(0, '127.0.0.1'), 'listening')
    return one
  }

  get address(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`
  }

  get api() {
    return { api: this.address, content: this.address, www: this.address }
  }

  async close(): Promise<void> {
    this.server.closeAllConnections()
    await new Promise((resolve) => this.server.close(resolve))
  }

  /** A refresh token of a user who has connected. */
  connected(): string {
    const token = `refresh-${randomUUID()}`
    this.refreshTokens.add(token)
    return token
  }

  fault(fault: Fault): void {
    this.faults.push({ ...fault, seen: 0 })
  }

  expireTokens(): void {
    for (const token of this.accessTokens.keys()) this.accessTokens.set(token, 'expired')
  }

  put(path: string, bytes: Buffer): void {
    const name = path.split('/').at(-1) ?? ''
    this.files.set(path.toLowerCase(), { name, id: `id:${randomUUID()}`, rev: randomUUID(), path, bytes })
    this.used += bytes.length
  }

  /** What a user does with the address: the query of the redirect. */
  visit(url: string, allows: boolean): { code?: string; state: string; error?: string; returned: string } {
    const { searchParams: query } = new URL(url)
    const asked = Object.fromEntries(query)
    const { client_id, response_type, redirect_uri: returned = '', state = '', code_challenge = '' } = asked
    if (client_id !== appKey || response_type !== 'code' || asked.code_challenge_method !== 'S256')
      throw new Error('Dropbox shows an error instead of a question.')
    if (!allows) return { state, error: 'access_denied', returned }
    const code = randomUUID()
    const lasts = asked.token_access_type === 'offline'
    this.grants.set(code, { challenge: code_challenge, redirectUri: returned, lasts })
    return { code, state, returned }
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const route = (request.url ?? '').replace(/^\/(2\/)?/, '')
    this.calls.push(route)
    const isContent = contentRoutes.has(route)
    const body = await this.read(request, isContent)
    if (body === undefined) return
    const [status, answer, headers] = this.planned(route) ?? this.routed(route, request, body)
    response.writeHead(status, {
      'content-type': typeof answer === 'string' ? 'text/plain' : 'application/json',
      ...headers,
    })
    response.end(typeof answer === 'string' ? answer : JSON.stringify(answer))
  }

  /** Undefined: the connection was cut. */
  private async read(request: IncomingMessage, isContent: boolean): Promise<Buffer | undefined> {
    const chunks: Buffer[] = []
    for await (const chunk of request as AsyncIterable<Buffer>) {
      chunks.push(chunk)
      if (isContent) this.received += chunk.length
      if (isContent && this.received > (this.cuts[0] ?? Number.POSITIVE_INFINITY)) {
        this.cuts.shift()
        request.destroy()
        return undefined
      }
    }
    const body = Buffer.concat(chunks)
    if (isContent) this.taken += body.length
    return body
  }

  private planned(route: string): Answer | undefined {
    for (const fault of this.faults) {
      if (fault.route !== route) continue
      fault.seen += 1
      const { after = 0, times = 1, status, body = {}, headers } = fault
      if (fault.seen > after && fault.seen <= after + times) return [status, body, headers]
    }
    return undefined
  }

  private routed(route: string, request: IncomingMessage, body: Buffer): Answer {
    if (request.method !== 'POST') return [405, 'Method not allowed']
    if (route === 'oauth2/token') return this.token(request, body)
    const known = this.accessTokens.get((request.headers.authorization ?? '').replace(/^Bearer /, ''))
    if (known !== 'valid')
      return [401, failure(known === 'expired' ? 'expired_access_token' : 'invalid_access_token')]
    const type = request.headers['content-type']
    if (!contentRoutes.has(route)) {
      if (route === 'users/get_space_usage')
        return body.length > 0 && body.toString() !== 'null' ? badArgument(route) : this.spaceUsage()
      if (type !== 'application/json') return [400, 'Bad HTTP "Content-Type" header']
      const argument = parsed(body.toString())
      if (route === 'files/get_metadata')
        return fits(argument, ['path']) ? this.metadata(argument) : badArgument(route)
      if (route === 'files/delete_v2')
        return fits(argument, ['path', 'parent_rev']) ? this.remove(argument) : badArgument(route)
      return [404, 'Unknown API function']
    }
    if (type !== 'application/octet-stream') return [400, 'Bad HTTP "Content-Type" header']
    const header = String(request.headers['dropbox-api-arg'] ?? '')
    const argument = /^[\x20-\x7e]+$/.test(header) ? parsed(header) : undefined
    if (argument?.content_hash !== undefined && argument.content_hash !== hashOfContent(body))
      return conflict({ '.tag': 'content_hash_mismatch' })
    if (route === 'files/upload')
      return fits(argument, ['path', 'mode', 'autorename', 'mute', 'strict_conflict', 'content_hash'])
        ? this.upload(argument, body)
        : badArgument(route)
    if (route === 'files/upload_session/start')
      return fits(argument, ['close', 'session_type', 'content_hash'])
        ? this.start(argument, body)
        : badArgument(route)
    if (route === 'files/upload_session/append_v2')
      return fits(argument, ['cursor', 'close', 'content_hash'])
        ? this.append(argument, body)
        : badArgument(route)
    return fits(argument, ['cursor', 'commit', 'content_hash'])
      ? this.finish(argument, body)
      : badArgument(route)
  }

  private token({ headers }: IncomingMessage, body: Buffer): Answer {
    if (headers['content-type'] !== 'application/x-www-form-urlencoded')
      return [400, { error: 'invalid_request' }]
    const form = Object.fromEntries(new URLSearchParams(body.toString()))
    if (form.client_id !== appKey)
      return [400, { error: 'invalid_client: Invalid client_id or client_secret' }]
    const access = `access-${randomUUID()}`
    const granted = { access_token: access, token_type: 'bearer', expires_in: 14_400 }
    if (form.grant_type === 'refresh_token') {
      if (!this.refreshTokens.has(form.refresh_token ?? ''))
        return [400, { error: 'invalid_grant', error_description: 'refresh token is invalid or revoked' }]
      this.accessTokens.set(access, 'valid')
      return [200, granted]
    }
    if (form.grant_type !== 'authorization_code') return [400, { error: 'unsupported_grant_type' }]
    const grant = this.grants.get(form.code ?? '')
    this.grants.delete(form.code ?? '')
    const challenge = createHash('sha256')
      .update(form.code_verifier ?? '')
      .digest('base64url')
    if (!grant || grant.redirectUri !== form.redirect_uri)
      return [400, { error: 'invalid_grant', error_description: "code doesn't exist or has expired" }]
    if (grant.challenge !== challenge)
      return [400, { error: 'invalid_grant', error_description: 'invalid code verifier' }]
    this.accessTokens.set(access, 'valid')
    const lasting = grant.lasts && { refresh_token: this.connected() }
    return [200, { ...granted, ...lasting, account_id: 'dbid:AAH4f99T0taONIb', uid: '12345' }]
  }

  private spaceUsage(): Answer {
    return [200, { used: this.used, allocation: this.allocation }]
  }

  private start({ close = false }: Json, body: Buffer): Answer {
    const id = `pid_upload_session:${randomUUID()}`
    this.sessions.set(id, { parts: [body], size: body.length, closed: close === true })
    this.appended()
    return [200, { session_id: id }]
  }

  private found(cursor: unknown): { readonly session?: Session; readonly id: string; readonly wrong?: Json } {
    const { session_id: id, offset } = Object(cursor) as {
      readonly session_id: string
      readonly offset: number
    }
    const session = this.sessions.get(id)
    if (!session) return { id, wrong: { '.tag': 'not_found' } }
    if (session.size !== offset)
      return { id, wrong: { '.tag': 'incorrect_offset', correct_offset: session.size } }
    return { id, session }
  }

  private append({ cursor, close = false }: Json, body: Buffer): Answer {
    const { session, wrong } = this.found(cursor)
    if (!session) return conflict(wrong ?? {})
    if (session.closed) return conflict({ '.tag': 'closed' })
    session.parts.push(body)
    session.size += body.length
    session.closed = close === true
    this.appended()
    return [200, null]
  }

  private finish({ cursor, commit }: Json, body: Buffer): Answer {
    const { session, id, wrong } = this.found(cursor)
    if (!session) return conflict({ '.tag': 'lookup_failed', lookup_failed: wrong })
    if (body.length > 0) {
      session.parts.push(body)
      session.size += body.length
    }
    const stored = this.store(Object(commit) as Json, Buffer.concat(session.parts))
    if (stored.wrong) return conflict({ '.tag': 'path', path: stored.wrong })
    this.sessions.delete(id)
    return [200, metadataOf(stored.file)]
  }

  private upload(argument: Json, body: Buffer): Answer {
    const stored = this.store(argument, body)
    if (stored.wrong)
      return conflict({ '.tag': 'path', reason: stored.wrong, upload_session_id: 'pid_upload_session:x' })
    return [200, metadataOf(stored.file)]
  }

  /** With the conflicts that are documented for the mode `add`. */
  private store(
    { path, mode, autorename = false }: Json,
    bytes: Buffer,
  ): { readonly file: StoredFile; readonly wrong?: never } | { readonly wrong: Json } {
    if (typeof path !== 'string' || !/^(\/[^/\\]+)+$/.test(path))
      return { wrong: { '.tag': 'malformed_path' } }
    if (mode !== 'add') throw new Error('Another mode.')
    if (path.startsWith('/readonly/')) return { wrong: { '.tag': 'no_write_permission' } }
    if (path.endsWith('.forbidden')) return { wrong: { '.tag': 'disallowed_name' } }
    const ancestors = path.toLowerCase().split('/').slice(0, -1)
    for (let depth = 2; depth <= ancestors.length; depth++)
      if (this.files.has(ancestors.slice(0, depth).join('/')))
        return { wrong: { '.tag': 'conflict', conflict: { '.tag': 'file_ancestor' } } }
    let free = path
    for (let number = 1; this.files.has(free.toLowerCase()); number++) {
      const there = this.files.get(free.toLowerCase())
      if (there && number === 1 && there.bytes.equals(bytes)) return { file: there }
      if (!autorename) return { wrong: { '.tag': 'conflict', conflict: { '.tag': 'file' } } }
      free = path.replace(/(\.[^./]*)?$/, (ending) => ` (${number})${ending}`)
    }
    const { allocated = 0 } = this.allocation as { readonly allocated?: number }
    if (this.used + bytes.length > allocated) return { wrong: { '.tag': 'insufficient_space' } }
    this.put(free, this.alters ? Buffer.from(bytes).fill(0, 0, 1) : bytes)
    return { file: this.files.get(free.toLowerCase()) as StoredFile }
  }

  private metadata({ path }: Json): Answer {
    const file = this.files.get(String(path).toLowerCase())
    if (!file) return conflict({ '.tag': 'path', path: { '.tag': 'not_found' } })
    return [200, { '.tag': 'file', ...metadataOf(file) }]
  }

  private remove({ path, parent_rev: rev }: Json): Answer {
    const [key, file] = [...this.files].find(([, one]) => one.id === path && one.rev === rev) ?? []
    if (key === undefined || !file)
      return conflict({ '.tag': 'path_lookup', path_lookup: { '.tag': 'not_found' } })
    this.files.delete(key)
    this.used -= file.bytes.length
    return [200, { metadata: metadataOf(file) }]
  }
}

const contentRoutes: ReadonlySet<string> = new Set([
  'files/upload',
  'files/upload_session/start',
  'files/upload_session/append_v2',
  'files/upload_session/finish',
])

const failure = (tag: string) => ({ error_summary: `${tag}/..`, error: { '.tag': tag } })

function conflict(error: Json): Answer {
  return [409, { error_summary: `${error['.tag']}/...`, error }]
}

function badArgument(route: string): Answer {
  return [400, `Error in call to API function "${route}": request body: could not decode input as JSON`]
}

function parsed(text: string): Json | undefined {
  try {
    return Object(JSON.parse(text)) as Json
  } catch {
    return undefined
  }
}

function fits(argument: Json | undefined, known: readonly string[]): argument is Json {
  return argument !== undefined && Object.keys(argument).every((name) => known.includes(name))
}

function metadataOf({ name, id, rev, path, bytes }: StoredFile): Json {
  return {
    ...{ name, id, rev, size: bytes.length, path_display: path, path_lower: path.toLowerCase() },
    ...{ content_hash: hashOfContent(bytes), is_downloadable: true },
    ...{ client_modified: '2026-01-02T03:04:05Z', server_modified: '2026-01-02T03:04:05Z' },
  }
}

/** As it is documented; written anew, so that it does not share the mistakes of what is tested. */
function hashOfContent(bytes: Buffer): string {
  const blocks: Buffer[] = []
  for (let at = 0; at < bytes.length; at += 4_194_304)
    blocks.push(
      createHash('sha256')
        .update(bytes.subarray(at, at + 4_194_304))
        .digest(),
    )
  return createHash('sha256').update(Buffer.concat(blocks)).digest('hex')
}
