import { type ImportDraft, PieceworkError, type Principal } from '@piecework/core'
import type { RegisteredFormat } from '@piecework/core/store'
import type { HttpSettings } from '../http-settings.js'
import { checkSegments, labelOf, type Place } from './places.js'

/** A format of uploads that has routes. */
export interface DraftFormat {
  readonly format: RegisteredFormat
  readonly segment: string
  readonly place: Place
  /** Below the base path: `projects/import/legacy`. */
  readonly collection: string
  /** `projects/import/legacy/:projectId` */
  readonly item: string
  /** Its name in operations: `LegacyProject`. */
  readonly label: string
}

/** The draft that a path names, of this principal. */
export type FindDraft = (
  params: Readonly<Record<string, string>>,
  principal: Principal,
) => Promise<ImportDraft>

/** Throws `options-invalid`. */
export function draftFormats(
  { piecework, formats }: Pick<HttpSettings, 'piecework' | 'formats'>,
  places: readonly Place[],
): readonly DraftFormat[] {
  checkSegments('formats', formats)
  return Object.entries(formats).map(([name, segment]) => {
    const format = piecework.registered.formats.find((one) => one.name === name)
    if (!format) throw refused(`no pack has the format "${name}" of formats`)
    if (format.makes === undefined) throw refused(`the format "${name}" of formats has no drafts`)
    const place = places.find(({ kind }) => kind === format.makes)
    if (!place) throw refused(`paths need the kind "${format.makes}", which the format "${name}" makes`)
    const collection = `${place.collection}/import/${segment}`
    const id = place.item.slice(place.collection.length)
    return {
      format,
      segment,
      place,
      collection,
      item: `${collection}${id}`,
      label: `${labelOf(segment)}${place.label}`,
    }
  })
}

function refused(why: string): PieceworkError {
  return new PieceworkError('options-invalid', `pieceworkHttp(): ${why}.`)
}
