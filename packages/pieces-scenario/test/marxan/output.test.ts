import { memoryArtifacts } from '@piecework/core'
import { needsServer } from '@piecework/test-support'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Instance, instance } from '../support/instance.js'
import { exportedFiles } from './support/exported-files.js'
import { nativeScenario } from './support/native-scenario.js'

const test = needsServer(suite('results as Marxan files'))
const artifacts = memoryArtifacts()
let here: Instance

test.before(async () => {
  here = await instance(artifacts)
})
test.after(() => here.close())

const resultsOf = async (scenario: string) =>
  (await exportedFiles({ piecework: here.piecework, artifacts }, scenario, 'scenario/marxan-output')).files

/** Runs 1 and 12; the second is the best, and in the first nothing is selected. */
async function withResults(): Promise<string> {
  const scenario = await nativeScenario(here.db)
  await here.db.query(
    `INSERT INTO planning.run_summaries (scenario_id, run, score, cost, planning_units, connectivity, penalty, shortfall, mpm, is_best)
     VALUES ($1, 12, 0.30000000000000004, 2, 2, 1.5, 0, 0, 1, true), ($1, 1, 0.1, 0, 0, 0, 7, 1e-7, NULL, false)`,
    [scenario],
  )
  await here.db.query(
    `INSERT INTO planning.run_solutions SELECT $1, 12, id FROM planning.planning_units
     WHERE puid IN (2, 9) AND project_id = (SELECT project_id FROM planning.scenarios WHERE id = $1)`,
    [scenario],
  )
  await here.db.query(
    `INSERT INTO planning.run_feature_results (scenario_feature_id, run, amount, occurrences, separation, target_met, mpm)
     SELECT g.id, run, 3, 1, 0, name = 'Beta', 0.5 FROM planning.scenario_features g JOIN planning.features f ON f.id = feature_id,
       unnest(ARRAY[1, 12]) AS run WHERE scenario_id = $1 AND name <> 'Gamma'`,
    [scenario],
  )
  return scenario
}

const zeros = '1,0\n2,0\n3,0\n4,0\n5,0\n6,0\n7,0\n8,0\n9,0\n'
const best = '1,0\n2,1\n3,0\n4,0\n5,0\n6,0\n7,0\n8,0\n9,1\n'

test('every file of a run, under the names that Marxan gives them', async () => {
  const files = await resultsOf(await withResults())
  assert.equal(Object.keys(files).sort(), [
    'output_best.csv',
    'output_mv00001.csv',
    'output_mv00012.csv',
    'output_mvbest.csv',
    'output_r00001.csv',
    'output_r00012.csv',
    'output_solutionsmatrix.csv',
    'output_ssoln.csv',
    'output_sum.csv',
  ])
  assert.is(
    files['output_sum.csv'],
    '"Run_Number","Score","Cost","Planning_Units","Connectivity","Penalty","Shortfall","Missing_Values","MPM"\n' +
      '1,0.1,0,0,0,7,1e-07,1,\n12,0.30000000000000004,2,2,1.5,0,0,1,1\n',
  )
  assert.is(files['output_r00001.csv'], `PUID,SOLUTION\n${zeros}`)
  assert.is(files['output_r00012.csv'], `PUID,SOLUTION\n${best}`)
  assert.is(files['output_best.csv'], files['output_r00012.csv'])
  assert.is(files['output_ssoln.csv'], `"planning_unit","number"\n${best}`)
  assert.is(
    files['output_solutionsmatrix.csv'],
    'SolutionsMatrix,P1,P2,P3,P4,P5,P6,P7,P8,P9\nS1,0,0,0,0,0,0,0,0,0\nS12,0,1,0,0,0,0,0,0,1\n',
  )
  assert.is(files['output_mvbest.csv'], files['output_mv00012.csv'])
  const features =
    '"Conservation Feature","Feature Name","Target","Amount Held","Occurrence Target ","Occurrences Held","Separation Target ","Separation Achieved","Target Met","MPM"\n' +
    '2,"Alpha, north",,3,0,1,0,0,no,0.5\n3,Beta,4.05,3,0,1,0,0,yes,0.5\n'
  assert.is(files['output_mv00001.csv'], features)
})

test('the best run is the one with the lowest score where none is marked', async () => {
  const scenario = await withResults()
  await here.db.query('UPDATE planning.run_summaries SET is_best = false WHERE scenario_id = $1', [scenario])
  const files = await resultsOf(scenario)
  assert.is(files['output_best.csv'], files['output_r00001.csv'])
})

test('only what there is: summaries alone, solutions alone, nothing', async () => {
  const scenario = await withResults()
  await here.db.query(
    'DELETE FROM planning.run_feature_results WHERE scenario_feature_id IN (SELECT id FROM planning.scenario_features WHERE scenario_id = $1)',
    [scenario],
  )
  await here.db.query('DELETE FROM planning.run_solutions WHERE scenario_id = $1', [scenario])
  assert.equal(Object.keys(await resultsOf(scenario)), ['output_sum.csv'])
  await here.db.query('DELETE FROM planning.run_summaries WHERE scenario_id = $1', [scenario])
  assert.equal(await resultsOf(scenario), {})
  await here.db.query(
    `INSERT INTO planning.run_solutions SELECT $1, 3, id FROM planning.planning_units
     WHERE puid = 5 AND project_id = (SELECT project_id FROM planning.scenarios WHERE id = $1)`,
    [scenario],
  )
  assert.equal(Object.keys(await resultsOf(scenario)).sort(), [
    'output_r00003.csv',
    'output_solutionsmatrix.csv',
    'output_ssoln.csv',
  ])
})

test.run()
