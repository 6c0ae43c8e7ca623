import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { type ByteRange, type EntryFile, entriesOf, type Queryable } from '@piecework/core/piece'
import { legacyPieces } from '@piecework/pieces-legacy'
import { principal } from '../planning/host.js'

const target = { kind: 'project', id: '00000000-0000-4000-8000-000000000002' }

const noDatabase: Queryable = {
  query: async () => {
    throw new Error('puvspr.dat is checked without a database')
  },
}

/** Runs the validator of puvspr.dat over a folder's files, without job and database. */
export async function validatedAlone(files: Readonly<Record<string, string>>) {
  let rows = 0
  // The last validator of this piece reads puvspr.dat.
  const validator = legacyPieces()
    .find(({ name }) => name === 'legacy/features')
    ?.validators?.at(-1)
  if (!validator) throw new Error('The piece legacy/features has no validator.')
  const findings = validator.validate({
    jobId: 'bench',
    resource: target,
    target,
    principal,
    options: {},
    signal: new AbortController().signal,
    entries: entriesOf(await Promise.all(Object.entries(files).map(entry))),
    tx: noDatabase,
    carries: () => true,
    progress: (done) => {
      rows = done
    },
  })
  for await (const { severity, message } of findings)
    if (severity === 'error') throw new Error(`The made project is wrong: ${message}`)
  return { rows, movingSeconds: 0, pieces: [] }
}

async function entry([path, file]: readonly [string, string]): Promise<EntryFile> {
  const { size } = await stat(file)
  return {
    path,
    facts: { size },
    open: (range?: ByteRange) => createReadStream(file, range && { start: range.start, end: range.end - 1 }),
  }
}
