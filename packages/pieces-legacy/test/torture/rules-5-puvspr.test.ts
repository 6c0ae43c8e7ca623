import { fileRules } from './support/rules.js'

const head = 'species,pu,amount\n'
const rows = '7,1,0.1\n8,2,4\n'
const read = [
  [7, 1, 0.1],
  [8, 2, 4],
]

fileRules('5. puvspr.dat', 'puvspr.dat', {
  'species, pu, amount, all required': [
    ['all', `${head}${rows}`, [], read],
    ['no species', 'pu,amount\n1,1\n', ['! column-missing puvspr.dat 1 species'], []],
    ['no pu', 'species,amount\n7,1\n', ['! column-missing puvspr.dat 1 pu'], []],
    ['no amount', 'species,pu\n7,1\n', ['! column-missing puvspr.dat 1 amount'], []],
    ['an empty species', `${head}${rows},3,1\n`, ['! value-empty puvspr.dat 4 species'], read],
    ['an empty pu', `${head}${rows}7,,1\n`, ['! value-empty puvspr.dat 4 pu'], read],
    ['an empty amount', `${head}${rows}7,3,\n`, ['! value-empty puvspr.dat 4 amount'], read],
  ],
  'found by header name (other orders are accepted here, with a warning)': [
    ['another order', 'pu,amount,species\n1,0.1,7\n2,4,8\n', ['? column-order puvspr.dat'], read],
    [
      'a column between',
      'species,note,pu,amount\n7,x,1,0.1\n8,y,2,4\n',
      ['? column-unknown puvspr.dat 1 note'],
      read,
    ],
  ],
  'amount ≥ 0, tiny and zero values normal': [
    [
      'zero and tiny',
      `${head}7,1,0\n7,2,6.9e-18\n8,1,1\n`,
      [],
      [
        [7, 1, 0],
        [7, 2, 6.9e-18],
        [8, 1, 1],
      ],
    ],
    [
      'large, with many digits',
      `${head}7,1,76146210.79643922\n8,1,1\n`,
      [],
      [
        [7, 1, 76146210.79643922],
        [8, 1, 1],
      ],
    ],
    ['negative', `${head}${rows}7,3,-1\n`, ['! out-of-range puvspr.dat 4 amount'], read],
  ],
  'any order of rows (sorted by pu, by species, or not at all)': [
    ['by pu', `${head}7,1,1\n8,1,1\n7,2,1\n`, []],
    ['by species', `${head}7,2,1\n7,1,1\n8,1,1\n`, []],
    ['not at all', `${head}8,3,1\n7,4,1\n8,1,1\n7,2,1\n`, []],
  ],
  'duplicate (species, pu): error': [
    ['next to each other', `${head}${rows}8,2,4\n`, ['! amount-duplicate puvspr.dat 4']],
    ['far apart', `${head}${rows}7,3,1\n7,1,9\n`, ['! amount-duplicate puvspr.dat 5']],
    [
      'of a unit that is skipped',
      `${head}${rows}7,99,1\n7,99,2\n`,
      ['! amount-duplicate puvspr.dat 5', '? unit-unknown puvspr.dat pu ×1'],
    ],
  ],
  'species not in spec.dat: error': [
    ['9', `${head}${rows}9,1,1\n`, ['! feature-unknown puvspr.dat 4 species']],
    [
      'rows of one feature are one error',
      `${head}${rows}9,1,1\n10,1,1\n9,2,1\n9,3,1\n`,
      [4, 5].map((line) => `! feature-unknown puvspr.dat ${line} species`),
    ],
    [
      'features of any number are a hundred errors at most',
      `${head}${rows}${Array.from({ length: 250 }, (_, at) => `${at + 9},1,1\n`).join('')}`,
      Array.from({ length: 100 }, (_, at) => `! feature-unknown puvspr.dat ${at + 4} species`),
    ],
    [
      'a row of spec.dat with a field too many is no unknown feature',
      `${head}${rows}9,1,1\n`,
      ['! field-count spec.dat 4'],
      undefined,
      { 'spec.dat': 'id,prop,spf,name\n7,0.3,1,a\n8,0.5,1,b\n9,0.5,1,c, d\n' },
    ],
    [
      'a feature whose row has an error is known',
      `${head}${rows}`,
      ['! out-of-range spec.dat 2 prop'],
      undefined,
      { 'spec.dat': 'id,prop,name,spf\n7,7,a,1\n8,0.5,b,1\n' },
    ],
    ['spec.dat cannot be read', `${head}${rows}`, ['! file-empty spec.dat'], undefined, { 'spec.dat': '' }],
  ],
  'pu without geometry or row in pu.dat: warning with count and first ids, rows skipped': [
    ['in neither', `${head}${rows}7,98,1\n8,99,1\n`, ['? unit-unknown puvspr.dat pu ×2']],
    [
      'without geometry',
      `${head}${rows}7,5,1\n`,
      ['? unit-without-geometry pu.dat 6 id', '? unit-unknown puvspr.dat pu ×1'],
      undefined,
      { 'pu.dat': 'id,cost\n1,1\n2,1\n3,1\n4,1\n5,1\n' },
    ],
    [
      'without row',
      `${head}${rows}7,5,1\n`,
      ['! unit-without-row pu.dat ×1', '? unit-unknown puvspr.dat pu ×1'],
      undefined,
      { grid: [1, 2, 3, 4, 5] },
    ],
    [
      'the grid cannot be read',
      `${head}${rows}7,99,1\n`,
      ['? unit-unknown puvspr.dat pu ×1'],
      undefined,
      { grid: 'unreadable' },
    ],
    [
      'pu.dat cannot be read',
      `${head}${rows}7,99,1\n`,
      ['! file-empty pu.dat', '? unit-unknown puvspr.dat pu ×1'],
      undefined,
      { 'pu.dat': '' },
    ],
  ],
  'matrix form (`pu,1,2,…`): error of its own': [
    ['numbers', 'pu,7,8\n1,0,5\n', ['! puvspr-matrix puvspr.dat'], []],
    ['quoted numbers', '"PU";"7"\n1;0\n', ['! puvspr-matrix puvspr.dat'], []],
    ['ids by another name', 'id,7,8\n1,0,5\n', ['! puvspr-matrix puvspr.dat'], []],
    ['names of features', 'PUID,Kelp,Reef,Sand\n1,0,5,2\n', ['! puvspr-matrix puvspr.dat'], []],
  ],
  'a fourth `prob` column: warning, not carried': [
    [
      'prob',
      'species,pu,amount,prob\n7,1,0.1,0.5\n8,2,4,x\n',
      ['? column-not-carried puvspr.dat 1 prob'],
      read,
    ],
  ],
})
