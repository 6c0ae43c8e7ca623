import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { Account, type Answer } from './account.js'
import type { DriveMood } from './drive-mood.js'
import { type Trouble, troubleOf } from './trouble.js'

/** Speaks of Dropbox's API what its target asks for, in the process of the soak; each refresh token has an account. */
export interface Drive {
  readonly port: number
  account(refreshToken: string): Account
  /** The function ends it. */
  setMood(mood: DriveMood): () => void
  /** Forgets all accounts. */
  clear(): void
  stop(): Promise<void>
}

/** Of each call with bytes of a file, so that a delivery has a middle. */
const callMs = 15
/** Of an account, where there is no mood. */
const usualTroubles = { share: 0.25, atMost: 2, everywhere: false }
const moodyTroubles = { share: 0.5, atMost: 6, everywhere: true }

/** Always cuts, or refuses for a moment, some of the calls with bytes. */
export async function startDrive(random: () => number): Promise<Drive> {
  const accounts = new Map<string, Account>()
  const account = (refreshToken: string): Account => {
    const known = accounts.get(refreshToken) ?? new Account()
    accounts.set(refreshToken, known)
    return known
  }
  let mood: DriveMood | undefined

  const planned = (of: Account, isContent: boolean): Trouble | undefined => {
    const { share, atMost, everywhere } = mood === 'troubled' ? moodyTroubles : usualTroubles
    if ((!isContent && !everywhere) || of.troubles >= atMost || random() >= share) return undefined
    of.troubles += 1
    return troubleOf(random)
  }

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    // A request that ends has none any more.
    const { socket } = request
    const route = (request.url ?? '').replace(/^\/(2\/)?/, '')
    const isToken = route === 'oauth2/token'
    const length = Number(request.headers['content-length'] ?? 0)
    const isContent = request.headers['dropbox-api-arg'] !== undefined
    const bearer = (request.headers.authorization ?? '').replace(/^Bearer access /, '')
    const trouble = isToken ? undefined : planned(account(bearer), isContent)
    const body = await read(request, trouble?.is === 'cut' ? trouble.share * length : undefined)
    if (!body) return void socket.destroy()
    if (isContent) await sleep(callMs)
    // A process that has died asks for nothing.
    if (socket.destroyed) return
    const said = isToken
      ? tokenFor(body, mood)
      : answer(account(bearer), { route, request, body, mood }, trouble)
    if (trouble?.is === 'unheard') return void socket.destroy()
    response.writeHead(said.status, { 'content-type': 'application/json', ...said.headers })
    response.end(JSON.stringify(said.body))
  }

  const server = createServer((request, response) => {
    const { socket } = request
    handle(request, response).catch(() => socket.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    account,
    setMood: (next) => {
      mood = next
      return () => {
        mood = undefined
      }
    },
    clear: () => accounts.clear(),
    stop: async () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

interface Call {
  readonly route: string
  readonly request: IncomingMessage
  readonly body: Buffer
  readonly mood: DriveMood | undefined
}

function answer(
  account: Account,
  { route, request, body, mood }: Call,
  trouble: Trouble | undefined,
): Answer {
  if (trouble?.is === 'refused') return trouble.answer
  if (mood === 'withdrawn') return { status: 401, body: { error: { '.tag': 'invalid_access_token' } } }
  const header = request.headers['dropbox-api-arg']
  if (header !== undefined) return account.take(route, JSON.parse(String(header)), body, mood === 'full')
  return account.tell(route, body.length > 0 ? JSON.parse(body.toString()) : {}, mood === 'full')
}

function tokenFor(body: Buffer, mood: DriveMood | undefined): Answer {
  if (mood === 'withdrawn') return { status: 400, body: { error: 'invalid_grant' } }
  const refreshToken = new URLSearchParams(body.toString()).get('refresh_token')
  return { status: 200, body: { access_token: `access ${refreshToken}`, expires_in: 14_400 } }
}

/** Undefined: it was cut after so many bytes, or its process has died. */
async function read(request: IncomingMessage, cutAt: number | undefined): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  try {
    if (cutAt !== undefined && cutAt < 1) throw new Error('Cut.')
    for await (const chunk of request as AsyncIterable<Buffer>) {
      chunks.push(chunk)
      size += chunk.length
      if (cutAt !== undefined && size >= cutAt) throw new Error('Cut.')
    }
    return Buffer.concat(chunks)
  } catch {
    return undefined
  }
}
