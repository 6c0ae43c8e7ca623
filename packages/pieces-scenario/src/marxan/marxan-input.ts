import type { ExportContext, Piece, PieceCounts, Schema } from '@piecework/core/piece'
import {
  inputFiles,
  type MarxanParameters,
  outputNames,
  pluralize,
  writeBound,
  writeInputDat,
  writePu,
  writePuvspr,
  writeSpec,
  writtenParameters,
} from '@piecework/marxan-files'
import { type PlanningDatabases, placed, projectTables } from '@piecework/pieces-project'
import { z } from 'zod'
import { scenarioTables } from '../scenario-tables.js'
import {
  computedBoundSelect,
  differentDirections,
  hasStoredBoundaries,
  storedBoundSelect,
} from './bound-dat.js'
import { planByHash } from './plan-by-hash.js'
import { locationsOf, puSelect } from './pu-dat.js'
import { amountSources, puvsprSelect } from './puvspr-dat.js'
import { type ScenarioFacts, scenarioFacts } from './scenario-facts.js'
import { type SpecFacts, specFacts, specSelect } from './spec-dat.js'

const inputFolder = inputFiles.INPUTDIR.written

interface Options {
  /**
   * `stored`: write no bound.dat if the scenario has no boundary lengths, instead of measuring the grid.
   */
  readonly boundaries: 'computed' | 'stored'
}

const options: Schema<Options> = z.strictObject({
  boundaries: z.enum(['computed', 'stored']).default('computed'),
})

/**
 * A folder that Marxan runs as it is. Nothing is read from it at import: its rows travel with the other
 * pieces.
 */
export const marxanInput = (databases: PlanningDatabases): Piece<Options> => ({
  contract: 1,
  ...placed('scenario/marxan-input', databases),
  of: 'scenario',
  version: 1,
  exportOnly: true,
  options,
  applies: async ({ db, resource }) => {
    const { rows } = await db.query<{ applies: boolean }>(
      `SELECT EXISTS (SELECT FROM ${scenarioTables.scenario_features} WHERE scenario_id = s.id)
              AND EXISTS (SELECT FROM ${projectTables.planning_units} WHERE project_id = s.project_id) AS applies
       FROM ${scenarioTables.scenarios} s WHERE s.id = $1`,
      [resource.id],
    )
    return rows[0]?.applies === true
  },
  exporter: { export: writeFolder },
})

async function writeFolder(context: ExportContext<Options>): Promise<PieceCounts> {
  const { tx, resource } = context
  await planByHash(tx)
  const facts = await scenarioFacts(tx, resource.id)
  const values = parametersOf(facts, context)
  const boundaries = await boundSelect(facts, values, context)
  await context.write('input.dat', writeInputDat(values, { boundaries: boundaries !== undefined }))
  const spec = await specFacts(tx, facts)
  reportSpec(spec, context)
  const locations = { locations: await hasLocations(facts, spec, context) }
  const amounts = puvsprSelect(facts, await amountSources(tx, facts))
  const write = (
    key: 'PUNAME' | 'SPECNAME' | 'PUVSPRNAME' | 'BOUNDNAME',
    bytes: AsyncIterable<Uint8Array>,
  ) => {
    context.signal.throwIfAborted()
    return context.write(`${inputFolder}/${inputFiles[key].written}`, bytes)
  }
  await write('PUNAME', writePu(tx.copyOut(puSelect(facts, locations)), locations))
  await write('SPECNAME', writeSpec(tx.copyOut(specSelect(facts, spec)), spec))
  await write('PUVSPRNAME', writePuvspr(tx.copyOut(amounts)))
  if (boundaries !== undefined) await write('BOUNDNAME', writeBound(tx.copyOut(boundaries)))
  // Marxan does not make the folder, and an archive has no empty ones.
  await context.write(`${outputNames.OUTPUTDIR.written}/README.txt`, readme())
  return { rows: 0 }
}

async function* readme(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('Marxan writes its results into this folder.\n')
}

function parametersOf(facts: ScenarioFacts, { finding }: ExportContext<Options>): MarxanParameters {
  return writtenParameters(facts.parameters, ({ key, stored, written }) =>
    finding({
      severity: 'warning',
      code: 'scenario/marxan-parameter',
      file: 'input.dat',
      column: key,
      message: `${key} is ${JSON.stringify(stored)}, which Marxan cannot run with; ${written} was written`,
    }),
  )
}

/**
 * Undefined: the folder has no bound.dat. A legacy project without boundary lengths is a problem without
 * boundaries, and so is one in which they count for nothing.
 */
async function boundSelect(
  facts: ScenarioFacts,
  { BLM }: MarxanParameters,
  context: ExportContext<Options>,
): Promise<string | undefined> {
  const { tx, options } = context
  if (await hasStoredBoundaries(tx, facts)) {
    reportDirections(await differentDirections(tx, facts), context)
    return storedBoundSelect(facts)
  }
  return facts.native && BLM > 0 && options.boundaries === 'computed' ? computedBoundSelect(facts) : undefined
}

/** Marxan needs locations to know how far occurrences are from one another; those that are stored are written in any case. */
async function hasLocations(
  facts: ScenarioFacts,
  { separated }: SpecFacts,
  { tx, finding }: ExportContext<Options>,
): Promise<boolean> {
  const { stored, others } = await locationsOf(tx, facts)
  if (stored > 0 && others > 0)
    finding({
      severity: 'warning',
      code: 'scenario/marxan-location',
      file: `${inputFolder}/${inputFiles.PUNAME.written}`,
      message: `${pluralize(others, 'planning unit has', 'planning units have')} no location, unlike ${stored} others; the centre in metres of EPSG:3410 was written, which may not fit the locations of the others`,
      count: others,
    })
  return separated || stored > 0
}

function reportDirections(count: number, { finding }: ExportContext<Options>): void {
  if (count > 0)
    finding({
      severity: 'warning',
      code: 'scenario/marxan-boundary',
      file: `${inputFolder}/${inputFiles.BOUNDNAME.written}`,
      message: `${pluralize(count, 'pair of planning units has', 'pairs of planning units have')} another boundary in one direction than in the other; that from the lower id was written: boundaries have no direction`,
      count,
    })
}

function reportSpec({ withoutGoal, brokenNames }: SpecFacts, { finding }: ExportContext<Options>): void {
  const file = `${inputFolder}/${inputFiles.SPECNAME.written}`
  if (withoutGoal > 0)
    finding({
      severity: 'warning',
      code: 'scenario/marxan-no-goal',
      file,
      message: `${withoutGoal} features have neither a target nor a proportion; 0 was written: there is nothing to conserve`,
      count: withoutGoal,
    })
  if (brokenNames > 0)
    finding({
      severity: 'warning',
      code: 'scenario/marxan-name',
      file,
      column: 'name',
      message: `${pluralize(brokenNames, 'name of a feature was', 'names of features were')} written in another way: Marxan has names of one line, without tabs, quotation marks and blanks around them, and a name that is blank or another feature's got the number of its feature`,
      count: brokenNames,
    })
}
