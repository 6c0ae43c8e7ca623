import assert from 'node:assert/strict'
import { compare, follow } from './steps.js'
import { valueAt, type WalkStep } from './walk-step.js'

const clone = (name: string): WalkStep => ({
  title: `Copy it as ${name}`,
  line: `curl "$API/projects/$PROJECT/clone" -H "$ANN" -H "$JSON" -d '{"name":"${name}"}'`,
  status: 202,
  keep: { JOB: 'id' },
})

/** It may have been faster than the line that cancels it. */
const hasEnded: WalkStep['check'] = ({ json }) =>
  assert.match(String(valueAt(json, 'job.status')), /^(cancelled|succeeded)$/, 'It has not ended so')

export const cloneSteps: readonly WalkStep[] = [
  clone('Copied'),
  follow('succeeded', { COPIED: 'job.resource.id' }),
  compare('COPIED', 'JOB'),
  {
    title: 'Copy a scenario inside its project',
    line: `curl "$API/projects/$PROJECT/scenarios/$SCENARIO/clone" -H "$ANN" -H "$JSON" -d '{"name":"Another plan"}'`,
    status: 202,
    keep: { JOB: 'id' },
  },
  follow(),
  clone('Not wanted'),
  {
    title: 'Cancel it: unless it was finished, what it has made goes',
    line: 'curl -X POST "$API/jobs/$JOB/cancel" -H "$ANN"',
    status: 202,
  },
  {
    title: 'Its events, until it has ended',
    line: 'curl -N "$API/jobs/$JOB/events" -H "$ANN"',
    status: 200,
    check: hasEnded,
  },
  {
    title: 'Its newest state, for clients without streams',
    line: 'curl "$API/jobs/$JOB/events" -H "$ANN" -H "Prefer: wait=20"',
    status: 200,
    check: hasEnded,
  },
  {
    title: 'The newest jobs of ann',
    line: 'curl "$API/jobs?requestedBy=me&limit=3" -H "$ANN"',
    status: 200,
    has: { 'items.length': 3 },
  },
  {
    title: 'What is complete is not discarded here',
    line: 'curl -X DELETE "$API/projects/$PROJECT" -H "$ANN"',
    status: 409,
    has: { code: 'unsupported' },
  },
]
