import assert from 'node:assert/strict'
import { type Finding, isPieceworkError, type ResourceRef, type Transaction } from '@piecework/core/store'
import { findingsText } from '../findings-text.js'
import type { LawTest } from '../law.js'
import { type CopyOptions, pieceBench } from './piece-bench.js'
import type { PieceLawsOptions } from './piece-laws-options.js'

/** Laws of what a piece finds at the end of a job that triggers of other tables have done. Run by `pieceLaws`. */
export function verifierLaws(test: LawTest, options: PieceLawsOptions): void {
  const { name, verifier, exporter, importer, cloner } = options.piece
  if (!verifier || !options.kind.shell) return

  if (exporter && importer) {
    test(`honest counts: ${name}: rows that are lost after an import are found, and no others`, async () => {
      const bench = await pieceBench(options)
      const exported = await bench.export()
      await lost('import', options, (how) => bench.import(exported, how))
    })
  }
  if (!cloner) return
  test(`honest counts: ${name}: rows that are lost after a clone are found, and no others`, async () => {
    const bench = await pieceBench(options)
    await lost('clone', options, (how) => bench.clone(how))
  })
}

/** What a piece has written is compared as it is, and again when it was removed. */
async function lost(
  what: string,
  { piece: { verifier } }: PieceLawsOptions,
  copy: (how: CopyOptions) => Promise<unknown>,
): Promise<void> {
  let summary: string | undefined
  let target: ResourceRef | undefined
  const compare = async (tx: Transaction): Promise<readonly Omit<Finding, 'piece'>[]> => {
    const told: Omit<Finding, 'piece'>[] = []
    const finding = (found: Omit<Finding, 'piece'>): void => void told.push(found)
    assert.ok(summary !== undefined && target)
    await verifier?.compare(summary, { resource: target, tx, finding })
    return told
  }
  await copy({
    begin: writesElsewhere,
    made: async (tx, resource) => {
      target = resource
      summary = await verifier?.summarize({ resource, tx })
      assert.ok(summary !== undefined, `a trigger writes to tables, and nothing is kept of the ${what}`)
      const told = await compare(tx)
      assert.deepEqual(
        told,
        [],
        `nothing has changed since the ${what}, and it is told:${findingsText(told)}`,
      )
    },
    removed: async (tx) => {
      const error = await compare(tx).then(
        () => undefined,
        (thrown: unknown) => thrown,
      )
      assert.ok(
        isPieceworkError(error, 'counts-differ'),
        `all rows of the ${what} are gone, and the job would succeed${error === undefined ? '' : `: ${error}`}`,
      )
    },
  })
}

/** A trigger that could write to any table; it goes with the copy. */
async function writesElsewhere(tx: Transaction): Promise<void> {
  await tx.query('CREATE TABLE piecework_law_writer (n int)')
  await tx.query(
    `CREATE FUNCTION piecework_law_write() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN DELETE FROM piecework_law_writer; RETURN NULL; END $$`,
  )
  await tx.query(
    'CREATE TRIGGER piecework_law AFTER INSERT ON piecework_law_writer FOR EACH ROW EXECUTE FUNCTION piecework_law_write()',
  )
}
