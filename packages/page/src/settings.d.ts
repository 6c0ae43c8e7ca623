import type { ExtensionContext } from '@piecework/server/extension'
/** What the page makes forms of. No more than the description of the routes tells anyone. */
export interface PageSettings {
  readonly kinds: readonly {
    readonly kind: string
    readonly parent?: string
    readonly path?: string
    readonly hasMap?: true
  }[]
  readonly pieces: readonly {
    readonly name: string
    readonly of: string
  }[]
  /** Whose files are uploaded one by one. */
  readonly formats: readonly PageFormat[]
}
export interface PageFormat {
  readonly name: string
  readonly makes: string
  readonly segment: string
  readonly unsorted: boolean
  readonly hasMap?: true
  readonly roles: readonly {
    readonly name: string
    readonly required: boolean
    readonly maxBytes: number
  }[]
}
export declare function settingsOf({ piecework, paths, formats }: ExtensionContext): PageSettings
//# sourceMappingURL=settings.d.ts.map
