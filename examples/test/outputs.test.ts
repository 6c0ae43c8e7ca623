import type { Output } from '@piecework/core/piece'
import { outputLaws } from '@piecework/testkit'
import { suite } from 'uvu'
import { cookbook } from '../src/outputs/recipes.js'

const steps = Array.from({ length: 30 }, (_, at) => `Stir ${at} times, “gently”.\n`).join('')

const suites = (cookbook.outputs ?? []).map((output) => {
  const test = suite(`output: ${output.name}`)
  outputLaws(test, {
    output: output as Output<never>,
    pieces: [{ piece: 'cookbook/steps', entries: { 'steps.txt': steps } }],
  })
  return test
})

for (const test of suites) test.run()
