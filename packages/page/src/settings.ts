import type { ExtensionContext } from '@piecework/server/extension'

/** What the page makes forms of. No more than the description of the routes tells anyone. */
export interface PageSettings {
  readonly kinds: readonly {
    readonly kind: string
    readonly parent?: string
    readonly path?: string
    readonly hasMap?: true
  }[]
  readonly pieces: readonly { readonly name: string; readonly of: string }[]
  /** Whose files are uploaded one by one. */
  readonly formats: readonly PageFormat[]
  /** The requester of a job can be mailed when it has ended. */
  readonly mails?: true
}

export interface PageFormat {
  readonly name: string
  readonly makes: string
  readonly segment: string
  readonly unsorted: boolean
  readonly hasMap?: true
  /** What has come is checked before all has. */
  readonly partial?: true
  readonly roles: readonly {
    readonly name: string
    readonly required: boolean
    readonly maxBytes: number
  }[]
}

/** The follow-up that mails; its recipient `self` is who has asked for the job. */
const mail = 'email'

export function settingsOf({ piecework, paths, formats, followUps }: ExtensionContext): PageSettings {
  const { registered } = piecework
  return {
    kinds: registered.kinds.map((kind) => {
      const path = paths[kind.kind]
      return { ...kind, ...(path !== undefined && { path }) }
    }),
    pieces: registered.pieces,
    ...(followUps.includes(mail) && { mails: true }),
    formats: registered.formats.flatMap(({ name, makes, unsorted, roles, hasMap, partial }) => {
      const segment = formats[name]
      if (segment === undefined || makes === undefined) return []
      const can = { ...(hasMap && { hasMap }), ...(partial && { partial }) }
      return [{ name, makes, segment, unsorted: unsorted !== undefined, roles, ...can }]
    }),
  }
}
