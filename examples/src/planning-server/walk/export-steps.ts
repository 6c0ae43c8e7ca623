import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { follow } from './steps.js'
import { type Answer, valueAt, type WalkContext, type WalkStep } from './walk-step.js'

const isSameJob = ({ json }: Answer, { variables }: WalkContext): void =>
  assert.equal(valueAt(json, 'id'), variables.JOB, 'It is another job')

export const exportSteps: readonly WalkStep[] = [
  {
    title: 'Begin, with a key',
    line: 'curl -X POST "$API/projects/$PROJECT/export" -H "$ANN" -H "Idempotency-Key: $KEY"',
    status: 202,
    keep: { JOB: 'id' },
  },
  {
    title: 'Ask again, as a client that had no answer: the same job',
    line: 'curl -X POST "$API/projects/$PROJECT/export" -H "$ANN" -H "Idempotency-Key: $KEY"',
    status: 202,
    check: isSameJob,
  },
  {
    title: 'Another request with that key',
    line: `curl -X POST "$API/projects/$PROJECT/export" -H "$ANN" -H "Idempotency-Key: $KEY" -H "$JSON" -d '{"without":["project/geodata"]}'`,
    status: 422,
    has: { code: 'request-key-used' },
  },
  follow('succeeded', { EXPORT: 'job.id', SHA256: 'job.files.0.sha256' }),
  {
    title: 'What would be downloaded; its ETag is the sha256',
    line: 'curl -I "$API/projects/$PROJECT/exports/$EXPORT/archive" -H "$ANN"',
    status: 200,
    check: ({ text }, { variables }) =>
      assert.match(text, new RegExp(`^etag: "${variables.SHA256}"\r?$`, 'im'), 'The ETag is another'),
  },
  {
    title: 'Its first bytes',
    line: 'curl -r 0-9999 -o project.zip "$API/projects/$PROJECT/exports/$EXPORT/archive" -H "$ANN"',
    status: 206,
  },
  {
    title: 'The rest',
    line: 'curl -C - -o project.zip "$API/projects/$PROJECT/exports/$EXPORT/archive" -H "$ANN"',
    status: 206,
    check: async (_, { folder, variables }) => {
      const file = await readFile(join(folder, 'project.zip'))
      const sha256 = createHash('sha256').update(file).digest('hex')
      assert.equal(sha256, variables.SHA256, 'The file is not what was exported')
    },
  },
]
