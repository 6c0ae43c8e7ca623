import { isPieceworkError, type JobHandle, type Piecework, type Principal } from '@piecework/core'
import { deliverTo, followUps, outputs } from './delivery.js'
import { endWithParent } from './end-with-parent.js'
import { soakHost } from './host.js'
import type { Place, SoakJob, Sources } from './place.js'

/** What the process of a host's server is asked for. */
export interface Ask {
  readonly job: SoakJob
  readonly principal: Principal
  readonly sources: Sources
}

/** Several may be under way; the answer to each has its number. */
export interface Numbered<T> {
  readonly number: number
  readonly said: T
}

/** `refused` is the error's code. */
export type Answer = { readonly accepted: string } | { readonly refused: string }

const requests: Readonly<Record<SoakJob, (piecework: Piecework, ask: Ask) => Promise<JobHandle>>> = {
  export: (piecework, { principal, sources }) => piecework.export({ resource: sources.project, principal }),
  import: (piecework, { principal, sources }) =>
    piecework.import({ archive: { file: sources.archive }, principal }),
  clone: (piecework, { principal, sources }) => piecework.clone({ resource: sources.project, principal }),
  'legacy import': async (piecework, { principal, sources }) => {
    const preparation = await piecework.createDraft({ format: 'legacy-marxan', principal, name: 'Legacy' })
    for (const [role, file] of Object.entries(sources.uploads)) await preparation.upload(role, { file })
    return preparation.run()
  },
  delivery: (piecework, { principal, sources }) =>
    piecework.export({
      resource: sources.project,
      principal,
      outputs,
      deliver: deliverTo(principal),
      ...followUps,
    }),
  redelivery: (piecework, { principal, sources }) =>
    piecework.redeliver(sources.made ?? '', { principal, deliver: deliverTo(principal), ...followUps }),
}

/** A process that asks and does nothing else, at the place in argv[2]. */
const host = soakHost(JSON.parse(process.argv[2] ?? '') as Place, 'requester')
endWithParent()
process.on('message', ({ number, said }: Numbered<Ask>) => {
  void answer(said).then((answered) => process.send?.({ number, said: answered } satisfies Numbered<Answer>))
})
process.send?.('started')

async function answer(ask: Ask): Promise<Answer> {
  try {
    return { accepted: (await requests[ask.job](host.piecework, ask)).id }
  } catch (error) {
    if (isPieceworkError(error)) return { refused: error.code }
    return { refused: error instanceof Error ? error.message : String(error) }
  }
}
