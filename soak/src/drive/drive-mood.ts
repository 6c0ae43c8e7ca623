/** `troubled`: more calls than usual, of all routes; `full`: it has no room; `withdrawn`: it lets nobody in. */
export type DriveMood = 'troubled' | 'full' | 'withdrawn'
