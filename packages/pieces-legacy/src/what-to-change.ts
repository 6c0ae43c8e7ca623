import type { NewFinding, Validator } from '@piecework/core/piece'
import { gridRole } from '@piecework/marxan-files'
import { skippedUnits } from './units/skipped-units.js'

const lookUp = 'Look up the number that is meant, and write it in its place.'
const takeAgain = 'Take the file again from where it came from.'
const giveIds =
  'In a GIS, give each planning unit of the shapefile the id of its row in pu.dat: a whole number that no other one has.'
const mendShape =
  'Mend the shape in a GIS (in QGIS: Fix geometries), or take the shapefile again from where it came from.'
const exportAgain =
  'Export the layer again from a GIS as an ESRI Shapefile, and send all of its files: .shp, .shx, .dbf and .prj.'

type Hints = readonly (readonly [code: RegExp, hint: string])[]

/** By code: of errors whose sentence says what is wrong and leaves open what is to be done. The first that fits counts. */
const ofErrors: Hints = [
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

/** Of warnings: what one does if it is not as it should be. Those that are not here leave nothing to be done. */
const ofWarnings: Hints = [
  [
    /^legacy\/boundary-(?:duplicate|differs)$/,
    'Leave the row that is right of each pair, and delete the others.',
  ],
  [
    /^legacy\/outer-boundary-duplicate$/,
    'If they are not to be added up, leave one outer boundary for each planning unit.',
  ],
  [/-unit-unknown$/, skippedUnits],
  [
    /^legacy\/(?:grid|[\w-]+-shapes)-deleted$/,
    'If they are wanted, take the mark away in a GIS; in any case export the layer again without records that are deleted.',
  ],
  [
    /^legacy\/(?:units-missing|features-missing|run-without-solution|run-without-summary|result-not-a-number)$/,
    'If these results are needed, run Marxan again with these files, and add its whole output folder.',
  ],
  [
    /^legacy\/all-units-locked$/,
    'If Marxan is to choose among them, write 0 as the status of those that may be chosen in pu.dat.',
  ],
  [/^legacy\/parameter-(?:default|unreadable)$/, 'If another value is meant, write it into input.dat.'],
  [/^legacy\/parameter-duplicate$/, 'Delete the line that is not meant.'],
  [
    /^legacy\/column-(?:not-carried|unknown)$/,
    'If nobody needs its values, delete the column; else keep this file, for the project does not have them.',
  ],
  [/^legacy\/location-incomplete$/, 'Add the other column, or delete this one.'],
  [
    /^legacy\/location-missing$/,
    'Where the places matter, write both xloc and yloc of these planning units.',
  ],
  [/^legacy\/name-missing$/, 'If names are wanted, add a column name to spec.dat.'],
  [/^legacy\/value-not-set$/, 'If a value is wanted there, write it in the place of -1.'],
  [/^legacy\/grid-id-(?:float|text)$/, 'In a GIS, make the attribute one of whole numbers.'],
  [
    /^legacy\/output-choice$/,
    'Take the files of the others out of the output folder; if one of them is meant, write its name as SCENNAME into input.dat.',
  ],
]

/** Of a folder in which files are looked for, and what others are called by input.dat. */
const ofFolders: Hints = [
  [
    /^legacy\/file-missing$/,
    'Add the file under this name, or write the name of the one that is meant into input.dat.',
  ],
  [/^legacy\/(?:grid|input)-choice$/, 'If another one is meant, remove this one.'],
]

const ofMissingGrid: Hints = [
  [
    /^legacy\/file-missing$/,
    'Add the shapefile of the planning units, all of its files: .shp, .shx, .dbf and .prj.',
  ],
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
  return hinted(finding, finding.severity === 'error' ? ofErrors : ofWarnings)
}

/** What the search of a folder has found. */
export function withFolderHint(finding: NewFinding): NewFinding {
  return hinted(finding, finding.file === gridRole ? ofMissingGrid : ofFolders)
}

function hinted(finding: NewFinding, hints: Hints): NewFinding {
  if (finding.hint !== undefined) return finding
  const [, hint] = hints.find(([pattern]) => pattern.test(finding.code)) ?? []
  return hint === undefined ? finding : { ...finding, hint }
}
