import {
  type ExtensionContext,
  json,
  type Model,
  model,
  noContent,
  type Route,
  route,
} from '@piecework/server/extension'
import { z } from 'zod'
import type { Credential, CredentialVault } from '../credentials/credential-vault.js'

interface CredentialView {
  readonly id: string
  readonly target: string
  readonly name: string
  readonly createdAt: string
  readonly revoked?: string
}

const credentialShape = z.strictObject({
  id: z.string(),
  target: z.string(),
  name: z.string(),
  createdAt: z.iso.datetime(),
  revoked: z.string().exactOptional().describe('why it works no more, and what to do'),
})
export const credentialModel: Model<CredentialView> = model(credentialShape as never, 'Credential')
const listModel: Model<{ readonly items: readonly CredentialView[] }> = model(
  z.strictObject({ items: z.array(credentialShape) }) as never,
)
const text = z.string().min(1).max(200)
const newModel: Model<{ readonly target: string; readonly name: string; readonly secret: unknown }> = model(
  z.strictObject({
    target: text.describe('name of the target that it is for'),
    name: text.describe('for oneself: which one it is'),
    secret: z.record(z.string(), z.unknown()).describe('what the target takes; it is never given back'),
  }),
)
const filterModel: Model<{ readonly target?: string }> = model(
  z.strictObject({ target: text.exactOptional() }),
)

/** One's own credentials. What they hold goes in, and never out. */
export function credentialRoutes({ address }: ExtensionContext, vault: CredentialVault): readonly Route[] {
  return [
    route<{ readonly target?: string }>({
      method: 'GET',
      path: 'credentials',
      operation: 'listCredentials',
      summary: 'One’s own credentials, without what they hold',
      query: filterModel,
      answers: { 200: { description: 'All of them, oldest first', model: listModel } },
      handle: async ({ query, principal }) =>
        json(200, { items: (await vault.list({ principal, ...query })).map(credentialView) }),
    }),
    route<never, { readonly target: string; readonly name: string; readonly secret: unknown }>({
      method: 'POST',
      path: 'credentials',
      operation: 'addCredential',
      summary: 'Add a credential',
      body: newModel,
      answers: { 201: { description: 'What is told of it', model: credentialModel } },
      handle: async ({ body, principal }) => {
        const added = await vault.add({ ...body, principal })
        return json(201, credentialView(added), { location: `${address}/credentials/${added.id}` })
      },
    }),
    route({
      method: 'DELETE',
      path: 'credentials/:credentialId',
      operation: 'removeCredential',
      summary: 'Remove a credential: deliveries that name it fail from now on',
      answers: { 204: { description: 'It is gone' } },
      handle: async ({ params, principal }) => {
        await vault.remove(params.credentialId ?? '', { principal })
        return noContent()
      },
    }),
  ]
}

export function credentialView({ id, target, name, createdAt, revoked }: Credential): CredentialView {
  return { id, target, name, createdAt: createdAt.toISOString(), ...(revoked !== undefined && { revoked }) }
}
