import type { Output } from '@piecework/core/piece'
import { outputLaws } from '@piecework/testkit'
import { suite } from 'uvu'
import { outputPack } from '../src/delivery.js'

const test = suite('output of the soak')

const table = (header: string) =>
  [header, ...Array.from({ length: 20 }, (_, at) => `${at},"a, ${at}"`)].map((line) => `${line}\n`).join('')

outputLaws(test, {
  output: outputPack.outputs?.[0] as Output<never>,
  pieces: [
    { piece: 'project/feature-amounts', entries: { 'feature_amounts.csv': table('id,amount') } },
    { piece: 'project/planning-units', entries: { 'planning_units.csv': table('id,geometry') } },
  ],
})

test.run()
