/** Names of what Nest injects that is not a class. */
export const HTTP = Symbol('PieceworkHttp')
export const OPENED = Symbol('Opened')
