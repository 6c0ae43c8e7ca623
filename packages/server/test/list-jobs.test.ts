import assert from 'node:assert/strict'
import type { Job, Piecework } from '@piecework/core'
import { suite } from 'uvu'
import { listJobs } from '#internal/jobs/list-jobs.js'

const test = suite('pages of jobs')

test('a page of some jobs of a resource looks through a thousand, and the next goes on behind them', async () => {
  const all = Array.from({ length: 2500 }, (_, at) => ({
    id: `j${at}`,
    kind: at % 1200 ? 'import' : 'export',
  }))
  let asked = 0
  const jobs: Piecework['jobs'] = async ({ after, limit }) => {
    asked += 1
    const from = all.findIndex(({ id }) => id === after) + 1
    return all.slice(from, from + (limit ?? 0)) as unknown as readonly Job[]
  }
  const pages: unknown[] = []
  let after: string | undefined
  do {
    const listing = { principal: { id: 'ann' }, limit: 1, ...(after !== undefined && { after }) }
    const page = await listJobs({ jobs }, listing, ({ kind }) => kind === 'export')
    after = page.next
    pages.push([page.jobs.map(({ id }) => id), after])
  } while (after !== undefined)
  assert.deepEqual(pages, [
    [['j0'], 'j999'],
    [['j1200'], 'j1999'],
    [['j2400'], undefined],
  ])
  assert.equal(asked, 3)
})

test.run()
