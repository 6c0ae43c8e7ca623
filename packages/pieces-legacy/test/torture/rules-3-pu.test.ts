import { type Case, fileRules } from './support/rules.js'

const grid = [1, 2]
/** Nothing in the other tables that this planning unit would need. */
const alone = {
  grid,
  'puvspr.dat': 'species,pu,amount\n7,1,1\n8,1,1\n',
  'bound.dat': 'id1,id2,boundary\n1,1,1\n',
}

fileRules('3. pu.dat', 'pu.dat', {
  'id: required': [['no id', 'cost\n1\n', ['! column-missing pu.dat 1 id'], [], alone]],
  'id: integer ≥ 0': [
    [
      '0',
      'id,cost\n1,1\n0,1\n',
      [],
      [
        [1, 1, 0],
        [0, 1, 0],
      ],
      { ...alone, grid: [0, 1] },
    ],
    [
      'negative',
      'id,cost\n1,1\n2,1\n-1,1\n',
      ['! out-of-range pu.dat 4 id'],
      [
        [1, 1, 0],
        [2, 1, 0],
      ],
      alone,
    ],
    [
      'text',
      'id,cost\n1,1\n2,1\nA1,1\n',
      ['! number-invalid pu.dat 4 id'],
      [
        [1, 1, 0],
        [2, 1, 0],
      ],
      alone,
    ],
    [
      'empty',
      'id,cost\n1,1\n2,1\n,5\n',
      ['! value-empty pu.dat 4 id'],
      [
        [1, 1, 0],
        [2, 1, 0],
      ],
      alone,
    ],
  ],
  'id: unique (duplicate: error, listing ids and lines)': [
    [
      'twice',
      'id,cost\n1,1\n2,1\n1,1\n',
      ['! id-duplicate pu.dat 4 id'],
      [
        [1, 1, 0],
        [2, 1, 0],
      ],
      alone,
    ],
    [
      'twice, in another form',
      'id,cost\n1,1\n2,1\n1.0,1\n',
      ['! id-duplicate pu.dat 4 id', '? integer-form pu.dat 4 id'],
      undefined,
      alone,
    ],
  ],
  'cost: default 1': [
    [
      'no cost',
      'id,status\n1,0\n2,0\n',
      ['? cost-missing pu.dat 1 cost'],
      [
        [1, 1, 0],
        [2, 1, 0],
      ],
      alone,
    ],
  ],
  'cost: number ≥ 0; 0 is normal': [
    [
      '0 and decimals',
      'id,cost\n1,0\n2,2.5\n',
      [],
      [
        [1, 0, 0],
        [2, 2.5, 0],
      ],
      alone,
    ],
    ['text', 'id,cost\n1,NA\n2,1\n', ['! number-invalid pu.dat 2 cost'], [[2, 1, 0]], alone],
  ],
  'cost: a present but empty or negative value: error': [
    ['empty', 'id,cost\n1,\n2,1\n', ['! value-empty pu.dat 2 cost'], [[2, 1, 0]], alone],
    ['negative', 'id,cost\n1,1\n2,-1\n', ['! out-of-range pu.dat 3 cost'], [[1, 1, 0]], alone],
  ],
  'status: default 0': [
    [
      'no status',
      'id,cost\n1,5\n2,5\n',
      [],
      [
        [1, 5, 0],
        [2, 5, 0],
      ],
      alone,
    ],
  ],
  'status: 0 available, 1 in the starting reserve, 2 locked in, 3 locked out': [
    [
      'each of them',
      'id,status,cost\n1,0,1\n2,1,1\n3,2,1\n4,3,1\n',
      [],
      [
        [1, 1, 0],
        [2, 1, 1],
        [3, 1, 2],
        [4, 1, 3],
      ],
      { ...alone, grid: [1, 2, 3, 4] },
    ],
  ],
  'status: other: error': [
    ['4', 'id,status,cost\n1,4,1\n2,0,1\n', ['! out-of-range pu.dat 2 status'], [[2, 1, 0]], alone],
    ['-1', 'id,status,cost\n1,0,1\n2,-1,1\n', ['! out-of-range pu.dat 3 status'], [[1, 1, 0]], alone],
    ['1.5', 'id,status,cost\n1,1.5,1\n2,0,1\n', ['! integer-invalid pu.dat 2 status'], [[2, 1, 0]], alone],
    ['empty', 'id,status,cost\n1,,1\n2,0,1\n', ['! value-empty pu.dat 2 status'], [[2, 1, 0]], alone],
  ],
  'xloc, yloc: kept where given, checked as numbers': [
    [
      'of any size and sign',
      'id,xloc,yloc,cost\n1,-1.5E+3,144.25,1\n2,0,-6.9e-18,1\n',
      [],
      [
        [1, 1, 0, -1500, 144.25],
        [2, 1, 0, 0, -6.9e-18],
      ],
      alone,
    ],
    [
      'not given for some',
      'id,yloc,xloc,cost\n1,,,1\n2,4,3,1\n',
      ['? location-missing pu.dat xloc ×1'],
      [
        [1, 1, 0],
        [2, 1, 0, 3, 4],
      ],
      alone,
    ],
    [
      'one of the two',
      'id,xloc,yloc,cost\n1,3,,1\n2,,4,1\n',
      ['! value-empty pu.dat 2 yloc', '! value-empty pu.dat 3 xloc'],
      [],
      alone,
    ],
    [
      'no numbers',
      'id,xloc,yloc,cost\n1,left,1,1\n2,1,NA,1\n',
      ['! number-invalid pu.dat 2 xloc', '! number-invalid pu.dat 3 yloc'],
      [],
      alone,
    ],
    [
      'a decimal comma',
      'id;xloc;yloc;cost\n1;10,5;1;1\n2;1;1;1\n',
      ['! decimal-comma pu.dat 2 xloc'],
      [[2, 1, 0, 1, 1]],
      alone,
    ],
    ...(['xloc', 'yloc'] as const).map(
      (column): Case => [
        `${column} alone`,
        `id,${column},cost\n1,7,1\n2,8,1\n`,
        [`? location-incomplete pu.dat ${column}`],
        [
          [1, 1, 0],
          [2, 1, 0],
        ],
        alone,
      ],
    ),
  ],
  'prob: warning: not carried': [
    [
      'prob',
      'id,prob,cost\n1,0.5,1\n2,x,1\n',
      ['? column-not-carried pu.dat 1 prob'],
      [
        [1, 1, 0],
        [2, 1, 0],
      ],
      alone,
    ],
  ],
  'every puid of the grid needs a row (missing: error with count and first ids)': [
    [
      'two are missing',
      'id,cost\n1,1\n2,1\n',
      ['! unit-without-row pu.dat ×2'],
      undefined,
      { ...alone, grid: [1, 2, 5, 7] },
    ],
    [
      'a row with an error is no missing row',
      'id,cost\n1,x\n2,1\n',
      ['! number-invalid pu.dat 2 cost'],
      undefined,
      alone,
    ],
    [
      'nor is a row with a field too many or too few, where its id is the first',
      'id,cost\n1,1,5\n2,1\n3\n',
      ['! field-count pu.dat 2', '! field-count pu.dat 4'],
      undefined,
      { ...alone, grid: [1, 2, 3] },
    ],
    [
      'its id is not the first',
      'cost,id\n1,5,1\n1,2\n',
      [
        '! field-count pu.dat 2',
        '! unit-without-row pu.dat ×1',
        '? unit-unknown puvspr.dat pu ×2',
        '? feature-without-rows spec.dat 2 id ×2',
      ],
      undefined,
      { grid, 'puvspr.dat': alone['puvspr.dat'], 'bound.dat': 'id1,id2,boundary\n2,2,1\n' },
    ],
    ['the table cannot be read', '1\n2\n', ['! no-header pu.dat 1'], undefined, alone],
    ['the grid cannot be read', 'id,cost\n1,1\n2,1\n', [], undefined, { ...alone, grid: 'unreadable' }],
  ],
  'a row without geometry: warning, skipped': [
    ['one', 'id,cost\n1,1\n2,1\n5,1\n', ['? unit-without-geometry pu.dat 4 id'], undefined, alone],
  ],
  'all units locked: warning': [
    ['all', 'id,status,cost\n1,2,1\n2,3,1\n', ['? all-units-locked pu.dat'], undefined, alone],
    ['one is free', 'id,status,cost\n1,2,1\n2,1,1\n', [], undefined, alone],
  ],
})
