import assert from 'node:assert/strict'
import { memoryStore } from '@piecework/core'
import { isTerminal, type Job, type JobResult } from '@piecework/core/store'
import { suite } from 'uvu'
import { createRegistry } from '#internal/plan/registry.js'
import { orphanRule } from '#internal/retention/remove-orphans.js'
import { newJob } from '../support/fake-job.js'
import { Notebooks } from '../support/notebooks.js'

const test = suite('orphans')

const host = new Notebooks()
const format = {
  roles: {},
  tree: { kind: 'notebook', id: '1', children: [] },
  pieces: [],
  open: () => assert.fail(),
}
const formats = [
  { ...format, name: 'folder' },
  { ...format, name: 'kept', keepsShell: true as const },
]
const deps = { store: memoryStore(), registry: createRegistry([{ ...host.pack(), formats }]) }
const here = host.add('b1', 'Birds', [])

function job(status: Job['status'], result: JobResult = {}, more: Partial<Job> = {}): Job {
  const { nodes: _, claims: __, ...rest } = newJob('j1')
  const outcome = isTerminal(status) && { outcome: status }
  return { ...rest, status, ...outcome, batch: 0, result, createdAt: new Date(0), changes: [], ...more }
}

const archive = { artifact: 'archives/j1/1.zip', size: 1, digest: '', sha256: '', expiresAt: new Date(0) }
const uploads = { options: {}, keepUploads: true } as const
const uploadsFor = (format: string) => ({ request: { ...uploads, input: { format, uploads: [] } } })
const error = { code: 'expired', message: '', retryable: false } as const

const cases: readonly [string, 'jobs' | 'archives', Job | undefined, boolean][] = [
  ['no job has them', 'jobs', undefined, true],
  ['its job runs', 'jobs', job('running'), false],
  ['its draft is open', 'jobs', job('draft'), false],
  ['its job has ended', 'jobs', job('succeeded'), true],
  ['a retry begins with them', 'jobs', job('failed', { retryUntil: new Date(0) }), false],
  ['uploads of a failed import whose shell is kept', 'jobs', job('failed', {}, uploadsFor('kept')), false],
  [
    'uploads of a draft that was left alone',
    'jobs',
    job('cancelled', {}, { ...uploadsFor('kept'), error }),
    true,
  ],
  ['uploads of a failed import whose shell is gone', 'jobs', job('failed', {}, uploadsFor('folder')), true],
  ['an archive whose import has failed', 'jobs', job('failed', {}, uploadsFor('archive')), true],
  [
    'uploads of a format that this process does not know',
    'jobs',
    job('failed', {}, uploadsFor('other')),
    false,
  ],
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
