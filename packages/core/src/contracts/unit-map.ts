/** What a map can be coloured by. */
export interface UnitColumn {
  /** `cost` */
  readonly name: string
  /** Of a column of words: the values are places in this list. Absent: they are numbers. */
  readonly words?: readonly string[]
}

export interface MapUnit {
  /** As people know it: the key of `subject` of findings. */
  readonly id: number
  /** Of its polygons, outer and inner ones alike: the x and the y of each position one after the other. */
  readonly rings: readonly ArrayLike<number>[]
  /** By column; undefined where it has none. */
  readonly values: readonly (number | undefined)[]
}

/** The parts of a resource on a map, such as the planning units of a project. For people to look at, never for calculations. */
export interface UnitMap {
  /** What each of them is: the kind of `subject` of findings, `planning-unit`. */
  readonly of: string
  /** Longitudes and latitudes, or coordinates of a plane of which nothing else is known. */
  readonly coordinates: 'degrees' | 'plane'
  readonly columns: readonly UnitColumn[]
  /** Read anew by each call, in batches of a few thousand at most. */
  units(): AsyncIterable<readonly MapUnit[]>
}
