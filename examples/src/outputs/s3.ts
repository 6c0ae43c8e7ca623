import { createPiecework, isPieceworkError, PieceworkError } from '@piecework/core'
import { type S3Credential, s3Credential, s3Target } from '@piecework/delivery'
import { inProcess } from '@piecework/runtime-inprocess'
import { cookbook } from './recipes.js'

/** Of each user, by the name that requests say; a host keeps them sealed. */
const given = new Map<string, S3Credential>([
  ['ann/backup', s3Credential.parse({ accessKeyId: 'AKIAANN', secretAccessKey: 'known-to-ann-alone' })],
])

const buckets = s3Target({
  credentials: {
    open: async (id, { principal }) => {
      const credential = given.get(`${principal.id}/${id}`)
      if (!credential) throw new PieceworkError('delivery-auth', `There is no credential "${id}" of yours.`)
      return credential
    },
    revoked: async () => {},
  },
})

const piecework = createPiecework({ packs: [cookbook], runtime: inProcess(), targets: [buckets] })
await piecework.start()

const destinations = [
  { bucket: 'ann-backups', region: 'eu-central-1', prefix: 'recipes', credential: 'other' },
  { bucket: 'ann-backups', endpoint: 'https://169.254.169.254', credential: 'backup' },
  { bucket: 'ann-backups', region: 'x.example.org/', credential: 'backup' },
]
for (const destination of destinations) {
  const asked = piecework.export({
    resource: { kind: 'recipe', id: 'soup' },
    deliver: [{ target: 's3', destination }],
    principal: { id: 'ann' },
  })
  const error: unknown = await asked.catch((refused: unknown) => refused)
  if (isPieceworkError(error)) console.log(`${error.code}: ${error.message}`)
}
await piecework.stop()
