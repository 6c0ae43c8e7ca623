import { PieceworkError, type Principal } from '@piecework/core'
import { json, type Model, model, type Route, route } from '@piecework/server/extension'
import { z } from 'zod'
import type { Credential } from '../credentials/credential-vault.js'
import { credentialModel, credentialView } from './credential-routes.js'

/** By name of a target, how a user connects an account of his with it. */
export type Connections = Readonly<Record<string, Connection>>

/** Connecting an account by OAuth. */
export interface Connection {
  /** Resolves to the address that the user has to open. */
  start(request: {
    readonly principal: Principal
    readonly name: string
    readonly returnTo?: string
  }): Promise<{ readonly url: string }>
  /** With what the other side has sent the user back with. */
  finish(answer: {
    readonly principal: Principal
    readonly state: string
    readonly code?: string
    readonly error?: string
  }): Promise<{ readonly credential: Credential; readonly returnTo?: string }>
}

interface StartBody {
  readonly name: string
  readonly returnTo?: string
}

interface Answer {
  readonly state: string
  readonly code?: string
  readonly error?: string
}

const startModel: Model<StartBody> = model(
  z.strictObject({
    name: z.string().min(1).max(200).describe('for oneself: which account it is'),
    returnTo: z
      .string()
      .startsWith('/')
      .max(500)
      .exactOptional()
      .describe('path of the page to come back to'),
  }),
)
const startedModel: Model<{ readonly url: string }> = model(z.strictObject({ url: z.url() }))
const answerShape = {
  state: z.string().min(1),
  code: z.string().min(1).exactOptional(),
  error: z.string().min(1).exactOptional(),
}
const answerModel: Model<Answer> = model(z.strictObject(answerShape))
/** The other side may say more. */
const callbackModel: Model<Answer> = model(z.object(answerShape).loose() as never)

/** Accounts that users connect, by name of the target. */
export function connectionRoutes(connections: Connections): readonly Route[] {
  const find = (target = ''): Connection => {
    const found = Object.hasOwn(connections, target) ? connections[target] : undefined
    if (found) return found
    throw new PieceworkError('credential/not-found', `Nothing is connected as "${target.slice(0, 100)}".`)
  }
  const finish = (target: string | undefined, { state, code, error }: Answer, principal: Principal) =>
    find(target).finish({
      principal,
      state,
      ...(code !== undefined && { code }),
      ...(error !== undefined && { error }),
    })
  const connected = { 201: { description: 'What is told of it', model: credentialModel } }
  return [
    route<never, StartBody>({
      method: 'POST',
      path: 'connections/:target',
      operation: 'connectAccount',
      summary: 'The address to open, to connect an account',
      again: 'nothing',
      body: startModel,
      answers: { 200: { description: 'To be opened by the user', model: startedModel } },
      handle: async ({ params, body, principal }) =>
        json(200, await find(params.target).start({ ...body, principal })),
    }),
    route<Answer>({
      method: 'GET',
      path: 'connections/:target/callback',
      operation: 'accountConnected',
      summary: 'Where the other side sends the user back to, who is known by a cookie',
      query: callbackModel,
      answers: { ...connected, 303: { description: 'To the page that was to be come back to' } },
      handle: async ({ params, query, principal }) => {
        const { credential, returnTo } = await finish(params.target, query, principal)
        const headers = { 'referrer-policy': 'no-referrer' }
        if (returnTo === undefined) return json(201, credentialView(credential), headers)
        return { status: 303, headers: { ...headers, location: returnTo } }
      },
    }),
    route<never, Answer>({
      method: 'POST',
      path: 'connections/:target/callback',
      operation: 'finishConnecting',
      summary: 'The same by a page of the host’s, which the other side has sent the user back to',
      body: answerModel,
      answers: connected,
      handle: async ({ params, body, principal }) =>
        json(201, credentialView((await finish(params.target, body, principal)).credential)),
    }),
  ]
}
