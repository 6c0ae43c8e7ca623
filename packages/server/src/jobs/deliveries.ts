import { isTerminal, type Job } from '@piecework/core'
import { z } from 'zod'
import { type Model, model } from '../http/model.js'

/** One delivery of a job, as far as it has come. */
export interface DeliveryView {
  readonly target: string
  readonly output: string
  /** As its target has understood it; without secrets. */
  readonly destination: unknown
  readonly status: 'waiting' | 'delivered' | 'failed'
  readonly deliveredAt?: string
  /** Where it is now, for people; of a link its id. */
  readonly location?: string
}

export const deliveriesModel: Model<{ readonly items: readonly DeliveryView[] }> = model(
  z.strictObject({
    items: z.array(
      z.strictObject({
        target: z.string(),
        output: z.string(),
        destination: z.unknown(),
        status: z.enum(['waiting', 'delivered', 'failed']),
        deliveredAt: z.string().exactOptional(),
        location: z.string().exactOptional(),
      }),
    ),
  }) as never,
  'Deliveries',
)

/** In the order in which they were asked for. */
export function deliveriesOf({ status, request, result }: Job): readonly DeliveryView[] {
  const done = new Map(result.deliveries?.map((one) => [one.key, one]))
  return (request.deliver ?? []).map(({ target, output, destination, key }) => {
    const delivered = done.get(key)
    const { location } = delivered ?? {}
    return {
      target,
      output,
      destination,
      status: delivered ? 'delivered' : isTerminal(status) ? 'failed' : 'waiting',
      ...(delivered && { deliveredAt: delivered.deliveredAt.toISOString() }),
      ...(location !== undefined && { location }),
    }
  })
}
