const declaration = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
const relations = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const packageRelations = 'http://schemas.openxmlformats.org/package/2006/relationships'
const type = (name: string) => `application/vnd.openxmlformats-officedocument.spreadsheetml.${name}+xml`

export const xmlText = (text: string): string =>
  special.test(text)
    ? text.replace(allSpecial, (character) => entities[character as keyof typeof entities])
    : text

const special = /[&<>"]/
const allSpecial = /[&<>"]/g
const entities = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

export const sheetPath = (sheet: number): string => `worksheets/sheet${sheet}.xml`

export const sheetStart = `${declaration}<worksheet xmlns="${main}"><sheetData>\n`
export const sheetEnd = '</sheetData></worksheet>\n'

export const rootRelationsXml = `${declaration}<Relationships xmlns="${packageRelations}"><Relationship Id="rId1" Type="${relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>\n`

/** One font, fill, border and format, which the format requires. */
export const stylesXml = `${declaration}<styleSheet xmlns="${main}"><fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/></cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>\n`

export const workbookXml = (names: readonly string[]): string =>
  `${declaration}<workbook xmlns="${main}" xmlns:r="${relations}"><sheets>${names
    .map((name, at) => `<sheet name="${xmlText(name)}" sheetId="${at + 1}" r:id="rId${at + 1}"/>`)
    .join('')}</sheets></workbook>\n`

export function workbookRelationsXml(sheets: number): string {
  const targets = Array.from({ length: sheets }, (_, at) => ['worksheet', sheetPath(at + 1)] as const)
  const all = [...targets, ['styles', 'styles.xml'] as const].map(
    ([kind, target], at) =>
      `<Relationship Id="rId${at + 1}" Type="${relations}/${kind}" Target="${target}"/>`,
  )
  return `${declaration}<Relationships xmlns="${packageRelations}">${all.join('')}</Relationships>\n`
}

export function contentTypesXml(sheets: number): string {
  const overrides = [
    ['workbook.xml', type('sheet.main')],
    ['styles.xml', type('styles')],
    ...Array.from({ length: sheets }, (_, at) => [sheetPath(at + 1), type('worksheet')]),
  ].map(([path, contentType]) => `<Override PartName="/xl/${path}" ContentType="${contentType}"/>`)
  return `${declaration}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>${overrides.join('')}</Types>\n`
}
