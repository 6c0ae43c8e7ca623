import { run } from './host.js'

run()
  .then((rows) => console.log(`${rows} rows`))
  .catch((error) => {
    console.error(error)
    process.exitCode = 1
  })
