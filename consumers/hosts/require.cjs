// Arguments: every entry point of every package. A top-level await anywhere would make `require` throw.
const { run } = require('./plain.cjs')

for (const entry of process.argv.slice(2)) require(entry)
run(require('@piecework/core'), require('@piecework/runtime-inprocess')).then((rows) =>
  console.log(`${rows} rows`),
)
