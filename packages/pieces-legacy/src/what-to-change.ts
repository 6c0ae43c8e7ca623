import type { NewFinding, Validator } from '@piecework/core/piece'

const lookUp = 'Look up the number that is meant, and write it in its place.'
const takeAgain = 'Take the file again from where it came from.'
const giveIds =
  'In a GIS, give each planning unit of the shapefile the id of its row in pu.dat: a whole number that no other one has.'
const mendShape =
  'Mend the shape in a GIS (in QGIS: Fix geometries), or take the shapefile again from where it came from.'
const exportAgain =
  'Export the layer again from a GIS as an ESRI Shapefile, and send all of its files: .shp, .shx, .dbf and .prj.'

/** By code: of errors whose sentence says what is wrong and leaves open what is to be done. The first that fits counts. */
const hints: readonly (readonly [code: RegExp, hint: string])[] = [
  [/^legacy\/(?:number-invalid|number-too-large|integer-invalid|out-of-range|value-empty)$/, lookUp],
  [/^legacy\/(?:file-empty|no-rows|file-too-large)$/, takeAgain],
  [
    /^legacy\/id-duplicate$/,
    'Delete the row that is wrong, or give it the id that it should have, in all files.',
  ],
  [/^legacy\/name-duplicate$/, 'Give one of the two features another name.'],
  [/^legacy\/name-missing$/, 'Write a name for each feature into the column name.'],
  [/^legacy\/column-duplicate$/, 'Leave the one that is meant, and delete the other with its values.'],
  [
    /^legacy\/column-missing$/,
    'Add a column prop with the part of each feature that is wanted, such as 0.3 for 30 %, or a column target with the amount.',
  ],
  [/^legacy\/quote-invalid$/, 'Put each name of a column between two quotation marks, or between none.'],
  [
    /^legacy\/field-count$/,
    'Write a value for each name in the header, and nothing but the separator between them.',
  ],
  [
    /^legacy\/amount-duplicate$/,
    'Delete the row that is wrong; if both are parts of one amount, write their sum into one row.',
  ],
  [
    /^legacy\/target-of-nothing$/,
    'Add the amounts of the feature to puvspr.dat; if nothing of it is to be conserved, set its target to 0.',
  ],
  [/^legacy\/marzone$/, 'Take the files of a project without zones, if there is one.'],
  [/^legacy\/grid-id-/, giveIds],
  [/^legacy\/[\w-]+-shape-/, mendShape],
  [/^legacy\/(?:grid|feature-shapes|cost-shapes|protected-area-shapes)-/, exportAgain],
]

/** The validator, whose errors all say what to change. */
export function withHints<Options>(validator: Validator<Options>): Validator<Options> {
  return {
    ...validator,
    async *validate(context) {
      for await (const finding of validator.validate(context)) yield withHint(finding)
    },
  }
}

function withHint(finding: NewFinding): NewFinding {
  const { severity, code, hint } = finding
  if (severity === 'warning' || hint !== undefined) return finding
  const [, own] = hints.find(([pattern]) => pattern.test(code)) ?? []
  return own === undefined ? finding : { ...finding, hint: own }
}
