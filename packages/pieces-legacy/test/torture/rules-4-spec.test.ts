import assert from 'node:assert/strict'
import { FindingCollector } from '@piecework/core/piece'
import { readSpec } from '@piecework/marxan-files'
import { chunks } from '@piecework/test-support/fixtures/chunks.js'
import { suite } from 'uvu'
import { type Case, fileRules } from './support/rules.js'

const none = Number.NaN
/** id, prop, target, spf, name and the columns that a table seldom has. */
const row = (id: number, prop: number, target: number, spf: number, name: string, ...more: number[]) => [
  id,
  prop,
  target,
  spf,
  name,
  ...(more.length > 0 ? more : [none, none, none, none, none]),
]
/** Amounts: feature 1 has 10, feature 2 has 4, feature 3 has a row of 0. */
const amounts = { 'puvspr.dat': 'species,pu,amount\n1,1,4\n1,2,6\n2,2,4\n3,3,0\n' }
const two = { 'puvspr.dat': 'species,pu,amount\n1,1,4\n1,2,6\n2,2,4\n' }
const one = { 'puvspr.dat': 'species,pu,amount\n1,1,4\n1,2,6\n' }

const seldom = ['target2', 'targetocc', 'sepnum', 'sepdistance', 'type'] as const
/** A row whose one seldom column is -1. */
const unsetIn = (column: string, id: number, name: string) =>
  row(id, 0.1, none, 1, name, ...seldom.map((other) => (other === column ? -1 : none)))

/** A further column, as a number that is kept and as one that is refused. */
const kept = (name: string): Case[] => [
  [
    `a ${name}`,
    `id,prop,spf,name,${name}\n1,0.1,1,a,${name === 'type' ? '2.0' : '2.5'}\n`,
    [],
    undefined,
    one,
  ],
  [
    `a negative ${name}`,
    `id,prop,spf,name,${name}\n1,0.1,1,a,-2\n`,
    [`! out-of-range spec.dat 2 ${name}`],
    [],
    one,
  ],
  [
    `an empty ${name}`,
    `id,prop,spf,name,${name}\n1,0.1,1,a,\n`,
    [`! value-empty spec.dat 2 ${name}`],
    [],
    one,
  ],
  [
    `a ${name} of text`,
    `id,prop,spf,name,${name}\n1,0.1,1,a,NA\n`,
    [`! number-invalid spec.dat 2 ${name}`],
    [],
    one,
  ],
]

fileRules('4. spec.dat', 'spec.dat', {
  'id: yes, integer ≥ 0, unique': [
    ['no id', 'prop,name\n0.1,a\n', ['! column-missing spec.dat 1 id'], [], one],
    [
      'negative',
      'id,prop,name,spf\n1,0.1,a,1\n-1,0.1,b,1\n',
      ['! out-of-range spec.dat 3 id'],
      undefined,
      one,
    ],
    [
      'a fraction',
      'id,prop,name,spf\n1,0.1,a,1\n1.5,0.1,b,1\n',
      ['! integer-invalid spec.dat 3 id'],
      undefined,
      one,
    ],
    [
      'twice',
      'id,prop,name,spf\n1,0.1,a,1\n1,0.1,b,1\n',
      ['! id-duplicate spec.dat 3 id'],
      [row(1, 0.1, none, 1, 'a')],
      one,
    ],
  ],
  'prop / target: one per row': [
    ['prop', 'id,prop,name,spf\n1,0.3,a,1\n', [], [row(1, 0.3, none, 1, 'a')], one],
    ['target', 'id,target,name,spf\n1,5.43,a,1\n', [], [row(1, none, 5.43, 1, 'a')], one],
  ],
  '`0`, `-1`, empty are "not set"': [
    [
      '0',
      'id,prop,target,name,spf\n1,0.0,0.5,a,1\n2,0.5,0,b,1\n',
      [],
      [row(1, none, 0.5, 1, 'a'), row(2, 0.5, none, 1, 'b')],
      two,
    ],
    [
      '-1',
      'id,prop,target,name,spf\n1,-1,5,a,1\n2,0.5,-1.0,b,1\n',
      [],
      [row(1, none, 5, 1, 'a'), row(2, 0.5, none, 1, 'b')],
      two,
    ],
    [
      'empty',
      'id,prop,target,name,spf\n1,,5,a,1\n2,0.5,"",b,1\n',
      [],
      [row(1, none, 5, 1, 'a'), row(2, 0.5, none, 1, 'b')],
      two,
    ],
  ],
  'both set in a row: error': [
    ['both', 'id,prop,target,name,spf\n1,0.3,0.5,a,1\n', ['! prop-and-target spec.dat 2'], [], one],
  ],
  'neither column, or neither given in a row: error': [
    ['neither column', 'id,spf,name\n1,1,a\n', ['! column-missing spec.dat prop'], [], one],
    ['neither given', 'id,prop,target,name,spf\n1,,-1,a,1\n', ['! prop-or-target spec.dat 2'], [], one],
    ['-1 alone', 'id,prop,name,spf\n1,-1,a,1\n', ['! prop-or-target spec.dat 2'], [], one],
  ],
  'given but 0: warning, nothing to conserve': [
    [
      'prop 0',
      'id,prop,name,spf\n1,0,a,1\n',
      ['? nothing-to-conserve spec.dat 2'],
      [row(1, 0, none, 1, 'a')],
      one,
    ],
    [
      'target 0',
      'id,target,name,spf\n1,0,a,1\n',
      ['? nothing-to-conserve spec.dat 2'],
      [row(1, none, 0, 1, 'a')],
      one,
    ],
    [
      'both 0',
      'id,prop,target,name,spf\n1,0,0,a,1\n',
      ['? nothing-to-conserve spec.dat 2'],
      [row(1, 0, none, 1, 'a')],
      one,
    ],
    [
      '0 and -1',
      'id,prop,target,name,spf\n1,-1,0,a,1\n',
      ['? nothing-to-conserve spec.dat 2'],
      [row(1, none, 0, 1, 'a')],
      one,
    ],
  ],
  'a feature with prop whose amounts are all 0 is told': [
    [
      'one',
      'id,prop,name,spf\n1,0.1,a,1\n3,0.1,b,1\n',
      ['? prop-of-nothing spec.dat 3 prop'],
      undefined,
      { 'puvspr.dat': 'species,pu,amount\n1,1,4\n3,1,0\n3,2,0.0\n' },
    ],
    [
      'two are one warning',
      'id,prop,name,spf\n1,0.1,a,1\n3,0.1,b,1\n',
      ['? prop-of-nothing spec.dat 2 prop ×2'],
      undefined,
      { 'puvspr.dat': 'species,pu,amount\n1,1,0\n3,1,0\n' },
    ],
    [
      'a prop of 0 asks for nothing',
      'id,prop,name,spf\n1,0,a,1\n',
      ['? nothing-to-conserve spec.dat 2'],
      undefined,
      { 'puvspr.dat': 'species,pu,amount\n1,1,0\n' },
    ],
  ],
  'prop in 0..1': [
    ['1', 'id,prop,name,spf\n1,1,a,1\n', [], [row(1, 1, none, 1, 'a')], one],
    ['above 1', 'id,prop,name,spf\n1,1.5,a,1\n', ['! out-of-range spec.dat 2 prop'], [], one],
    ['below 0', 'id,prop,name,spf\n1,-0.5,a,1\n', ['! out-of-range spec.dat 2 prop'], [], one],
    ['NA', 'id,prop,name,spf\n1,NA,a,1\n', ['! number-invalid spec.dat 2 prop'], [], one],
  ],
  'target ≥ 0, decimals are normal and kept': [
    ['decimals', 'id,target,name,spf\n1,5.0430578,a,1\n', [], [row(1, none, 5.0430578, 1, 'a')], one],
    ['negative', 'id,target,name,spf\n1,-5,a,1\n', ['! out-of-range spec.dat 2 target'], [], one],
  ],
  'spf (alias fpf): no, default 1, number ≥ 0': [
    ['spf', 'id,prop,spf,name\n1,0.1,2.5,a\n', [], [row(1, 0.1, none, 2.5, 'a')], one],
    ['fpf', 'id,prop,fpf,name\n1,0.1,0,a\n', [], [row(1, 0.1, none, 0, 'a')], one],
    ['both', 'id,prop,spf,fpf,name\n1,0.1,1,2,a\n', ['! column-duplicate spec.dat 1 fpf'], [], one],
    [
      'neither',
      'id,prop,name\n1,0.1,a\n',
      ['? spf-missing spec.dat 1 spf'],
      [row(1, 0.1, none, 1, 'a')],
      one,
    ],
    ['negative', 'id,prop,spf,name\n1,0.1,-1,a\n', ['! out-of-range spec.dat 2 spf'], [], one],
    ['empty', 'id,prop,spf,name\n1,0.1,,a\n', ['! value-empty spec.dat 2 spf'], [], one],
  ],
  'name: missing column or empty value: warning and `Unnamed Feature #n`': [
    [
      'no column',
      'id,prop,spf\n1,0.1,1\n2,0.1,1\n',
      ['? name-missing spec.dat name'],
      [row(1, 0.1, none, 1, 'Unnamed Feature #1'), row(2, 0.1, none, 1, 'Unnamed Feature #2')],
      two,
    ],
    [
      'an empty value',
      'id,prop,name,spf\n1,0.1,a,1\n2,0.1, ,1\n',
      ['? name-missing spec.dat 3 name'],
      [row(1, 0.1, none, 1, 'a'), row(2, 0.1, none, 1, 'Unnamed Feature #1')],
      two,
    ],
    [
      'a name like ours',
      'id,prop,name,spf\n1,0.1,Unnamed Feature #1,1\n2,0.1,,1\n',
      ['? name-missing spec.dat 3 name'],
      [row(1, 0.1, none, 1, 'Unnamed Feature #1'), row(2, 0.1, none, 1, 'Unnamed Feature #2')],
      two,
    ],
    [
      'a name like ours further on',
      'id,prop,name,spf\n1,0.1,,1\n2,0.1,Unnamed Feature #1,1\n',
      ['? name-missing spec.dat 2 name'],
      [row(1, 0.1, none, 1, 'Unnamed Feature #2'), row(2, 0.1, none, 1, 'Unnamed Feature #1')],
      two,
    ],
    [
      'several empty values are one warning',
      'id,prop,name,spf\n1,0.1,,1\n2,0.1,,1\n',
      ['? name-missing spec.dat 2 name ×2'],
      [row(1, 0.1, none, 1, 'Unnamed Feature #1'), row(2, 0.1, none, 1, 'Unnamed Feature #2')],
      two,
    ],
  ],
  'duplicate names: error': [
    [
      'twice',
      'id,prop,name,spf\n1,0.1,a,1\n2,0.1,a,1\n',
      ['! name-duplicate spec.dat 3 name'],
      [row(1, 0.1, none, 1, 'a')],
      two,
    ],
    [
      'other case',
      'id,prop,name,spf\n1,0.1,a,1\n2,0.1,A,1\n',
      [],
      [row(1, 0.1, none, 1, 'a'), row(2, 0.1, none, 1, 'A')],
      two,
    ],
  ],
  'target2, targetocc, sepnum, sepdistance, type: numbers ≥ 0, all kept': [
    [
      'all',
      'id,prop,name,target2,targetocc,sepnum,sepdistance,type,spf\n1,0.1,a,1.5,2,3,4.25,0.0,1\n',
      [],
      [row(1, 0.1, none, 1, 'a', 1.5, 2, 3, 4.25, 0)],
      one,
    ],
    ...seldom.flatMap(kept),
    [
      'a type is a whole number, as in Marxan',
      'id,prop,name,type,spf\n1,0.1,a,1.5,1\n',
      ['! integer-invalid spec.dat 2 type'],
      [],
      one,
    ],
  ],
  '-1 means not set: kept, a note with a count': [
    ...seldom.map(
      (column): Case => [
        column,
        `id,prop,name,spf,${column}\n1,0.1,a,1,-1\n2,0.1,b,1,-1.0\n`,
        ['? value-not-set spec.dat ×2'],
        [unsetIn(column, 1, 'a'), unsetIn(column, 2, 'b')],
        two,
      ],
    ),
    [
      'in several columns',
      'id,type,target,spf,target2,targetocc,name,sepnum,sepdistance\n1,1,5,2,-1,-1,a,-1,-1\n2,1,4,2,-1,2,b,0,0\n',
      ['? value-not-set spec.dat ×5'],
      [row(1, none, 5, 2, 'a', -1, -1, -1, -1, 1), row(2, none, 4, 2, 'b', -1, 2, 0, 0, 1)],
      two,
    ],
  ],
  'Σ = 0 with a target > 0: error': [
    [
      'amounts of 0',
      'id,target,name,spf\n1,1,a,1\n2,1,b,1\n3,1,c,1\n',
      ['! target-of-nothing spec.dat 4 target'],
      undefined,
      amounts,
    ],
    [
      'no amounts',
      'id,target,name,spf\n1,1,a,1\n2,1,b,1\n',
      ['? feature-without-rows spec.dat 3 id', '! target-of-nothing spec.dat 3 target'],
      undefined,
      one,
    ],
    [
      'a target of 0',
      'id,target,name,spf\n1,1,a,1\n2,1,b,1\n3,0,c,1\n',
      ['? nothing-to-conserve spec.dat 4'],
      undefined,
      amounts,
    ],
  ],
  'result > 1: warning (cannot be met)': [
    ['above', 'id,target,name,spf\n1,10.5,a,1\n', ['? target-too-large spec.dat 2 target'], undefined, one],
    ['all there is', 'id,target,name,spf\n1,10,a,1\n', [], undefined, one],
  ],
  'targets that look like proportions: warning': [
    ...(
      [
        ['of large amounts', '1,0.3,1,a\n2,1,1,b', '1,1,40\n2,2,100', true],
        ['one of them is larger', '1,0.3,1,a\n2,1.5,1,b', '1,1,40\n2,2,1000', false],
        ['one of the amounts is not', '1,0.3,1,a\n2,1,1,b', '1,1,40\n2,2,99', false],
        ['all of them 1: one occurrence', '1,1,1,a\n2,1,1,b', '1,1,400\n2,2,400', false],
      ] as const
    ).map(
      ([what, rows, amounts, asks]): Case => [
        what,
        `id,target,spf,name\n${rows}\n`,
        asks ? ['? target-like-prop spec.dat target'] : [],
        undefined,
        { 'puvspr.dat': `species,pu,amount\n${amounts}\n` },
      ],
    ),
    [
      'beside proportions',
      'id,prop,target,spf,name\n1,0,0.3,1,a\n2,0.3,0,1,b\n',
      [],
      undefined,
      { 'puvspr.dat': 'species,pu,amount\n1,1,400\n2,2,400\n' },
    ],
  ],
  'a feature with no puvspr rows: warning': [
    [
      'with prop',
      'id,prop,name,spf\n1,0.1,a,1\n9,0.1,b,1\n',
      ['? feature-without-rows spec.dat 3 id'],
      undefined,
      one,
    ],
    [
      'with rows that are skipped only',
      'id,prop,name,spf\n1,0.1,a,1\n2,0.1,b,1\n',
      ['? unit-unknown puvspr.dat pu ×1', '? feature-without-rows spec.dat 3 id'],
      undefined,
      { 'puvspr.dat': 'species,pu,amount\n1,1,4\n2,99,4\n' },
    ],
  ],
})

const sentences = suite('4. spec.dat: what is said of goals that are not set')

for (const [goal, sentence] of [
  ['0,0', /^The feature 1 has neither prop nor target, both are 0: there is nothing to conserve$/],
  ['0,-1', /^The feature 1 has 0 as its prop: /],
  [',0', /^The feature 1 has 0 as its target: /],
  ['-1,-1', /^The feature 1 has neither a prop nor a target \(its prop is -1, its target is -1\)$/],
  [',', /^The feature 1 has neither a prop nor a target$/],
] as const)
  sentences(goal, async () => {
    const findings = new FindingCollector()
    for await (const _ of readSpec(chunks(`id,prop,target,spf,name\n1,${goal},1,a\n`), { findings }));
    assert.match(findings.list()[0]?.message ?? '', sentence)
  })

sentences.run()

const names = suite("4. spec.dat: option `names: 'required'`")

for (const [what, text, line] of [
  ['an empty name', 'id,prop,name,spf\n7,0.1,,1\n', 2],
  ['no column', 'id,prop,spf\n7,0.1,1\n', undefined],
] as const)
  names(`makes ${what} an error`, async () => {
    const findings = new FindingCollector()
    let rows = 0
    for await (const { length } of readSpec(chunks(text), { findings, names: 'required' })) rows += length
    assert.equal(rows, 0)
    assert.deepEqual(
      findings.list().map((finding) => [finding.severity, finding.code, finding.line]),
      [['error', 'legacy/name-missing', line]],
    )
  })

names.run()
