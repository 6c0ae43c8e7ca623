import type { ValidationContext } from '@piecework/core/piece'
import { type FileFinding, FindingCollector } from '@piecework/marxan-files'
import type { Attributes, Shapefile } from '@piecework/vector-files'
import { isAbout, type ShapefileLabels } from '@piecework/vector-files'

/** Opens the shapefile, lets `check` read it, and tells what both find; nothing where it was not uploaded. */
export async function* checkShapefile<A extends Attributes<unknown>>(
  { entries }: Pick<ValidationContext, 'entries'>,
  words: ShapefileLabels,
  open: () => Promise<Shapefile<A>>,
  check: (shapefile: Shapefile<A>, findings: FindingCollector) => Promise<void>,
): AsyncIterable<FileFinding> {
  if (!entries.paths.includes(words.role)) return
  const findings = new FindingCollector()
  try {
    const shapefile = await open()
    try {
      yield* shapefile.findings
      await check(shapefile, findings)
    } finally {
      shapefile.close()
    }
  } catch (error) {
    if (!isAbout(words, error)) throw error
    for (const { piece: _, ...finding } of error.findings) yield finding
  }
  yield* findings.list()
}
