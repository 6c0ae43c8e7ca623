import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Finding } from '@piecework/core/store'
import type { LawTest } from '../law.js'
import { jobBench, longLease, nothing, sampleError } from './job-bench.js'
import type { JobStoreLawsOptions } from './job-store-laws-options.js'
import { sampleJob, sampleProject } from './sample-job.js'

const warning: Finding = { severity: 'warning', code: 'sample/odd', piece: 'sample/a', message: 'Odd.' }
const error: Finding = {
  severity: 'error',
  code: 'sample/wrong',
  piece: 'sample/a',
  file: 'rows.csv',
  line: 7,
  column: 'cost',
  message: 'Wrong: "ä" is no number.',
  hint: 'Mend it.',
  fix: { role: 'rows', metadata: { cost: null } },
  count: 3,
}

/** Laws of how jobs, nodes and findings are found. Run by `jobStoreLaws`. */
export function reportLaws(test: LawTest, { make }: JobStoreLawsOptions): void {
  test('findings of work and of failures are stored as they are, errors first', async () => {
    const bench = await jobBench(await make(longLease))
    const { attempts, reports } = bench.store
    await attempts.run(await bench.lease('a'), nothing({ findings: [warning, error] }))
    const retried = { ...warning, code: 'sample/retried' }
    await attempts.fail(await bench.lease('b'), sampleError, [{ ...error, code: 'sample/failed' }, retried])
    const found = await reports.findings(bench.id)
    assert.deepEqual(
      found.map(({ severity }) => severity),
      ['error', 'error', 'warning', 'warning'],
    )
    for (const finding of [warning, error, retried]) {
      assert.ok(
        found.some((other) => JSON.stringify(entriesOf(other)) === JSON.stringify(entriesOf(finding))),
        `${finding.code} is not among the findings, or has changed`,
      )
    }
    assert.deepEqual(await reports.findings(bench.id, 2), found.slice(0, 2))
    const node = (await bench.node('a')).id
    assert.deepEqual(await reports.findings(bench.id, 10, node), [error, warning])
  })

  test('exactly once: findings of work that did not commit are not stored', async () => {
    const bench = await jobBench(await make(longLease))
    const lease = await bench.lease('a')
    await bench.done('b', { findings: [warning] })
    await bench.store.attempts.run(lease, nothing({ findings: [error] }))
    await assert.rejects(bench.store.attempts.run(lease, nothing({ findings: [error] })))
    assert.deepEqual(await bench.store.reports.findings(bench.id), [error, warning])
  })

  test('nodes are found by job and by batch, in order of batch and id', async () => {
    const bench = await jobBench(await make(longLease), {
      batches: [
        ['z', 'B', 'a'],
        ['C', 'b'],
      ],
    })
    const pieces = async (batch?: number) =>
      (await bench.store.reports.nodes(bench.id, batch === undefined ? {} : { batch })).map(
        ({ piece, task }) => piece?.slice(7) ?? task,
      )
    assert.deepEqual(await pieces(), ['B', 'a', 'z', 'C', 'b', 'finish'])
    assert.deepEqual(await pieces(1), ['C', 'b'])
    assert.deepEqual(await pieces(3), [])
  })

  test('what an export has returned is kept with its node, and listed where it is asked for', async () => {
    const bench = await jobBench(await make(longLease))
    const { reports } = bench.store
    const output = { lengths: [1, 2.5, null], 'ä"': ['\\u0000', {}] }
    await bench.done('a', { output, counts: { rows: 1 } })
    assert.deepEqual((await bench.node('a')).output, output)
    const listed = await reports.nodes(bench.id)
    assert.ok(
      listed.every((node) => node.output === undefined),
      'it is listed unasked: that of all nodes may be long',
    )
    assert.deepEqual(
      listed.map(({ id, counts }) => [id, counts]),
      [...(await reports.nodes(bench.id, { results: true })).map(({ id, counts }) => [id, counts])],
    )
    const [first] = await reports.nodes(bench.id, { batch: 0, limit: 1, results: true })
    assert.deepEqual(first?.output, output)
  })

  test('jobs are found by the resources that they read or make, newest first', async () => {
    const store = await make(longLease)
    const [project, copy, scenario] = [
      sampleProject(),
      sampleProject(),
      { kind: 'scenario', id: sampleProject().id },
    ]
    const create = async (job: ReturnType<typeof sampleJob>) => {
      // Jobs of one millisecond have no order.
      await sleep(5)
      return (await store.jobs.create({ ...job, claims: [] })).id
    }
    const exported = sampleJob({ project })
    const whole = await create({
      ...exported,
      tree: { ...project, children: [{ ...scenario, children: [] }] },
    })
    const clone = await create(sampleJob({ project, kind: 'clone', target: copy }))
    // An import's tree names the exported resource, which the import does not read.
    const imported = await create(sampleJob({ project, kind: 'import', target: copy }))
    await create(sampleJob())
    const ids = async (resource: { kind: string; id: string }, limit?: number) =>
      (await store.jobs.list({ resource, ...(limit !== undefined && { limit }) })).map(({ id }) => id)
    assert.deepEqual(await ids(project), [clone, whole])
    assert.deepEqual(await ids(copy), [imported, clone])
    assert.deepEqual(await ids(copy, 1), [imported])
    assert.deepEqual(await ids(scenario), [whole])
    assert.deepEqual(await ids({ kind: 'scenario', id: project.id }), [])
    const newest = await store.jobs.list({ limit: 4 })
    assert.deepEqual(
      newest.slice(1).map(({ id }) => id),
      [imported, clone, whole],
    )
    const makers = async (resource: { kind: string; id: string }, limit = 100) =>
      (await store.jobs.list({ resource, making: true, limit })).map(({ id }) => id)
    await create(sampleJob({ project, kind: 'validation', target: copy }))
    assert.deepEqual(await makers(copy), [imported, clone])
    assert.deepEqual(await makers(copy, 1), [imported])
    assert.deepEqual(await makers(project), [])
  })
}

const entriesOf = (finding: Finding): unknown => Object.entries(finding).sort(([a], [b]) => (a < b ? -1 : 1))
