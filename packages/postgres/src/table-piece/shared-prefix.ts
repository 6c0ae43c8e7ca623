/** Before the stable key of a shared row inside a value, in the place of its id. */
export const sharedPrefix = 'shared:'

/** The same in the place of an id that is a number of a document. */
export const sharedNumberPrefix = 'shared-number:'
