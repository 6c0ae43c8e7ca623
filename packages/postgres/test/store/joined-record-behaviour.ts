import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { createPiecework, type Database, isPieceworkError, memoryArtifacts, type Pack } from '@piecework/core'
import type { RecordEntry } from '@piecework/core/store'
import { postgresStore } from '@piecework/postgres'
import { inProcess } from '@piecework/runtime-inprocess'

type Test = (name: string, run: () => Promise<void>) => void

const pack: Pack = {
  name: 'sample',
  kinds: [
    {
      kind: 'project',
      table: 'projects',
      parentOf: async () => undefined,
      listUnder: async () => [],
      describe: async ({ id }) => (id.startsWith('0') ? undefined : { name: id }),
    },
  ],
  pieces: [
    {
      contract: 1,
      name: 'project/notes',
      of: 'project',
      version: 1,
      exportOnly: true,
      exporter: { export: async () => ({ rows: 0 }) },
    },
  ],
}

/** The record of what is asked inside transactions of the host, on a database with one connection. */
export function joinedRecordBehaviour(test: Test, database: () => Database): void {
  test("what is refused or fails in a host's transaction is recorded, whatever becomes of that", async () => {
    const [ann, eve] = [{ id: randomUUID() }, { id: randomUUID() }]
    const piecework = createPiecework({
      packs: [pack],
      store: postgresStore({ database: database() }),
      artifacts: memoryArtifacts(),
      runtime: inProcess(),
      access: { allows: async ({ id }, action) => id === ann.id || action === 'record' },
    })
    const [here, absent] = [randomUUID().replace(/^./, '1'), randomUUID().replace(/^./, '0')]
    for (const end of ['rolls back', 'commits']) {
      const asked = database().transaction(async (tx) => {
        const joined = piecework.using(tx)
        for (const [principal, id, code] of [
          [eve, here, 'resource-not-found'],
          [ann, absent, 'resource-not-found'],
        ] as const)
          await assert.rejects(joined.export({ resource: { kind: 'project', id }, principal }), (error) =>
            isPieceworkError(error, code),
          )
        await joined.export({ resource: { kind: 'project', id: here }, principal: ann })
        if (end === 'rolls back') throw new Error('the host changed its mind')
      })
      if (end === 'commits') await asked
      else await assert.rejects(asked, /changed its mind/)
    }
    const said = ({ outcome, code }: RecordEntry) => [outcome, code]
    const recorded = async (principal: { id: string }, count: number) => {
      const signal = AbortSignal.timeout(10_000)
      for (;;) {
        const entries = await piecework.record({ principal }, { principal: ann })
        if (entries.length >= count || signal.aborted) return entries.map(said).sort()
        await sleep(10)
      }
    }
    assert.deepEqual(await recorded(eve, 2), [
      ['refused', 'forbidden'],
      ['refused', 'forbidden'],
    ])
    assert.deepEqual(await recorded(ann, 3), [
      ['allowed', undefined],
      ['failed', 'resource-not-found'],
      ['failed', 'resource-not-found'],
    ])
  })
}
