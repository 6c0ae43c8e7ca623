/** By whom the soak itself looks at the jobs that its requesters have asked for. */
export const watcher = { principal: { id: 'watcher' } }
