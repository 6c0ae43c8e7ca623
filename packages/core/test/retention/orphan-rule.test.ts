import assert from 'node:assert/strict'
import { memoryStore } from '@piecework/core'
import type { Job, JobResult } from '@piecework/core/store'
import { suite } from 'uvu'
import { createRegistry } from '#internal/plan/registry.js'
import { orphanRule } from '#internal/retention/remove-orphans.js'
import { newJob } from '../support/fake-job.js'
import { Notebooks } from '../support/notebooks.js'

const test = suite('orphans')

const host = new Notebooks()
const deps = { store: memoryStore(), registry: createRegistry([host.pack()]) }
const here = host.add('b1', 'Birds', [])

function job(status: Job['status'], result: JobResult = {}, more: Partial<Job> = {}): Job {
  const { nodes: _, claims: __, ...rest } = newJob('j1')
  return { ...rest, status, batch: 0, result, createdAt: new Date(0), changes: [], ...more }
}

const archive = { artifact: 'archives/j1/1.zip', size: 1, digest: '', expiresAt: new Date(0) }
const uploads = { options: {}, keepUploads: true } as const

const cases: readonly [string, 'jobs' | 'archives', Job | undefined, boolean][] = [
  ['no job has them', 'jobs', undefined, true],
  ['its job runs', 'jobs', job('running'), false],
  ['its draft is open', 'jobs', job('draft'), false],
  ['its job has ended', 'jobs', job('succeeded'), true],
  ['a retry begins with them', 'jobs', job('failed', { retryUntil: new Date(0) }), false],
  ['uploads of a failed import are kept', 'jobs', job('failed', {}, { request: uploads }), false],
  [
    'uploads of what is there are kept',
    'jobs',
    job('succeeded', {}, { request: uploads, target: here }),
    false,
  ],
  ['uploads of what made no resource', 'jobs', job('succeeded', {}, { request: uploads }), false],
  [
    'uploads of what the host has deleted',
    'jobs',
    job('succeeded', {}, { request: uploads, target: { kind: 'notebook', id: 'none' } }),
    true,
  ],
  [
    'uploads of a kind that this process does not know',
    'jobs',
    job('succeeded', {}, { request: uploads, target: { kind: 'poem', id: '1' } }),
    false,
  ],
  ['the archive that its job names', 'archives', job('succeeded', { archive }), false],
  [
    'an archive of an earlier attempt',
    'archives',
    job('succeeded', { archive: { ...archive, artifact: 'archives/j1/2.zip' } }),
    true,
  ],
  [
    'an archive that was deleted',
    'archives',
    job('succeeded', { archive: { ...archive, deletedAt: new Date(0) } }),
    true,
  ],
  ['an archive of an export that runs', 'archives', job('running'), false],
]

for (const [why, prefix, owner, expected] of cases)
  test(`${expected ? 'deleted' : 'left alone'}: ${why}`, async () => {
    const isOrphan = await orphanRule(deps, prefix, owner)
    assert.equal(isOrphan(prefix === 'jobs' ? 'jobs/j1/0' : archive.artifact), expected)
  })

test.run()
