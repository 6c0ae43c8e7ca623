import assert from 'node:assert/strict'
import { follow } from './steps.js'
import { valueAt, type WalkStep } from './walk-step.js'

const draft = '"$API/projects/import/legacy/$DRAFT'

const upload = (role: string, path: string): WalkStep => ({
  title: `Upload ${role}`,
  line: `curl ${draft}/data-file" -H "$ANN" -F role=${role} -F "file=@$SAMPLE/${path}"`,
  status: 201,
})

const prepare = (name: string): WalkStep => ({
  title: 'Prepare a hidden project',
  line: `curl "$API/projects/import/legacy" -H "$ANN" -H "$JSON" -d '{"name":"${name}"}'`,
  status: 201,
  keep: { DRAFT: 'id' },
})

const validate: WalkStep = {
  title: 'Validate, and write nothing',
  line: `curl -X POST ${draft}/validate" -H "$ANN"`,
  status: 202,
  keep: { JOB: 'id' },
}

/** A part of puvspr.dat, from an offset in bytes on. */
const send = (title: string, from: number, command: string): WalkStep => ({
  title,
  line: `${command} "$SAMPLE/input/puvspr.dat" | curl -X PATCH "$API/uploads/$UPLOAD" -H "$ANN" -H "$TUS" -H "Upload-Offset: ${from}" -H "Content-Type: application/offset+octet-stream" --data-binary @-`,
  status: 204,
})

const inParts: readonly WalkStep[] = [
  {
    title: 'Begin an upload that can go on (tus)',
    line: `curl -X POST ${draft}/data-file" -H "$ANN" -H "$TUS" -H "Upload-Length: $(cat "$SAMPLE/input/puvspr.dat" | wc -c | tr -d ' ')" -H "Upload-Metadata: role $(printf puvspr.dat | base64),filename $(printf puvspr.dat | base64)"`,
    status: 201,
    keep: { UPLOAD: 'id' },
  },
  send('Send some of it', 0, 'head -c 2000'),
  {
    title: 'How far it is',
    line: 'curl -I "$API/uploads/$UPLOAD" -H "$ANN" -H "$TUS"',
    status: 200,
    check: ({ text }) => assert.match(text, /^upload-offset: 2000\r?$/im, 'It is not at 2000'),
  },
  send('Send the rest', 2000, 'tail -c +2001'),
]

const discard: readonly WalkStep[] = [
  prepare('Not wanted'),
  {
    title: 'Cancel it before it is run',
    line: `curl -X POST ${draft}/cancel" -H "$ANN"`,
    status: 202,
  },
  {
    title: 'Remove what there is of it',
    line: 'curl -X DELETE "$API/projects/$DRAFT" -H "$ANN"',
    status: 204,
  },
  {
    title: 'It is gone',
    line: 'curl "$API/projects/$DRAFT/status" -H "$ANN"',
    status: 404,
    has: { code: 'resource-not-found' },
  },
]

export const legacySteps: readonly WalkStep[] = [
  prepare('From files'),
  upload('planning-grid', 'shapefile/pulayer.zip'),
  upload('input.dat', 'input.dat'),
  upload('spec.dat', 'input/spec.dat'),
  upload('bound.dat', 'input/bound.dat'),
  {
    title: 'Upload a pu.dat with a mistake in its second line',
    line: `sed '2s/,[0-9.]*,/,much,/' "$SAMPLE/input/pu.dat" | curl ${draft}/data-file" -H "$ANN" -F role=pu.dat -F "file=@-;filename=pu.dat"`,
    status: 201,
    keep: { FILE: 'id' },
  },
  {
    title: 'Run it too early: one file is missing',
    line: `curl -X POST ${draft}" -H "$ANN"`,
    status: 422,
    has: { code: 'input-incomplete', missing: ['puvspr.dat'] },
  },
  ...inParts,
  validate,
  follow('failed'),
  {
    title: 'What is wrong',
    line: `curl ${draft}/validation-results" -H "$ANN"`,
    status: 200,
    check: ({ json }) => {
      const files = valueAt(json, 'files') as {
        findings: { severity: string; file?: string; line?: number }[]
      }[]
      const errors = files.flatMap(({ findings }) => findings).filter(({ severity }) => severity === 'error')
      assert.deepEqual(
        errors.map(({ file, line }) => [file, line]),
        [['pu.dat', 2]],
        'That is not what is wrong',
      )
    },
  },
  {
    title: 'Remove that file',
    line: `curl -X DELETE ${draft}/data-file/$FILE" -H "$ANN"`,
    status: 204,
  },
  upload('pu.dat', 'input/pu.dat'),
  validate,
  follow(),
  {
    title: 'Run it, with a key',
    line: `curl -X POST ${draft}" -H "$ANN" -H "Idempotency-Key: $KEY-run"`,
    status: 202,
    keep: { JOB: 'id' },
  },
  follow('succeeded', { FROM_FILES: 'job.resource.id' }),
  {
    title: 'It is a project as any other',
    line: 'curl "$HOST/projects" -H "$ANN"',
    status: 200,
    check: ({ json }, { variables }) => {
      const list = json as { id: string; units: number }[]
      const unitsOf = (id: string | undefined) => list.find((project) => project.id === id)?.units
      assert.equal(unitsOf(variables.FROM_FILES), unitsOf(variables.PROJECT), 'It has other planning units')
    },
  },
  ...discard,
]
