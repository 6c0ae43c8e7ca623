import type { Output } from '@piecework/core/piece'
import { outputLaws } from '@piecework/testkit'
import { suite } from 'uvu'
import { gallery } from '../src/outputs/poster.js'
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

for (const output of gallery.outputs ?? []) {
  const test = suite(`output: ${output.name}`)
  const strip = (number: number, length: number) => ({
    entries: { [`strips/${number}.gz`]: Buffer.alloc(length, number) },
    result: { bytes: length },
  })
  outputLaws(test, {
    output: output as Output<never>,
    pieces: [{ piece: 'gallery/strips', plan: { width: 9, rows: 2 }, parts: [strip(1, 400), strip(2, 300)] }],
  })
  suites.push(test)
}

for (const test of suites) test.run()
