// Checks and delivers, and prints what came of it. Arguments: JSON.
import { isPieceworkError } from '@piecework/core'
import { deliveryOf, mebibyte, targetFor } from './support.js'

const { url, ca, credential } = JSON.parse(process.argv[2] ?? '{}') as {
  readonly url: string
  readonly ca: string
  readonly credential: unknown
}
const settings = { ca, allowNetworks: ['127.0.0.0/8'], lookup: async () => ['127.0.0.1'] }
const target = targetFor({ settings }, credential)
const destination = { bucket: 'box', credential: 'key', endpoint: url }
const codes: string[] = []
const tried = async (work: Promise<unknown> | undefined) => {
  try {
    await work
    codes.push('well')
  } catch (error) {
    codes.push(isPieceworkError(error) ? error.code : String(error))
  }
}
await tried(target.check?.({ principal: { id: 'ann' }, destination }))
for (const size of [10, 6 * mebibyte]) await tried(target.deliver(deliveryOf(size).context(destination)))
// Only what hosts see of it.
process.stdout.write(JSON.stringify(codes))
