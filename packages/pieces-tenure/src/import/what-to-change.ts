const again = 'Take the file again from where it came from; it may have been cut short or changed.'
const lookUp = 'Look up the value that is meant, and write it in its place.'

/** By code: what people do about it who have the file before them. */
const hints: Readonly<Record<string, string>> = {
  'tenure/geometry-invalid':
    'Copy the cell again from the export. By hand a shape is written with longitude before latitude, such as POINT(147.3 -42.9) or POLYGON((0 0, 1 0, 1 1, 0 0)). A location without a shape has an empty cell.',
  'tenure/id-repeated':
    'Give the row that is another one an id of its own, also where other tables name it; if it is the same one twice, delete one of the two.',
  'tenure/party-unknown': 'Write the id of a row of the table parties, or add the party there.',
  'tenure/location-unknown': 'Write the id of a row of the table locations, or add the location there.',
  'tenure/type-unknown': 'Write IN, CO or GR.',
  'tenure/value-missing': 'Write the value into the cell; if the whole row is not meant, delete it.',
  'tenure/value-invalid': lookUp,
  'tenure/cells-too-many':
    'Write the name of their column into the first row, or delete what stands behind the last column.',
  'tenure/column-missing':
    'Write this name above the column that is meant, or take the table again from the export.',
  'tenure/column-repeated': 'Leave the column that is meant, and give the other one another name.',
  'tenure/column-unnamed': 'Write a name into the first row of the column, or delete the column.',
  'tenure/table-missing': 'Add it as it is in the export, or take the whole export again.',
  'tenure/projects-several': 'Send the tables of one project at a time.',
  'tenure/csv-invalid':
    'Open the table in a spreadsheet program and save it as CSV again, or take it again from the export.',
  'tenure/not-utf8': 'Save the table again as CSV, with the character set UTF-8.',
  'tenure/workbook-invalid':
    'Open it in a spreadsheet program and save it again as .xlsx, or take it again from the export.',
  'tenure/zip-invalid': again,
  'tenure/shapefile-invalid': again,
  'tenure/shapefile-differs':
    'Take the shapefile and the tables from one export; what was changed in one has to be changed in the other.',
  'tenure/no-geometry':
    'If they have a shape, write it into the column geometry; else nothing has to be changed.',
  'tenure/attribute-missing': 'If the attribute is wanted, add the column; else nothing has to be changed.',
  'tenure/attribute-unlisted':
    'If its values are not as they should be, add the column to the table of attributes with its kind.',
}

/** For a finding that has none of its own. */
export function whatToChange(code: string, own?: string): { readonly hint?: string } {
  const hint = own ?? hints[code]
  return hint === undefined ? {} : { hint }
}
