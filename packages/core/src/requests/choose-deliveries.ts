import { parsed } from '../archive/parse.js'
import { PieceworkError } from '../contracts/errors.js'
import type { JobDelivery } from '../contracts/job-request.js'
import type { Principal } from '../contracts/principal.js'
import type { DeliveryRequest, Target } from '../contracts/target.js'
import { deliveryDefaults } from '../defaults.js'
import { meant } from '../options/meant.js'
import { deliveryKey } from '../outputs/deliveries.js'
import { archiveOutput } from '../outputs/requested-outputs.js'
import type { Registry } from '../plan/registry.js'
import { askedAtOnce } from './asked-at-once.js'
import type { DeliverRequest } from './export-request.js'

/**
 * Deliveries of a job's outputs, as they are stored. Throws `options-invalid` for a target or an output that is
 * not known, a destination that its target refuses, and for what is asked for twice.
 */
export function chooseDeliveries(
  registry: Registry,
  given: readonly DeliverRequest[],
  { job, outputs }: { readonly job: string; readonly outputs: readonly string[] },
): readonly JobDelivery[] {
  if (given.length > deliveryDefaults.perJob)
    throw refused(`A job has ${deliveryDefaults.perJob} deliveries at most, not ${given.length}.`)
  const keys = new Set<string>()
  return given.map(({ target: name, output: named, destination: where }) => {
    const target = registry.targets.get(name)
    if (!target) throw refused(`There is no target "${name}"${meant(name, registry.targets.keys())}`)
    const output = named ?? (outputs.length === 1 ? outputs[0] : archiveOutput) ?? archiveOutput
    if (!outputs.includes(output))
      throw refused(`The output "${output}" is not made, so it cannot be delivered${meant(output, outputs)}`)
    const what = `The destination for the target "${name}"`
    const delivery = {
      target: name,
      output,
      destination: parsed('options-invalid', what, where ?? {}, target.schema),
    }
    const key = deliveryKey(job, delivery)
    if (keys.has(key)) throw refused(`The output "${output}" is to be delivered to one place twice.`)
    keys.add(key)
    return { ...delivery, key }
  })
}

/**
 * Asks the targets themselves, until one refuses or the signal ends it. `sizeOf`: of an output, as far as it is known; asked
 * only for targets that check.
 */
export async function checkDeliveries(
  registry: Registry,
  deliveries: readonly JobDelivery[],
  { principal, sizeOf, signal: given }: DeliveryChecks,
): Promise<void> {
  await askedAtOnce(deliveries, given, async ({ target, destination, output }, signal) => {
    const known: Target | undefined = registry.targets.get(target)
    if (!known?.check) return
    await known.check({ principal, destination, signal, ...(await sizeOf(output, signal)) })
  })
}

export type KnownSize = Pick<DeliveryRequest, 'size' | 'isEstimate'>

interface DeliveryChecks {
  readonly principal: Principal
  readonly signal: AbortSignal | undefined
  sizeOf(output: string, signal: AbortSignal): KnownSize | Promise<KnownSize>
}

const refused = (message: string): PieceworkError => new PieceworkError('options-invalid', message)
