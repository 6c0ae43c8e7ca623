/** What each uploaded file is. They are the entries' paths. */
export const gridRole = 'planning-grid'
export const requiredRoles = [gridRole, 'input.dat', 'pu.dat', 'spec.dat', 'puvspr.dat'] as const
export const optionalRoles = ['bound.dat'] as const
