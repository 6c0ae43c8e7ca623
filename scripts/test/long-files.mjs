/**
 * Test files, and folders of them, that `npm test` leaves out unless all are asked for, or they by name: long by their nature, they take
 * more than half of the time and hold a fourteenth of the tests. Continuous integration runs all.
 */
export const longFiles = [
  // Packages from tarballs on other Nodes and compilers; example hosts as whole programs; faults by the dozen.
  'consumers/test/',
  'examples/test/demo.test.ts',
  'examples/test/express-albums.test.ts',
  'examples/test/imagery.test.ts',
  'examples/test/knex-host.test.ts',
  'examples/test/legacy-host.test.ts',
  'examples/test/marxan-people.test.ts',
  'examples/test/nest-host.test.ts',
  'examples/test/planning-page.test.ts',
  'examples/test/planning-processes.test.ts',
  'examples/test/planning-server.test.ts',
  'examples/test/writing-a-piece/',
  'soak/test/',

  // Processes and servers that are killed, cut off or lose a race.
  'packages/delivery/test/dropbox/killed.test.ts',
  'packages/delivery/test/s3/killed.test.ts',
  'packages/pieces-legacy/test/end-to-end/crashes.test.ts',
  'packages/pieces-legacy/test/end-to-end/races.test.ts',
  'packages/postgres/test/beside/attempts.test.ts',
  'packages/postgres/test/beside/killed.test.ts',
  'packages/postgres/test/database/standby.alone.test.ts',
  'packages/postgres/test/keys/processes.test.ts',
  'packages/postgres/test/keys/writers.test.ts',
  'packages/postgres/test/store/processes.test.ts',
  'packages/postgres/test/store/race.test.ts',
  'packages/postgres/test/store/short-timeouts.test.ts',
  'packages/runtime-redis/test/crashes/',
  'packages/runtime-redis/test/outage.test.ts',
  'packages/server/test/processes.test.ts',

  // A browser, or another program as the judge: GDAL, OpenStack Swift.
  'packages/delivery/test/s3/swift.test.ts',
  'packages/page/test/jobs.test.ts',
  'packages/page/test/maps.test.ts',
  'packages/page/test/screens.test.ts',
  'packages/page/test/uploads.test.ts',
  'packages/pieces-imagery/test/bad-input.test.ts',
  'packages/pieces-imagery/test/copies.test.ts',
  'packages/pieces-imagery/test/exports.test.ts',
  'packages/pieces-imagery/test/right-values.test.ts',
  'packages/pieces-imagery/test/traps.test.ts',
  'packages/pieces-imagery/test/workers.test.ts',
  'packages/server/test/browser.test.ts',

  // Broken implementations that a law must find, random projects and values, and how much memory is held.
  'packages/core/test/archive/memory.alone.test.ts',
  'packages/marxan-files/test/results/memory.alone.test.ts',
  'packages/pieces-scenario/test/round-trip/random-projects.test.ts',
  'packages/pieces-tenure/test/output/table-laws.test.ts',
  'packages/pieces-tenure/test/xlsx/memory.alone.test.ts',
  'packages/postgres/test/keys/repeated-numbers.test.ts',
  'packages/postgres/test/table-piece/memory.test.ts',
  'packages/testkit/test/broken-simulation.test.ts',
  'packages/testkit/test/simulation/postgres.test.ts',

  // The embedded database, where a server is asked the same.
  'packages/pieces-legacy/test/end-to-end/embedded.test.ts',
  'packages/postgres/test/database/embedded-behaviour.test.ts',
  'packages/postgres/test/database/embedded.test.ts',
  'packages/postgres/test/keys/integer-keys-embedded.test.ts',

  // Real projects and public schemas from end to end.
  'packages/marxan-check/test/samples.test.ts',
  'packages/pieces-legacy/test/end-to-end/split.test.ts',
  'packages/pieces-legacy/test/marxan/',
  'packages/postgres/test/propose/proposals.test.ts',
]
