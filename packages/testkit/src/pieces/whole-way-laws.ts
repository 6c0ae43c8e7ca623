import assert from 'node:assert/strict'
import type { Diff, ExportRequest, JobReport, Piecework } from '@piecework/core'
import type { ArchiveRef } from '@piecework/core/piece'
import type { Database, ResourceRef } from '@piecework/core/store'
import { withFindings } from '../findings-text.js'
import { type LawTest, patience } from '../law.js'
import { within } from '../within.js'
import { assertEqualContent } from './content.js'
import { removeResource, withLawHost } from './law-host.js'
import type { PieceLawsOptions, Sample } from './piece-laws-options.js'

const anybody = { id: 'laws' }

/** Laws of the way through an archive, as jobs of a host go it. Run by `pieceLaws`. */
export function wholeWayLaws(test: LawTest, options: PieceLawsOptions): void {
  const { name, comparer, exporter, importer } = options.piece
  const { principal = anybody } = options
  if (!options.kind.shell) return

  test(`what was exported can be imported: ${name}: by the host that exported it`, () =>
    throughAnArchive(options, async ({ validated }) => {
      assertSucceeded('the archive is not valid', validated)
    }))

  if (exporter?.parts)
    test(`honest counts: ${name}: its parts together are the whole`, () =>
      throughAnArchive(options, async ({ piecework, source, archive, exported }) => {
        const parts = exported.nodes.filter(({ part, piece }) => part && piece === name)
        assert.ok(parts.length > 1, 'the sample is too small: parts() gives less than two')
        const found = await piecework.diff(archive, { resource: source, principal })
        const lines = differences(found)
        assert.deepEqual(lines, [], `the parts are not what is exported as a whole:\n  ${lines.join('\n  ')}`)
      }))

  if (exporter?.parts)
    test(`reproducible: ${name}: parts that are planned and exported twice are the same`, () =>
      throughAnArchive(options, async ({ piecework, source, archive, exported, asked }) => {
        const again = await (await piecework.export({ resource: source, ...asked })).ended()
        const planned = ({ nodes }: JobReport) =>
          nodes.flatMap(({ part, piece }) => (piece === name && part) || [])
        assert.deepEqual(planned(again), planned(exported), 'it was planned in another way')
        assert.equal(again.job.result.archive?.digest, archive.digest, 'other entries were written')
      }))

  if (exporter?.parts && importer?.parts)
    test(`honest counts: ${name}: the parts of an import together make the whole`, () =>
      throughAnArchive(options, async ({ db, sample, copy, imported }) => {
        const made = await options.content(copy, db)
        assertEqualContent(made, await options.content(sample.resource, db), sample, imported.findings)
      }))

  if (!comparer) return
  if (importer)
    test(`nothing half-made: ${name}: an import that leaves it out makes all else`, async () => {
      let whole: readonly string[] = []
      const others = (found: Diff) => differences(found, (piece) => piece !== name)
      await throughAnArchive(options, async ({ piecework, source, copy }) => {
        whole = others(await piecework.diff({ resource: source, principal }, { resource: copy, principal }))
      })
      await throughAnArchive(
        options,
        async ({ piecework, source, copy, imported }) => {
          assert.deepEqual(
            imported.nodes.filter(({ piece }) => piece === name).map(({ id }) => id),
            [],
            'it has run',
          )
          const found = await piecework.diff({ resource: source, principal }, { resource: copy, principal })
          assert.deepEqual(others(found), whole, 'what was not left out is not as in an import of all')
          const own = found.resources.flatMap(({ pieces }) => pieces).filter(({ piece }) => piece === name)
          const added = own
            .flatMap(({ entries }) => entries)
            .filter(({ rows, onlyIn }) => onlyIn === 'b' || rows?.added)
          assert.deepEqual(added, [], 'rows of it were made')
          assert.ok(
            own.some(({ entries }) => entries.some(({ equal }) => !equal)),
            'it is there',
          )
        },
        { without: [name] },
      )
    })

  test(`honest counts: ${name}: what differs in a copy is told`, () =>
    throughAnArchive(options, async ({ piecework, source, copy, imported }) => {
      const found = await piecework.diff({ resource: source, principal }, { resource: copy, principal })
      const lines = differences(found)
      if (imported.findings.length > 0) return
      assert.deepEqual(
        lines,
        [],
        `the import has told nothing, and its rows are not those of the source:\n  ${lines.join('\n  ')}`,
      )
    }))
}

interface Way {
  readonly piecework: Piecework
  readonly db: Database
  readonly sample: Sample
  readonly source: ResourceRef
  readonly exported: JobReport
  readonly archive: ArchiveRef
  readonly copy: ResourceRef
  /** Of its export. */
  readonly asked: Omit<ExportRequest, 'resource'>
  readonly validated: JobReport
  readonly imported: JobReport
}

/** Exports, validates and imports a sample; what was imported is removed again. */
async function throughAnArchive(
  options: PieceLawsOptions,
  look: (way: Way) => Promise<void>,
  choice: { readonly without?: readonly string[] } = {},
): Promise<void> {
  const ms = patience(options)
  const { principal = anybody } = options
  const db: Database = await options.database()
  const sample = await options.sample(db)
  const { resource: source } = sample
  const into = await options.kind.parentOf?.(source, db)
  const given = { options: { [options.piece.name]: options.options ?? {} } }
  const asked = { principal, ...(options.piece.options && given) }
  await withLawHost(options, db, async (piecework) => {
    const ended = async (what: string, job: ReturnType<Piecework['export']>): Promise<JobReport> =>
      within(ms, `the ${what} to end`, (await job).ended())
    const exported = await ended('export', piecework.export({ resource: source, ...asked }))
    assertSucceeded('the sample cannot be exported', exported)
    const archive = exported.job.result?.archive ?? assert.fail('the export has no archive')
    const input = { archive, ...asked, ...choice, ...(into && { into }) }
    const validated = await ended('validation', piecework.validate(input))
    const imported = await ended('import', piecework.import(input))
    const copy = imported.job.target
    try {
      assertSucceeded('the archive cannot be imported', imported)
      const made = copy ?? assert.fail('nothing is made')
      await look({ piecework, db, sample, source, exported, archive, copy: made, asked, validated, imported })
    } finally {
      if (copy && imported.job.status === 'succeeded') await removeResource(options, db, copy)
    }
  })
}

function assertSucceeded(what: string, { job, findings }: JobReport): void {
  assert.equal(job.status, 'succeeded', withFindings(`${what}: ${job.error?.message}`, findings))
}

/** `notes.csv: 3 changed (text 3), 1 removed`. */
function differences(
  { resources }: Diff,
  isMeant: (piece: string) => boolean = () => true,
): readonly string[] {
  const pieces = resources.flatMap((one) => one.pieces).filter(({ piece }) => isMeant(piece))
  const entries = pieces.flatMap((piece) => piece.entries)
  return entries.flatMap(({ path, equal, onlyIn, rows }) => {
    if (equal) return []
    if (onlyIn) return [`${path}: only in the ${onlyIn === 'a' ? 'source' : 'copy'}`]
    if (!rows) return [`${path}: other bytes`]
    const columns = Object.entries(rows.columns).map(([column, count]) => `${column} ${count}`)
    const changed = `${rows.changed} changed${columns.length > 0 ? ` (${columns.join(', ')})` : ''}`
    return [`${path}: ${changed}, ${rows.added} added, ${rows.removed} removed`]
  })
}
