import { fileRules } from './support/rules.js'

const read = [
  [1, 2, 1.5],
  [2, 2, 3],
]
const head = 'id1,id2,boundary\n'
const rows = '1,2,1.5\n2,2,3\n'

fileRules('6. bound.dat', 'bound.dat', {
  '`id1, id2, boundary` (third names: boundary, amount, bound; first pair: id1,id2 or id,id2)': [
    ['boundary', `${head}${rows}`, [], read],
    ['amount', `id1,id2,amount\n${rows}`, [], read],
    ['bound', `id1,id2,bound\n${rows}`, [], read],
    ['id, id2', `"id"\t"id2"\t"boundary"\n"1"\t"2"\t1.5\n"2"\t"2"\t3\n`, [], read],
    ['two of them', `id1,id2,boundary,amount\n1,2,1,2\n`, ['! column-duplicate bound.dat 1 amount'], []],
  ],
  'read by header': [
    ['another order', 'boundary;id2;id1\n1.5;2;1\n3;2;2\n', [], read],
    [
      'a further column',
      'note,id1,id2,boundary\nx,1,2,1.5\ny,2,2,3\n',
      ['? column-unknown bound.dat 1 note'],
      read,
    ],
  ],
  'by position where the header is not understood (warning)': [
    ['other names', `from,to,length\n${rows}`, ['? columns-by-position bound.dat 1'], read],
    ['one other name', `id1,id2,length\n${rows}`, ['? columns-by-position bound.dat 1'], read],
    [
      'a further column',
      'from,to,length,note\n1,2,1.5,x\n2,2,3,y\n',
      ['? columns-by-position bound.dat 1'],
      read,
    ],
    [
      'names that are known stand elsewhere',
      'boundary,from,id2\n1.5,1,2\n',
      ['? column-unknown bound.dat 1 from', '! column-missing bound.dat 1 id1'],
      [],
    ],
    [
      'what is no name',
      '1a,-,3\n1,2,1.5\n',
      [
        ...['1a', '-', '3'].map((name) => `? column-unknown bound.dat 1 ${name}`),
        ...['id1', 'id2', 'boundary'].map((name) => `! column-missing bound.dat 1 ${name}`),
      ],
      [],
    ],
    ['too short', 'id1,boundary\n1,1\n', ['! column-missing bound.dat 1 id2'], []],
    ['no header', '1,2,1.5\n', ['! no-header bound.dat 1'], []],
  ],
  'boundary ≥ 0': [
    ['0', `${head}1,2,0\n`, [], [[1, 2, 0]]],
    ['negative', `${head}${rows}2,3,-1\n`, ['! out-of-range bound.dat 4 boundary'], read],
    ['NA', `${head}${rows}2,3,NA\n`, ['! number-invalid bound.dat 4 boundary'], read],
    ['empty', `${head}${rows}2,3,\n`, ['! value-empty bound.dat 4 boundary'], read],
  ],
  'id1 = id2 is the outer boundary': [['1,1', `${head}1,1,4\n`, [], [[1, 1, 4]]]],
  'a pair again, in either direction: the first row counts; equal: one note with a count': [
    ['the same direction', `${head}${rows}1,2,1.5\n1,2,1.5\n`, ['? boundary-duplicate bound.dat ×2']],
    ['the other direction', `${head}${rows}2,1,1.50\n`, ['? boundary-duplicate bound.dat ×1']],
    [
      'all in both directions',
      `${head}1,2,1\n2,1,1\n3,2,4\n2,3,4\n1,1,3\n`,
      ['? boundary-duplicate bound.dat ×2'],
    ],
  ],
  'different: one warning': [
    ['the same direction', `${head}${rows}1,2,1\n`, ['? boundary-differs bound.dat 4 boundary']],
    ['the other direction', `${head}2,1,4\n2,2,3\n1,2,0\n`, ['? boundary-differs bound.dat 4 boundary']],
    [
      'both',
      `${head}${rows}2,1,1.5\n1,2,2\n`,
      ['? boundary-differs bound.dat 5 boundary', '? boundary-duplicate bound.dat ×1'],
    ],
  ],
  'outer boundaries are added up': [
    ['equal', `${head}${rows}2,2,3\n`, ['? outer-boundary-duplicate bound.dat ×1']],
    ['different', `${head}${rows}2,2,1\n2,2,4\n`, ['? outer-boundary-duplicate bound.dat ×2']],
  ],
  'unknown ids: error': [
    ['one', `${head}${rows}1,99,1\n`, ['! unit-unknown bound.dat 4 id2']],
    ['both', `${head}${rows}98,99,1\n`, ['! unit-unknown bound.dat 4 id1 ×2']],
    [
      'a unit of pu.dat without geometry is known',
      `${head}${rows}1,5,1\n`,
      ['? unit-without-geometry pu.dat 6 id', '? unit-unknown bound.dat ×1'],
      undefined,
      { 'pu.dat': 'id,cost\n1,1\n2,1\n3,1\n4,1\n5,1\n' },
    ],
    [
      'the grid cannot be read',
      `${head}${rows}1,99,1\n`,
      ['! unit-unknown bound.dat 4 id2'],
      undefined,
      { grid: 'unreadable' },
    ],
  ],
})
