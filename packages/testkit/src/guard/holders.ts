/** Those who hold in the laws. */
export const one = { id: 'holder-one', kind: 'solver-run' }
export const two = { id: 'holder-two', kind: 'export' }
