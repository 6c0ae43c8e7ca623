import type { Format } from './format.js'
import type { Output } from './output.js'
import type { Piece } from './piece.js'
import type { ResourceKind } from './resource.js'

/** Kinds, pieces, formats and outputs published together. */
export interface Pack {
  /** For messages, such as the npm package's name. */
  readonly name: string
  readonly kinds?: readonly ResourceKind[]
  readonly pieces?: readonly Piece[]
  readonly formats?: readonly Format[]
  /** What exports may end in beside the archive. */
  readonly outputs?: readonly Output[]
}
