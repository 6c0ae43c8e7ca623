import assert from 'node:assert/strict'
import { Findings, readPuvspr } from '@piecework/pieces-legacy'
import { suite } from 'uvu'
import { chunks, rowsOf, told } from './support.js'

const test = suite('puvspr.dat')

async function puvspr(text: string) {
  const findings = new Findings()
  return { rows: await rowsOf(readPuvspr(chunks(text), { findings })), told: told(findings) }
}

/** Text, the rows it reads as (line, species, pu, amount) and what is told. */
const cases: Record<string, [text: string, rows: unknown[][], told: string[]]> = {
  'the usual': ['species,pu,amount\n12,0,76146210.79643922\n', [[2, 12, 0, 76146210.79643922]], []],
  'zero and tiny amounts': [
    'species,pu,amount\n1,1,0\n1,2,6.9e-18\n',
    [
      [2, 1, 1, 0],
      [3, 1, 2, 6.9e-18],
    ],
    [],
  ],
  'another order of columns': ['pu,amount,species\n5,2.5,1\n', [[2, 1, 5, 2.5]], ['? column-order']],
  'a probability': ['species,pu,amount,prob\n1,2,3,0.5\n', [[2, 1, 2, 3]], ['? column-not-carried 1 prob']],
  'a negative amount': ['species,pu,amount\n1,1,-1\n', [], ['! out-of-range 2 amount']],
  'an empty amount': ['species,pu,amount\n1,1,\n', [], ['! value-empty 2 amount']],
  'no species': ['pu,amount\n1,1\n', [], ['! column-missing 1 species']],
  'no pu': ['species,amount\n1,1\n', [], ['! column-missing 1 pu']],
  'no amount': ['species,pu\n1,1\n', [], ['! column-missing 1 amount']],
  'the matrix form': ['pu,1,2,3\n1,0,5,7\n', [], ['! puvspr-matrix']],
}

for (const [name, [text, rows, told]] of Object.entries(cases))
  test(name, async () => {
    const read = await puvspr(text)
    assert.deepEqual(read.told, told)
    assert.deepEqual(read.rows, rows)
  })

test.run()
