import { run } from './host'

test('what a host exports comes back', async () => {
  expect(await run()).toBe(2)
})
