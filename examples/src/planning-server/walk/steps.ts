import assert from 'node:assert/strict'
import { compareTwo } from '../../demo/compare-two.js'
import type { WalkStep } from './walk-step.js'

/** Lines that several parts have. */
export const follow = (status = 'succeeded', keep: WalkStep['keep'] = {}): WalkStep => ({
  title: `Its events, until it has ${status}`,
  line: 'curl -N "$API/jobs/$JOB/events" -H "$ANN"',
  status: 200,
  has: { 'job.status': status },
  keep,
})

/** `copy` and `job` are variables: what was made, and by which job. */
export const compare = (copy: string, job: string): WalkStep => ({
  title: 'It equals its source in every row and column',
  check: async (_, { variables, database }) => {
    const from = variables.PROJECT ?? ''
    const tables = await compareTwo(database, {
      from,
      to: variables[copy] ?? '',
      jobs: [variables[job] ?? ''],
    })
    const differing = tables.filter(({ differences }) => differences > 0)
    assert.deepEqual(differing, [])
    assert.ok(tables.reduce((sum, { rows }) => sum + rows, 0) > 0, 'There are no rows')
  },
})
