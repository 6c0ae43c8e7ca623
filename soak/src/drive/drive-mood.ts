/** `troubled`: more calls than usual, of all routes; `full`: it has no room; `withdrawn`: it refuses every token. */
export type DriveMood = 'troubled' | 'full' | 'withdrawn'
