import assert from 'node:assert/strict'
import { isPieceworkError, memoryArtifacts, type PieceworkOptions } from '@piecework/core'
import { suite } from 'uvu'
import { ann, type Setup, withPiecework } from '../support/notebooks.js'

const test = suite('archive: limits at import')
type Limits = NonNullable<PieceworkOptions['limits']>

async function exported(artifacts: Setup['artifacts'], lines: readonly string[]) {
  return withPiecework(
    (host) => host.pack(),
    async (piecework, { host }) => {
      const resource = host.add('b1', 'Birds', lines)
      const { archive } = await (await piecework.export({ resource, principal: ann })).result()
      assert.ok(archive)
      return archive
    },
    { artifacts },
  )
}

/** Findings, and what the job failed with. */
async function imported(
  artifacts: Setup['artifacts'],
  archive: Awaited<ReturnType<typeof exported>>,
  limits: Limits,
) {
  return withPiecework(
    (host) => host.pack(),
    async (piecework) => {
      const job = await piecework.import({ archive, principal: ann })
      const { job: ended, findings } = await job.ended()
      return { error: ended.error, findings }
    },
    { artifacts, limits },
  )
}

/** The lowest limit that lets the archive pass. */
async function least(limited: (value: number) => Promise<unknown>): Promise<number> {
  for (let value = 1; ; ) {
    const refusal = await limited(value).catch((error: unknown) => error)
    if (!isPieceworkError(refusal)) return value
    assert.equal(refusal.code, 'archive-limit', refusal.message)
    value = Number(refusal.facts.value)
  }
}

const lines = Array.from({ length: 2000 }, (_, at) => `wren ${at % 10}`)

for (const name of [
  'archiveBytes',
  'manifestBytes',
  'entryBytes',
  'totalBytes',
  'entryRatio',
  'totalRatio',
] as const)
  test(`what was exported can be imported: an archive that takes nearly all of ${name} is told at import`, async () => {
    const artifacts = memoryArtifacts()
    const archive = await exported(artifacts, lines)
    const limited = (value: number) => imported(artifacts, archive, { ratioFreeBytes: 0, [name]: value })
    const value = name === 'archiveBytes' ? archive.size : await least(limited)
    const { error, findings } = await limited(value)
    assert.equal(error, undefined)
    assert.deepEqual(
      findings.map(({ severity, code, message, hint }) => [severity, code, message, hint]),
      [
        [
          'warning',
          'core/near-limit',
          `The archive takes 100 % of "${name}" (${value} of ${value}): if what is imported grows, it cannot be exported here.`,
          `Raise limits.${name}.`,
        ],
      ],
    )
    assert.deepEqual((await limited(Math.ceil(value / 0.9) + 1)).findings, [])
  })

test('what was exported can be imported: an archive of nearly as many entries as may be is told at import', async () => {
  const artifacts = memoryArtifacts()
  const archive = await exported(artifacts, lines)
  const [finding] = (await imported(artifacts, archive, { entries: 1 })).findings
  assert.match(finding?.message ?? '', /^The archive takes 100 % of "entries" \(1 of 1\)/)
})

test('what was exported can be imported: a record that no export of this host could write is refused at import', async () => {
  const artifacts = memoryArtifacts()
  const archive = await exported(artifacts, ['x'.repeat(200_000)])
  const { error } = await imported(artifacts, archive, { recordBytes: 100_000 })
  assert.equal(error?.message, 'Entry "lines.csv": Record 2 is longer than 100000 bytes')
  assert.equal((await imported(artifacts, archive, { recordBytes: 200_001 })).error, undefined)
})

test.run()
