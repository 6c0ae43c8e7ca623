// `npm run <step>`: node scripts/run.mjs <step> [args]. Written so that an old Node can read it and say what is wrong.
const [major, minor] = process.versions.node.split('.').map(Number)

if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Piecework needs Node 20.19 or newer; this is Node ${process.versions.node}.`)
  process.exitCode = 1
} else {
  import('./bootstrap.mjs')
    .then(({ bootstrap }) => bootstrap(process.argv[2], process.argv.slice(3)))
    .catch((error) => {
      console.error(error)
      process.exitCode = 1
    })
}
